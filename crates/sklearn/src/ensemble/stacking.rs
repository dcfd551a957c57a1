//! `sklearn.ensemble.StackingClassifier` and `StackingRegressor` (0.22 and later): what estimators give is what a last one
//! takes, with `passthrough` beside X.

use cannery_graph::{Builder, Columns, Edge, Labels, Op, Results, Shape};
use cannery_object::Value;

use super::members::{self, Member};
use super::voting::kept;
use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes, hstack, hstack_sparse};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct Stacking {
    name: &'static str,
    members: Vec<(Member, Method)>,
    /// Names of the members.
    names: Vec<String>,
    passthrough: bool,
    last: Child,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Numbers,
    Class(Labels),
    /// Columns of 0 and 1.
    Flags(Vec<Labels>),
}

const MODULES: &[&str] = &["sklearn.ensemble._stacking"];

pub(crate) const CLASSIFIER: Entry = Entry {
    classes: &["sklearn.ensemble.StackingClassifier"],
    modules: MODULES,
    read: |state| {
        state.expect_fitted("final_estimator_", "last estimator")?;
        read(state, Target::read(state)?)
    },
};

pub(crate) const REGRESSOR: Entry = Entry {
    classes: &["sklearn.ensemble.StackingRegressor"],
    modules: MODULES,
    read: |state| read(state, Target::Numbers),
};

impl Target {
    fn read(state: &State<'_>) -> Result<Self, Error> {
        const NAME: &str = "classes_";
        let Some(lists) = state.heap().as_sequence(state.value(NAME)?) else {
            return Ok(Self::Class(state.labels(NAME)?));
        };
        let read = |(index, &value): (usize, &Value)| {
            let place = format!("{NAME}[{index}]");
            let labels = state.labels_in(&state.array_in(value, &place)?, &place)?;
            let is_code = |labels: &Labels| matches!(labels, Labels::I64(all) if all.iter().copied().eq(0..all.len() as i64));
            match is_code(&labels) {
                true => Ok(labels),
                false => Err(state.unsupported(&place, "labels of several outputs that are not 0, 1, …")),
            }
        };
        lists.iter().enumerate().map(read).collect::<Result<_, _>>().map(Self::Flags)
    }
}

fn read(state: &State<'_>, target: Target) -> Result<Box<dyn Estimator>, Error> {
    let members = members::read(state, "estimators_")?;
    let stacked = state.sequence("stack_method_")?;
    if stacked.len() != members.len() {
        let message = format!("{} methods for {} estimators", stacked.len(), members.len());
        return Err(state.malformed("stack_method_", message));
    }
    let method = |(index, &value): (usize, &Value)| {
        let name = state.heap().as_str(value).unwrap_or_default();
        let known = [Method::Predict, Method::PredictProba, Method::DecisionFunction];
        known.into_iter().find(|method| method.name() == name).ok_or_else(|| {
            state.unsupported(&format!("stack_method_[{index}]"), format!("the method {name:?}"))
        })
    };
    let stacked = stacked.iter().enumerate().map(method).collect::<Result<Vec<_>, _>>()?;
    // 'prefit' has the same names
    let names = kept(state)?.into_iter().map(|(_, name)| name).collect();
    Ok(Box::new(Stacking {
        name: state.name(),
        members: members.into_iter().zip(stacked).collect(),
        names,
        passthrough: state.bool("passthrough")?,
        last: Child::read(state, "final_estimator_")?,
        target,
    }))
}

