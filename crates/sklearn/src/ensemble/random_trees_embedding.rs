//! `sklearn.ensemble.RandomTreesEmbedding`: the leaf of each tree, one hot.

use cannery_graph::{Builder, DType, Op, TreeEnsemble};

use super::forest::{expect_in_file, leaf_ensemble};
use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;
use crate::tree::nodes::{self, Stored};
use crate::tree::{Missing, TreeKind, n_features};

#[derive(Debug)]
struct RandomTreesEmbedding {
    leaves: TreeEnsemble,
    missing: Missing,
    encoder: Child,
    names: Option<Names>,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.ensemble.RandomTreesEmbedding"],
    // the second until 0.21
    modules: &["sklearn.ensemble._forest", "sklearn.ensemble.forest"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("estimators_", "trees")?;
    let (features, mut stored, mut trees) = (n_features(state)?, 0, vec![]);
    for (index, value) in state.objects("estimators_")?.into_iter().enumerate() {
        let tree = state.object_in(value, &format!("estimators_[{index}]"))?;
        TreeKind::of(&tree)?;
        let Stored { tree, bytes } = nodes::read(&tree, features, &[1])?;
        stored += bytes as u64;
        expect_in_file(state, stored)?;
        trees.push(tree);
    }
    let encoder = Child::read(state, "one_hot_encoder_")?;
    if encoder.takes().columns() != trees.len() {
        let message = format!("for {} trees instead of {}", encoder.takes().columns(), trees.len());
        return Err(state.malformed("one_hot_encoder_", message));
    }
    let first = state.objects("estimators_")?.first().copied();
    let first = first.ok_or_else(|| state.unsupported("estimators_", "no tree"))?;
    let first = state.object_in(first, "estimators_[0]")?;
    let names = names(&encoder);
    Ok(Box::new(RandomTreesEmbedding {
        missing: Missing::of_forest(state, &first, TreeKind::of(&first)?)?,
        leaves: leaf_ensemble(&trees).map_err(|message| state.malformed("estimators_", message))?,
        encoder,
        names,
    }))
}

/// `randomtreesembedding_TREE_LEAF`
fn names(encoder: &Child) -> Option<Names> {
    let of_encoder = encoder.names_out(None)?;
    let renamed = of_encoder
        .iter()
        .map(|name| name.strip_prefix('x').map(|rest| format!("randomtreesembedding_{rest}")));
    Names::new(renamed.collect::<Option<Vec<_>>>()?)
}

impl Estimator for RandomTreesEmbedding {
    fn name(&self) -> &'static str {
        "RandomTreesEmbedding"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.leaves.features() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        self.names.clone()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = self.missing.lower(builder, x)?;
        let leaves = builder.add(Op::TreeEnsemble(self.leaves.clone()), &[x])?;
        let leaves = builder.cast(leaves, DType::I64)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Transform, || {
            self.encoder.lower_method(builder, &leaves.into(), Method::Transform)
        })?;
        Ok(methods)
    }
}
