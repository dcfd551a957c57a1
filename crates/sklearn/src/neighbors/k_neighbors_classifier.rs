//! `sklearn.neighbors.KNeighborsClassifier`: the class that most of the nearest training points have.

use cannery_graph::{Builder, ClassCodes, Labels, NeighborResult, Op};
use cannery_object::{DType, Value};

use super::index::Index;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct KNeighborsClassifier {
    index: Index,
    /// One for each output.
    codes: Vec<ClassCodes>,
    /// Of all outputs, one after another.
    labels: Labels,
    /// `outputs_2d_`: whether results are lists.
    is_multi: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neighbors.KNeighborsClassifier"],
    // the second until 0.21
    modules: &["sklearn.neighbors._classification", "sklearn.neighbors.classification"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let index = Index::read(state)?;
    let is_multi = state.bool("outputs_2d_")?;
    let outputs = if is_multi { labels_of_outputs(state)? } else { vec![state.labels("classes_")?] };
    let codes = codes(state, index.samples(), is_multi, &outputs)?;
    let labels = concat(&outputs)
        .ok_or_else(|| state.unsupported("classes_", "outputs whose class labels are of different types"))?;
    Ok(Box::new(KNeighborsClassifier { index, codes, labels, is_multi }))
}

pub(super) fn labels_of_outputs(state: &State<'_>) -> Result<Vec<Labels>, Error> {
    let read = |(index, &value): (usize, &Value)| -> Result<(DType, Labels), Error> {
        let place = format!("classes_[{index}]");
        let array = state.array_in(value, &place)?;
        if array.ndim() != 1 {
            return Err(state.malformed(&place, format!("labels of shape {:?}", array.shape)));
        }
        Ok((array.dtype.clone().into_owned(), state.labels_in(&array, &place)?))
    };
    let outputs = state.sequence("classes_")?.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    // scikit-learn gives all in an array of the first dtype, where longer texts would lose their end
    if outputs.windows(2).any(|pair| pair[0].0 != pair[1].0) {
        return Err(state.unsupported("classes_", "outputs whose class labels are of different dtypes"));
    }
    Ok(outputs.into_iter().map(|(_, labels)| labels).collect())
}

/// `_y` has the class of each sample; a column for each output if there are several.
pub(super) fn codes(
    state: &State<'_>,
    samples: usize,
    is_multi: bool,
    outputs: &[Labels],
) -> Result<Vec<ClassCodes>, Error> {
    const NAME: &str = "_y";
    let array = state.array_of_ndim(NAME, if is_multi { 2 } else { 1 })?;
    if array.shape[0] != samples || array.shape.get(1).is_some_and(|&columns| columns != outputs.len()) {
        let (shape, n) = (&array.shape, outputs.len());
        return Err(state.malformed(NAME, format!("shape {shape:?} for {samples} samples of {n} outputs")));
    }
    let all = array.i64s().map_err(|error| Error::in_view(state.path_of(NAME), &error))?;
    let of_output = |(output, labels): (usize, &Labels)| {
        let codes = all.iter().skip(output).step_by(outputs.len()).map(|&code| u32::try_from(code));
        let codes = codes.collect::<Result<Vec<_>, _>>().ok();
        codes
            .and_then(|codes| ClassCodes::new(labels.len(), codes))
            .ok_or_else(|| state.malformed(NAME, format!("a class that is none of {}", labels.len())))
    };
    outputs.iter().enumerate().map(of_output).collect()
}

/// The labels one after another; `None` when they are of different types.
pub(super) fn concat(outputs: &[Labels]) -> Option<Labels> {
    macro_rules! join {
        ($variant:path) => {{
            let parts = outputs.iter().map(|labels| match labels {
                $variant(labels) => Some(&labels[..]),
                _ => None,
            });
            $variant(parts.collect::<Option<Vec<_>>>()?.concat().into())
        }};
    }
    Some(match outputs.first()? {
        Labels::I64(_) => join!(Labels::I64),
        Labels::F64(_) => join!(Labels::F64),
        Labels::Bool(_) => join!(Labels::Bool),
        Labels::Str(_) => join!(Labels::Str),
    })
}

impl Estimator for KNeighborsClassifier {
    fn name(&self) -> &'static str {
        "KNeighborsClassifier"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.index.features() }
    }

    fn classes(&self) -> Vec<Labels> {
        let widths: Vec<usize> = self.codes.iter().map(ClassCodes::classes).collect();
        self.labels.split(&widths)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let hits = self.index.lower(builder, x)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let class = hits.reduce(builder, NeighborResult::Votes(self.codes.clone()))?;
            let class = if self.is_multi { class } else { builder.add(Op::Flatten, &[class])? };
            Ok(builder.add(Op::Labels(self.labels.clone()), &[class])?)
        })?;
        let mut share = |codes: &ClassCodes| hits.reduce(builder, NeighborResult::Shares(codes.clone()));
        match (self.is_multi, &self.codes[..]) {
            (false, [codes]) => methods.offer(Method::PredictProba, || share(codes))?,
            (_, all) => methods.offer_list(Method::PredictProba, || all.iter().map(share).collect())?,
        }
        Ok(methods)
    }
}