impl Estimator for Stacking {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        self.members[0].0.child.takes()
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.members[0].0.child.columns()
    }

    fn classes(&self) -> Vec<Labels> {
        match &self.target {
            Target::Numbers => vec![],
            Target::Class(labels) => vec![labels.clone()],
            Target::Flags(all) => all.clone(),
        }
    }

    fn decides_by_class(&self) -> bool {
        self.last.decides_by_class()
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let mut all = Vec::new();
        for (name, (member, method)) in self.names.iter().zip(&self.members) {
            let columns = match (&self.target, method) {
                (Target::Class(labels), Method::PredictProba | Method::DecisionFunction)
                    if labels.len() > 2
                        && (*method == Method::PredictProba || member.child.decides_by_class()) =>
                {
                    labels.len()
                }
                (Target::Class(labels), _) if labels.len() == 2 || *method == Method::Predict => 1,
                (Target::Numbers, _) => 1,
                _ => return None,
            };
            let class = self.name.to_lowercase();
            match columns {
                1 => all.push(format!("{class}_{name}")),
                _ => all.extend((0..columns).map(|index| format!("{class}_{name}{index}"))),
            }
        }
        if self.passthrough {
            all.extend(Names::of(names, self.takes().columns())?.iter().map(str::to_owned));
        }
        Names::new(all)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let stacked = self.stacked(builder, x)?;
        let last = self.last.lower(builder, &stacked.into(), wanted)?;
        let mut methods = Methods::new(wanted);
        for (method, results) in last.offered() {
            match (&self.target, method, results) {
                (Target::Class(labels), Method::Predict, Results::One(predicted)) => {
                    methods.offer(*method, || {
                        let numbers = Labels::I64((0..labels.len() as i64).collect());
                        let class = scores::positions(builder, *predicted, &numbers)?;
                        scores::label(builder, class, labels)
                    })?;
                }
                (Target::Flags(_), Method::PredictProba, Results::List(all)) => {
                    let first = |&proba: &Edge| Ok(builder.add(Op::Columns(Columns(vec![0])), &[proba])?);
                    let columns = all.iter().map(first).collect::<Result<Vec<_>, Error>>()?;
                    methods.offer(*method, || Ok(builder.add(Op::Concat, &columns)?))?;
                }
                (Target::Numbers, Method::Predict, Results::One(edge))
                | (Target::Class(_) | Target::Flags(_), _, Results::One(edge))
                    if HANDED_ON.contains(method) =>
                {
                    methods.offer(*method, || Ok(*edge))?;
                }
                _ => {}
            }
        }
        for (method, reason) in last.refused().iter().filter(|(method, _)| HANDED_ON.contains(method)) {
            methods.refuse(*method, reason.clone());
        }
        methods.offer(Method::Transform, || Ok(stacked))?;
        Ok(methods)
    }
}

/// The methods of the last estimator that a stack has too.
const HANDED_ON: [Method; 3] = [Method::Predict, Method::PredictProba, Method::DecisionFunction];

impl Stacking {
    /// What the last estimator takes.
    fn stacked(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let is_binary = matches!(&self.target, Target::Class(labels) if labels.len() == 2);
        let mut parts = Vec::new();
        for (member, method) in &self.members {
            let Some(results) = member.child.results(builder, x, *method)? else {
                return Err(Error::unsupported(member.child.path(), format!("no {}", method.name())));
            };
            match results {
                Results::List(all) => {
                    for edge in all {
                        parts.push(without_first(builder, edge)?);
                    }
                }
                Results::One(edge) if is_binary && *method == Method::PredictProba => {
                    parts.push(without_first(builder, edge)?);
                }
                Results::One(edge) => parts.push(edge),
            }
        }
        if !self.passthrough {
            return hstack(builder, &parts);
        }
        let x = x.matrix(builder)?;
        parts.push(x);
        match builder.type_of(x)?.shape {
            Shape::Csr(_) => hstack_sparse(builder, &parts),
            _ => hstack(builder, &parts),
        }
    }
}

/// All columns but the first; a vector as it is.
fn without_first(builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
    match builder.type_of(x)?.shape {
        Shape::Matrix(columns) => Ok(builder.add(Op::Columns(Columns((1..columns).collect())), &[x])?),
        _ => Ok(x),
    }
}
