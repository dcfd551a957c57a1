//! `sklearn.calibration.CalibratedClassifierCV`: scores of classifiers made into probabilities, which are averaged.

mod calibrator;

use cannery_graph::{
    Arith, Arithmetic, Builder, Clip, Columns, Constant, DType, Edge, Labels, Op, Results, Scale, Shape,
};
use cannery_object::Value;

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;
use calibrator::{Calibrator, Temperature};

#[derive(Debug)]
struct CalibratedClassifierCv {
    labels: Labels,
    members: Vec<Member>,
}

/// A classifier with what makes its scores probabilities.
#[derive(Debug)]
struct Member {
    classifier: Child,
    /// For each class of the classifier its place among all classes, where scores are calibrated one by one.
    places: Vec<usize>,
    calibration: Calibration,
    /// Whether probabilities stand for scores by the second of them only.
    takes_second: bool,
}

#[derive(Debug)]
enum Calibration {
    /// One for each score.
    OneByOne(Vec<Calibrator>),
    /// One for all, since 1.8.
    Together(Temperature),
}

pub(crate) const ENTRIES: &[Entry] = &[Entry {
    classes: &["sklearn.calibration.CalibratedClassifierCV"],
    modules: &["sklearn.calibration"],
    read,
}];

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "calibrated_classifiers_";
    state.expect_fitted(NAME, "calibrated classifiers")?;
    let labels = state.labels("classes_")?;
    if labels.len() < 2 {
        return Err(state.malformed("classes_", format!("{} classes", labels.len())));
    }
    let mut members = vec![];
    for (index, &value) in state.sequence(NAME)?.iter().enumerate() {
        members.push(member(state, value, &format!("{NAME}[{index}]"), &labels)?);
    }
    let takes = members.first().map(|member| member.classifier.takes());
    if takes.is_none() || members.iter().any(|member| Some(member.classifier.takes()) != takes) {
        return Err(state.malformed(NAME, "no classifiers that take the same columns"));
    }
    Ok(Box::new(CalibratedClassifierCv { labels, members }))
}

/// Names changed: `calibrators` was `calibrators_` until 0.23, `estimator` was `base_estimator` until 1.1.
fn member(state: &State<'_>, value: Value, place: &str, labels: &Labels) -> Result<Member, Error> {
    let of = state.object_in(value, place)?;
    let estimator = if of.has("estimator") { "estimator" } else { "base_estimator" };
    let classifier = Child::read(&of, estimator)?;
    let [classes] = &classifier.classes()[..] else {
        return Err(of.unsupported(estimator, "a classifier of several outputs"));
    };
    let name = if of.has("calibrators") { "calibrators" } else { "calibrators_" };
    let calibrators = of.sequence(name)?;
    let calibration = match of.text("method")?.as_deref() {
        Some("temperature") => match calibrators {
            &[value] => {
                Calibration::Together(Temperature::read(&of.object_in(value, &format!("{name}[0]"))?)?)
            }
            _ => return Err(of.malformed(name, "not one calibrator")),
        },
        _ => {
            let mut each = Vec::with_capacity(calibrators.len());
            for (index, &value) in calibrators.iter().enumerate() {
                each.push(Calibrator::read(&of.object_in(value, &format!("{name}[{index}]"))?)?);
            }
            Calibration::OneByOne(each)
        }
    };
    // since 1.4 by the classes of the classifier
    let binary = if state.since(1, 4) { classes.len() } else { labels.len() };
    let takes_second = binary == 2;
    // what is calibrated together may number its classes
    let places = match calibration {
        Calibration::OneByOne(_) => places(labels, classes)
            .ok_or_else(|| of.malformed(estimator, "classes that are not among those of the whole"))?,
        Calibration::Together(_) => vec![],
    };
    Ok(Member { classifier, places, calibration, takes_second })
}

/// Where each class of a classifier stands among all of them; both are sorted.
fn places(all: &Labels, classes: &Labels) -> Option<Vec<usize>> {
    let mut next = 0;
    let mut places = Vec::with_capacity(classes.len());
    for class in 0..classes.len() {
        let place = (next..all.len()).find(|&place| all.are_same(place, classes, class))?;
        places.push(place);
        next = place + 1;
    }
    Some(places)
}

