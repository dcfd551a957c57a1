//! `sklearn.multioutput.MultiOutputClassifier` and `MultiOutputRegressor`: an estimator for each output, by itself.

use cannery_graph::{Builder, DType, Labels, Op};

use crate::ensemble::members::{self, Member};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes, hstack};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct MultiOutput {
    name: &'static str,
    members: Vec<Member>,
    is_classifier: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.multioutput.MultiOutputClassifier", "sklearn.multioutput.MultiOutputRegressor"],
    modules: &["sklearn.multioutput"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let members = members::read(state, "estimators_")?;
    let is_classifier = state.name() == "MultiOutputClassifier";
    Ok(Box::new(MultiOutput { name: state.name(), members, is_classifier }))
}

impl Estimator for MultiOutput {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        self.members[0].child.takes()
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.members[0].child.columns()
    }

    fn classes(&self) -> Vec<Labels> {
        match self.is_classifier {
            true => self.members.iter().flat_map(|member| member.child.classes()).collect(),
            false => vec![],
        }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let (mut predicted, mut probabilities) = (vec![], vec![]);
        for member in &self.members {
            let methods = member.lower(builder, x, wanted)?;
            if wanted.has(Method::Predict) {
                predicted.push(member.expect(&methods, Method::Predict)?);
            }
            if let Some(proba) = member.result(&methods, Method::PredictProba)? {
                probabilities.push(proba);
            }
        }
        let mut methods = Methods::new(wanted);
        let mut types = vec![];
        for &edge in &predicted {
            types.push(builder.type_of(edge)?.dtype);
        }
        match types.contains(&DType::Str) && types.windows(2).any(|pair| pair[0] != pair[1]) {
            true => methods.refuse(Method::Predict, "texts and numbers, which numpy would make texts of"),
            // of one output too it is a matrix
            false if predicted.len() == 1 => {
                methods.offer(Method::Predict, || Ok(builder.add(Op::Concat, &predicted)?))?;
            }
            false => methods.offer(Method::Predict, || hstack(builder, &predicted))?,
        }
        if self.is_classifier {
            match probabilities.len() == self.members.len() {
                true => methods.offer_list(Method::PredictProba, || Ok(probabilities))?,
                false => methods.refuse(Method::PredictProba, "not all estimators have predict_proba"),
            }
        }
        Ok(methods)
    }
}
