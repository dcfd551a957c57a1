//! `sklearn.preprocessing.TargetEncoder` (since 1.3): the mean of the target for each category.

use cannery_graph::{Builder, Check, Columns, DType, Op, Unknown};
use cannery_object::Value;

use super::categories::{Categories, Encoding, categories, look_up};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::Vector;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.TargetEncoder"],
    modules: &["sklearn.preprocessing._target_encoder"],
    read,
};

#[derive(Debug)]
struct TargetEncoder {
    /// Those of each column: one, or one for each class.
    encodings: Vec<Encoding>,
    /// Of more than two, their labels.
    classes: Vec<String>,
    columns: usize,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("encodings_", "encodings")?;
    let categories = categories(state)?;
    let is_multiclass = state.text("target_type_")?.as_deref() == Some("multiclass");
    let (classes, means) = match is_multiclass {
        true => {
            let classes = Categories::read(state, state.value("classes_")?, "classes_")?;
            let means = Vector::read(state, "target_mean_", classes.len())?.values;
            (classes.texts().collect(), means)
        }
        false => (vec![], vec![state.float("target_mean_")?]),
    };
    let values = state.sequence("encodings_")?;
    if means.is_empty() || Some(values.len()) != categories.len().checked_mul(means.len()) {
        let (n, m) = (values.len(), categories.len());
        return Err(state.malformed("encodings_", format!("{n} encodings for {m} columns")));
    }
    let encoding = |(index, &value): (usize, &Value)| {
        let categories = categories[index / means.len()].clone();
        let values = Vector::read_in(state, value, &format!("encodings_[{index}]"), categories.len())?.values;
        Ok(Encoding {
            categories,
            values: values.into(),
            unknown: Unknown::Value(means[index % means.len()]),
        })
    };
    let encodings = values.iter().enumerate().map(encoding).collect::<Result<_, Error>>()?;
    Ok(Box::new(TargetEncoder { encodings, classes, columns: categories.len() }))
}

impl TargetEncoder {
    fn per_column(&self) -> usize {
        self.encodings.len() / self.columns
    }

    /// Each column as often as it has encodings.
    fn repeated(&self, builder: &mut Builder, x: &Input) -> Result<Input, Error> {
        let times = self.per_column();
        Ok(match x {
            _ if times == 1 => x.clone(),
            Input::Frame(columns) => Input::Frame(
                columns.iter().flat_map(|column| std::iter::repeat_n(column.clone(), times)).collect(),
            ),
            x => {
                let x = x.matrix(builder)?;
                let picked = (0..self.encodings.len()).map(|index| index / times).collect();
                builder.add(Op::Columns(Columns(picked)), &[x])?.into()
            }
        })
    }
}

impl Estimator for TargetEncoder {
    fn name(&self) -> &'static str {
        "TargetEncoder"
    }

    fn takes(&self) -> Takes {
        Takes::Columns { columns: self.columns }
    }

    fn columns(&self) -> Vec<ColumnHint> {
        let of = self.encodings.iter().step_by(self.per_column());
        of.map(|encoding| ColumnHint { name: None, kind: encoding.categories.column_kind() }).collect()
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let names = Names::of(names, self.columns)?;
        if self.classes.is_empty() {
            return Some(names);
        }
        let of = |name: &str| self.classes.iter().map(|class| format!("{name}_{class}")).collect::<Vec<_>>();
        Names::new(names.iter().flat_map(of).collect::<Vec<_>>())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = self.repeated(builder, x)?;
        Ok(Methods::transform(look_up(builder, &x, &self.encodings, DType::F64, Check::NotInfinite)?))
    }
}