impl Estimator for CalibratedClassifierCv {
    fn name(&self) -> &'static str {
        "CalibratedClassifierCV"
    }

    fn takes(&self) -> Takes {
        self.members[0].classifier.takes()
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.members[0].classifier.columns()
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        if !methods.wants(Method::Predict) && !methods.wants(Method::PredictProba) {
            return Ok(methods);
        }
        let mut sum = None;
        for member in &self.members {
            let proba = member.probabilities(builder, x, self.labels.len())?;
            sum = Some(match sum {
                None => proba,
                Some(sum) => builder.add(Op::Arith(Arith::Add), &[sum, proba])?,
            });
        }
        let sum = sum.ok_or_else(|| Error::malformed("calibrated_classifiers_", "no classifier"))?;
        let steps = vec![(Arithmetic::Divide, vec![self.members.len() as f64; self.labels.len()])];
        let proba = builder.add(Op::Scale(Scale { steps }), &[sum])?;
        methods.offer(Method::Predict, || {
            let class = builder.add(Op::ArgMax, &[proba])?;
            Ok(builder.add(Op::Labels(self.labels.clone()), &[class])?)
        })?;
        methods.offer(Method::PredictProba, || Ok(proba))?;
        Ok(methods)
    }
}

impl Member {
    fn probabilities(&self, builder: &mut Builder, x: &Input, classes: usize) -> Result<Edge, Error> {
        let (scores, are_probabilities) = self.scores(builder, x)?;
        let proba = match &self.calibration {
            Calibration::OneByOne(each) => self.one_by_one(builder, scores, each, classes)?,
            Calibration::Together(temperature) => temperature.lower(builder, scores, are_probabilities)?,
        };
        if builder.type_of(proba)?.columns() != classes {
            let message = format!("not a score for each of {classes} classes");
            return Err(Error::unsupported("calibrated_classifiers_", message));
        }
        // only rounding makes more than 1
        Ok(builder.add(Op::Clip(Clip { low: f64::NEG_INFINITY, high: 1.0 }), &[proba])?)
    }

    /// The scores of the classifier as a matrix, by `decision_function` if it has one, else by `predict_proba`.
    fn scores(&self, builder: &mut Builder, x: &Input) -> Result<(Edge, bool), Error> {
        let both = Wanted::of(&[Method::DecisionFunction, Method::PredictProba]);
        let methods = self.classifier.lower(builder, x, both)?;
        let found = methods.offered().iter().find(|(method, _)| *method == Method::DecisionFunction);
        if let Some((_, Results::One(scores))) = found {
            let scores = *scores;
            let is_vector = builder.type_of(scores)?.shape == Shape::Vector;
            return Ok((if is_vector { builder.add(Op::Concat, &[scores])? } else { scores }, false));
        }
        let proba = self.classifier.lower_method(builder, x, Method::PredictProba)?;
        let second = self.takes_second && builder.type_of(proba)?.columns() == 2;
        Ok((if second { builder.add(Op::Columns(Columns(vec![1])), &[proba])? } else { proba }, true))
    }

    /// A class that the classifier does not know has probability 0. Where all have it, all classes are equally probable.
    fn one_by_one(
        &self,
        builder: &mut Builder,
        scores: Edge,
        each: &[Calibrator],
        classes: usize,
    ) -> Result<Edge, Error> {
        let zero = builder.add(Op::Constant(Constant::matrix(DType::F64, [0.0])), &[scores])?;
        let mut columns = vec![zero; classes];
        let count = builder.type_of(scores)?.columns();
        for (column, (calibrator, &place)) in each.iter().zip(&self.places).enumerate().take(count) {
            let score = builder.add(Op::Columns(Columns(vec![column])), &[scores])?;
            let place = if classes == 2 { place + 1 } else { place };
            let proba = calibrator.lower(builder, score)?;
            if let Some(column) = columns.get_mut(place) {
                *column = builder.cast(proba, DType::F64)?;
            }
        }
        if let [_, second] = columns[..] {
            return Ok(builder.add(Op::Complement, &[second])?);
        }
        let all = builder.add(Op::Concat, &columns)?;
        let all = builder.add(Op::OnesForZeros, &[all])?;
        Ok(builder.add(Op::NormalizeSum, &[all])?)
    }
}
