//! The members of an ensemble: estimators, each with the columns of X that it takes.

use cannery_graph::{Builder, Columns, Constant, DType, Edge, Labels, Op, Results};
use cannery_object::Value;

use crate::child::Child;
use crate::error::Error;
use crate::input::Input;
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

/// An estimator among others.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) child: Child,
    /// The columns that it takes; `None` for all as they are.
    columns: Option<Vec<usize>>,
}

/// The estimators of an attribute, which are one at least.
pub(crate) fn read(state: &State<'_>, name: &str) -> Result<Vec<Member>, Error> {
    state.expect_fitted(name, "estimators")?;
    let read = |(index, &value): (usize, &Value)| {
        let child = Child::read_in(state, value, &format!("{name}[{index}]"))?;
        Ok(Member { child, columns: None })
    };
    let members = state.objects(name)?.iter().enumerate().map(read).collect::<Result<Vec<_>, Error>>()?;
    if members.is_empty() {
        return Err(state.unsupported(name, "no estimator"));
    }
    Ok(members)
}

/// The same with the columns of `estimators_features_`, of so many.
pub(crate) fn read_with_columns(state: &State<'_>, features: usize) -> Result<Vec<Member>, Error> {
    const NAME: &str = "estimators_features_";
    let mut members = read(state, "estimators_")?;
    let of_members = state.objects(NAME)?;
    if of_members.len() != members.len() {
        let message = format!("{} for {} estimators", of_members.len(), members.len());
        return Err(state.malformed(NAME, message));
    }
    for (index, (member, value)) in members.iter_mut().zip(of_members).enumerate() {
        let columns = columns(state, value, &format!("{NAME}[{index}]"), features)?;
        member.columns = (!columns.iter().copied().eq(0..features)).then_some(columns);
    }
    Ok(members)
}

/// Columns of X, of so many.
pub(crate) fn columns(
    state: &State<'_>,
    value: Value,
    place: &str,
    features: usize,
) -> Result<Vec<usize>, Error> {
    let array = state.array_in(value, place)?;
    let numbers = array.i64s().map_err(|error| Error::in_view(state.path_of(place), &error))?;
    let column = |&number: &i64| usize::try_from(number).ok().filter(|&column| column < features);
    let columns: Option<Vec<usize>> = numbers.iter().map(column).collect();
    columns.ok_or_else(|| state.malformed(place, format!("a column that is none of {features}")))
}

impl Member {
    /// What its wanted methods compute from its columns of `x`.
    pub(crate) fn lower(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let Some(columns) = &self.columns else { return self.child.lower(builder, x, wanted) };
        let x = x.matrix(builder)?;
        let x = builder.add(Op::Columns(Columns(columns.clone())), &[x])?;
        self.child.lower(builder, &x.into(), wanted)
    }

    /// The one result of a method that was lowered; `None` where there is no such method.
    pub(crate) fn result(&self, methods: &Methods, method: Method) -> Result<Option<Edge>, Error> {
        match methods.offered().iter().find(|(offered, _)| *offered == method) {
            None => Ok(None),
            Some((_, Results::One(edge))) => Ok(Some(*edge)),
            Some((_, Results::List(_))) => {
                let message = format!("{} of several outputs is a list", method.name());
                Err(Error::unsupported(self.child.path(), message))
            }
        }
    }

    /// The same; without such a method it is an error.
    pub(crate) fn expect(&self, methods: &Methods, method: Method) -> Result<Edge, Error> {
        let refused = methods.refused().iter().find(|(refused, _)| *refused == method);
        let reason = refused.map_or("it has no such method", |(_, reason)| reason);
        self.result(methods, method)?
            .ok_or_else(|| Error::unsupported(self.child.path(), format!("no {}: {reason}", method.name())))
    }

    /// The numbers of its classes, which stand for those of the ensemble.
    pub(crate) fn encoded_classes(&self, classes: usize) -> Result<Vec<usize>, Error> {
        let wrong =
            || Error::unsupported(self.child.path(), "class labels that are not those of the ensemble");
        let numbers: Vec<i64> = match &self.child.classes()[..] {
            [Labels::I64(labels)] => labels.to_vec(),
            [Labels::F64(labels)] if labels.iter().all(|x| x.fract() == 0.0) => {
                labels.iter().map(|&x| x as i64).collect()
            }
            [Labels::Bool(labels)] => labels.iter().map(|&label| label.into()).collect(),
            _ => return Err(wrong()),
        };
        let class = |&number: &i64| usize::try_from(number).ok().filter(|&class| class < classes);
        numbers.iter().map(class).collect::<Option<Vec<_>>>().ok_or_else(wrong)
    }
}

/// Columns for some classes as columns for all of them: the others get a constant.
pub(crate) fn spread(
    builder: &mut Builder,
    x: Edge,
    own: &[usize],
    classes: usize,
    other: f64,
) -> Result<Edge, Error> {
    if own.iter().copied().eq(0..classes) {
        return Ok(x);
    }
    let constant = builder.add(Op::Constant(Constant::vector(DType::F64, other)), &[x])?;
    let x = scores::doubles(builder, x)?;
    let both = builder.add(Op::Concat, &[x, constant])?;
    let column = |class| own.iter().position(|&other| other == class).unwrap_or(own.len());
    Ok(builder.add(Op::Columns(Columns((0..classes).map(column).collect())), &[both])?)
}
