//! `sklearn.preprocessing.LabelBinarizer`: a column for each class; of two classes one column.
//!
//! Source: `label_binarize` and `LabelBinarizer.inverse_transform` in `sklearn/preprocessing/_label.py`. Two classes are one
//! column there unless a batch has a third label; here always.

use cannery_graph::{
    Arithmetic, Binarize, Builder, Check, Columns, DType, Edge, Labels, OneHot, Op, Scale, Shape, Threshold,
    Unknown,
};

use super::categories::{Categories, Encoding, look_up};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Methods, Wanted};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.LabelBinarizer"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._label", "sklearn.preprocessing.label"],
    read,
};

#[derive(Debug)]
struct LabelBinarizer {
    encoding: [Encoding; 1],
    labels: Labels,
    negative: i64,
    positive: i64,
    is_sparse: bool,
    is_multilabel: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("classes_", "classes")?;
    let labels = state.labels("classes_")?;
    let categories = Categories::read(state, state.value("classes_")?, "classes_")?;
    if categories.len() == 0 {
        return Err(state.unsupported("classes_", "a binarizer of no class"));
    }
    let (negative, positive) = (state.int("neg_label")?, state.int("pos_label")?);
    let is_sparse = state.bool("sparse_output")?;
    const MAX: i64 = 1 << 52;
    if negative >= positive || negative < -MAX || positive > MAX || (is_sparse && negative != 0) {
        return Err(state.malformed("pos_label", format!("{positive}, and neg_label is {negative}")));
    }
    let is_multilabel =
        state.has("y_type_") && state.text("y_type_")?.is_some_and(|target| target.starts_with("multilabel"));
    let values = (0..categories.len()).map(|position| position as f64).collect();
    let encoding = [Encoding { categories, values, unknown: Unknown::Value(-1.0) }];
    Ok(Box::new(LabelBinarizer { encoding, labels, negative, positive, is_sparse, is_multilabel }))
}

impl LabelBinarizer {
    fn classes(&self) -> usize {
        self.labels.len()
    }

    /// Whether two classes are one column.
    fn is_binary(&self) -> bool {
        self.classes() <= 2 && !self.is_multilabel
    }

    /// 0 and 1 as `neg_label` and `pos_label`, integers.
    fn marked(&self, builder: &mut Builder, ones: Edge) -> Result<Edge, Error> {
        let columns = builder.type_of(ones)?.columns();
        let (low, high) = (self.negative as f64, self.positive as f64);
        let mut steps = vec![(Arithmetic::Multiply, vec![high - low; columns])];
        if self.negative != 0 {
            steps.push((Arithmetic::Add, vec![low; columns]));
        }
        let marked = builder.add(Op::Scale(Scale { steps }), &[ones])?;
        let marked = builder.cast(marked, DType::I64)?;
        Ok(if self.is_sparse { builder.add(Op::Sparse, &[marked])? } else { marked })
    }
}

impl Estimator for LabelBinarizer {
    fn name(&self) -> &'static str {
        "LabelBinarizer"
    }

    /// Labels in one column, or truth values in a column for each class.
    fn takes(&self) -> Takes {
        match self.is_multilabel {
            true => Takes::Numbers { columns: self.classes() },
            false => Takes::Labels,
        }
    }

    fn columns(&self) -> Vec<ColumnHint> {
        match self.is_multilabel {
            true => vec![],
            false => vec![ColumnHint { name: None, kind: self.encoding[0].categories.column_kind() }],
        }
    }

    fn inverse_columns(&self) -> Option<usize> {
        (!self.is_multilabel).then(|| if self.is_binary() { 1 } else { self.classes() })
    }

    /// The class of the largest element; of one column the second class where it is above the middle.
    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.dense_floats(builder)?;
        let class = match self.is_binary() {
            true => {
                let above = (self.positive as f64 + self.negative as f64) / 2.0;
                let x = builder.add(Op::Flatten, &[x])?;
                builder.add(Op::Threshold(Threshold { above }), &[x])?
            }
            false => builder.add(Op::ArgMax, &[x])?,
        };
        // one class alone is the label of all rows
        let class = if self.classes() == 1 {
            let zero = builder.cast(class, DType::F64)?;
            builder.add(Op::Threshold(Threshold { above: 1.0 }), &[zero])?
        } else {
            class
        };
        Ok(builder.add(Op::Labels(self.labels.clone()), &[class])?)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        if self.is_multilabel {
            let x = x.dense_floats(builder)?;
            let x = builder.add(Op::Guard(Check::Finite), &[x])?;
            let ones = builder.add(Op::Binarize(Binarize { above: 0.0 }), &[x])?;
            return Ok(Methods::transform(self.marked(builder, ones)?));
        }
        let position = look_up(builder, x, &self.encoding, DType::I64, Check::Finite)?;
        let position = match builder.type_of(position)?.shape {
            Shape::Matrix(1) => position,
            _ => return Err(Error::unsupported("", "labels in several columns")),
        };
        let one_hot = OneHot { widths: vec![self.classes()], dtype: DType::F64, is_sparse: false };
        let mut ones = builder.add(Op::OneHot(one_hot), &[position])?;
        if self.classes() == 1 {
            // the only class is the negative one
            ones = builder.add(Op::Binarize(Binarize { above: 1.0 }), &[ones])?;
        } else if self.is_binary() {
            ones = builder.add(Op::Columns(Columns(vec![1])), &[ones])?;
        }
        Ok(Methods::transform(self.marked(builder, ones)?))
    }
}
