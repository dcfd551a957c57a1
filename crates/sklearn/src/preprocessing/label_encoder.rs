//! `sklearn.preprocessing.LabelEncoder`: the position of each label among the classes.

use cannery_graph::{Builder, Check, DType, Edge, Labels, Op, Unknown};

use super::categories::{Categories, Encoding, look_up};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Methods, Wanted};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.LabelEncoder"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._label", "sklearn.preprocessing.label"],
    read,
};

#[derive(Debug)]
struct LabelEncoder {
    encoding: [Encoding; 1],
    labels: Option<Labels>,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("classes_", "classes")?;
    let categories = Categories::read(state, state.value("classes_")?, "classes_")?;
    if categories.len() == 0 {
        return Err(state.unsupported("classes_", "an encoder of no class"));
    }
    let values = (0..categories.len()).map(|position| position as f64).collect();
    let encoding = [Encoding { categories, values, unknown: Unknown::Error }];
    Ok(Box::new(LabelEncoder { encoding, labels: state.labels("classes_").ok() }))
}

impl Estimator for LabelEncoder {
    fn name(&self) -> &'static str {
        "LabelEncoder"
    }

    /// Labels: one column.
    fn takes(&self) -> Takes {
        Takes::Labels
    }

    fn columns(&self) -> Vec<ColumnHint> {
        vec![ColumnHint { name: None, kind: self.encoding[0].categories.column_kind() }]
    }

    fn inverse_columns(&self) -> Option<usize> {
        self.labels.as_ref().map(|_| 1)
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let Some(labels) = self.labels.clone() else {
            return Err(Error::unsupported("classes_", "labels of several types"));
        };
        let positions = x.matrix(builder)?;
        let mut positions = builder.cast(positions, DType::I64)?;
        if builder.type_of(positions)?.columns() == 1 {
            positions = builder.add(Op::Flatten, &[positions]).unwrap_or(positions);
        }
        Ok(builder.add(Op::Labels(labels), &[positions])?)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let positions = look_up(builder, x, &self.encoding, DType::I64, Check::NotInfinite)?;
        Ok(Methods::transform(builder.add(Op::Flatten, &[positions])?))
    }
}
