//! `sklearn.preprocessing.MultiLabelBinarizer`: a column for each class, for rows of several labels.

use cannery_graph::{Builder, DType, Op, RecordCounts, RecordForm, RecordNames, Scalar, Terms};

use super::categories::Categories;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.MultiLabelBinarizer"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._label", "sklearn.preprocessing.label"],
    read,
};

#[derive(Debug)]
struct MultiLabelBinarizer {
    counts: RecordCounts,
    is_sparse: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "classes_";
    state.expect_fitted(NAME, "classes")?;
    let classes = Categories::read(state, state.value(NAME)?, NAME)?;
    // texts have a quote before them, so that they are no number
    let name = |class: &Scalar| match class {
        Scalar::Str(text) => Some(format!("\"{text}")),
        Scalar::Int(int) => Some(int.to_string()),
        Scalar::Float(x) if x.fract() == 0.0 && x.abs() < 9e15 => Some((*x as i64).to_string()),
        Scalar::Float(_) | Scalar::Bool(_) | Scalar::None => None,
    };
    let names: Option<Vec<String>> = classes.scalars.iter().map(name).collect();
    let names =
        names.ok_or_else(|| state.unsupported(NAME, "classes that are neither texts nor integers"))?;
    let terms = Terms::new(names.iter().map(String::as_str));
    let terms = terms.ok_or_else(|| state.unsupported(NAME, "more than 4 GiB of classes"))?;
    let counts =
        RecordCounts { form: RecordForm::Labels, names: RecordNames::Known(terms), dtype: DType::I64 };
    Ok(Box::new(MultiLabelBinarizer { counts, is_sparse: state.bool("sparse_output")? }))
}

impl Estimator for MultiLabelBinarizer {
    fn name(&self) -> &'static str {
        "MultiLabelBinarizer"
    }

    fn takes(&self) -> Takes {
        Takes::Records
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let ones = builder.add(Op::RecordCounts(self.counts.clone()), &[x.texts()?])?;
        Ok(Methods::transform(if self.is_sparse { ones } else { builder.dense(ones)? }))
    }
}
