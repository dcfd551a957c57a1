//! `sklearn.multioutput.ClassifierChain` and `RegressorChain`: each estimator takes X and what those before it gave.

use cannery_graph::{Builder, Columns, Edge, Function, Labels, Op, Shape};
use cannery_object::Value;

use crate::ensemble::members::{self, Member};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes, hstack, hstack_sparse};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct Chain {
    name: &'static str,
    /// In the order of the chain.
    members: Vec<Member>,
    /// Which member gives each output.
    places: Vec<usize>,
    features: usize,
    /// What is handed on along the chain.
    link: Method,
    is_classifier: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.multioutput.ClassifierChain", "sklearn.multioutput.RegressorChain"],
    modules: &["sklearn.multioutput"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let members = members::read(state, "estimators_")?;
    let features = members[0].child.takes().columns();
    Ok(Box::new(Chain {
        name: state.name(),
        places: places(state, members.len())?,
        members,
        features,
        link: link(state)?,
        is_classifier: state.name() == "ClassifierChain",
    }))
}

/// `order_` has the output of each member.
fn places(state: &State<'_>, members: usize) -> Result<Vec<usize>, Error> {
    const NAME: &str = "order_";
    let order = match state.heap().as_sequence(state.value(NAME)?) {
        None => state.counts(NAME)?,
        Some(values) => {
            let output = |(index, &value): (usize, &Value)| {
                let output = state.int_in(value, &format!("{NAME}[{index}]"))?;
                usize::try_from(output).map_err(|_| state.malformed(NAME, "an output below 0"))
            };
            values.iter().enumerate().map(output).collect::<Result<_, _>>()?
        }
    };
    let place = |output| order.iter().position(|&of_member| of_member == output);
    let places: Option<Vec<usize>> = (0..members).map(place).collect();
    places
        .filter(|_| order.len() == members)
        .ok_or_else(|| state.malformed(NAME, format!("not an order of {members} outputs")))
}

/// `chain_method_`, since 1.5.
fn link(state: &State<'_>) -> Result<Method, Error> {
    const NAME: &str = "chain_method_";
    if !state.has(NAME) {
        return Ok(Method::Predict);
    }
    let name = state.text(NAME)?.unwrap_or_default();
    let known = [Method::Predict, Method::PredictProba, Method::PredictLogProba, Method::DecisionFunction];
    let found = known.into_iter().find(|method| method.name() == name);
    found.ok_or_else(|| state.unsupported(NAME, format!("the method {name:?}")))
}

impl Estimator for Chain {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.features }
    }

    fn classes(&self) -> Vec<Labels> {
        match self.is_classifier {
            true => {
                let classes = |&place: &usize| self.members[place].child.classes();
                self.places.iter().flat_map(classes).collect()
            }
            false => vec![],
        }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.matrix(builder)?;
        let mut given: Vec<Vec<(Method, Edge)>> = vec![];
        let mut links: Vec<Edge> = vec![];
        for member in &self.members {
            let augmented = augmented(builder, x, &links)?;
            let needed = self.needed(wanted);
            let methods = member.lower(builder, &augmented.into(), needed)?;
            let mut of_member = vec![];
            for method in OUTPUTS {
                if let Some(edge) = member.result(&methods, method)? {
                    of_member.push((method, second(builder, edge)?));
                }
            }
            let link = of_member.iter().find(|(method, _)| *method == self.link);
            let (_, link) = link
                .ok_or_else(|| Error::unsupported(member.child.path(), format!("no {}", self.link.name())))?;
            links.push(*link);
            given.push(of_member);
        }
        let mut methods = Methods::new(wanted);
        for method in [Method::Predict, Method::PredictProba, Method::DecisionFunction] {
            let of_method = |of_member: &Vec<(Method, Edge)>| {
                of_member.iter().find(|(other, _)| *other == method).map(|(_, edge)| *edge)
            };
            let all: Option<Vec<Edge>> = self.places.iter().map(|&place| of_method(&given[place])).collect();
            match all {
                Some(all) => methods.offer(method, || Ok(builder.add(Op::Concat, &all)?))?,
                None => methods.refuse(method, format!("not all estimators have {}", method.name())),
            }
            if method == Method::PredictProba && methods.wants(Method::PredictLogProba) {
                let all: Option<Vec<Edge>> =
                    self.places.iter().map(|&place| of_method(&given[place])).collect();
                if let Some(all) = all {
                    let proba = builder.add(Op::Concat, &all)?;
                    methods.offer(Method::PredictLogProba, || {
                        Ok(builder.add(Op::Elementwise(Function::Log), &[proba])?)
                    })?;
                }
            }
        }
        Ok(methods)
    }
}

/// The methods of the members that count.
const OUTPUTS: [Method; 4] =
    [Method::Predict, Method::PredictProba, Method::PredictLogProba, Method::DecisionFunction];

impl Chain {
    /// The methods of the members that are wanted, and what is handed on.
    fn needed(&self, wanted: Wanted) -> Wanted {
        let is_needed = |method: &Method| {
            let by_log = *method == Method::PredictProba && wanted.has(Method::PredictLogProba);
            *method == self.link || wanted.has(*method) && *method != Method::PredictLogProba || by_log
        };
        Wanted::of(&OUTPUTS.into_iter().filter(is_needed).collect::<Vec<_>>())
    }
}

/// X with what was handed on behind it.
fn augmented(builder: &mut Builder, x: Edge, links: &[Edge]) -> Result<Edge, Error> {
    if links.is_empty() {
        return Ok(x);
    }
    let mut parts = vec![x];
    parts.extend_from_slice(links);
    match builder.type_of(x)?.shape {
        Shape::Csr(_) => {
            let links = builder.add(Op::Concat, links)?;
            hstack_sparse(builder, &[x, links])
        }
        _ => hstack(builder, &parts),
    }
}

/// Of two columns the second; a vector as it is; both as float64.
fn second(builder: &mut Builder, edge: Edge) -> Result<Edge, Error> {
    let edge = scores::doubles(builder, edge)?;
    match builder.type_of(edge)?.shape {
        Shape::Matrix(columns @ 1..) => {
            let column = builder.add(Op::Columns(Columns(vec![columns - 1])), &[edge])?;
            Ok(builder.add(Op::Flatten, &[column])?)
        }
        _ => Ok(edge),
    }
}
