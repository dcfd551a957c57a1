//! `sklearn.decomposition.LatentDirichletAllocation`: how much of each topic a row of counts has.

use cannery_graph::{Builder, Check, Op, TopicShares};

use super::rounds;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::Weights;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.decomposition.LatentDirichletAllocation"],
    // the second until 0.21
    modules: &["sklearn.decomposition._lda", "sklearn.decomposition.online_lda"],
    read,
};

#[derive(Debug)]
struct LatentDirichletAllocation {
    topics: Weights,
    shares: TopicShares,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "exp_dirichlet_component_";
    state.expect_fitted(NAME, "topics")?;
    let topics = Weights::read(state, NAME)?;
    let shares = TopicShares {
        topics: topics.matrix.clone(),
        prior: state.float("doc_topic_prior_")?,
        rounds: rounds(state, "max_doc_update_iter")?,
        tolerance: state.float("mean_change_tol")?,
    };
    Ok(Box::new(LatentDirichletAllocation { topics, shares }))
}

impl Estimator for LatentDirichletAllocation {
    fn name(&self) -> &'static str {
        "LatentDirichletAllocation"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.topics.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.topics.rows())
    }

    /// X gets the dtype of the topics.
    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.cast(x, self.topics.dtype)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.add(Op::Guard(Check::NotBelow0), &[x])?;
        let shares = builder.add(Op::TopicShares(self.shares.clone()), &[x])?;
        Ok(Methods::transform(builder.add(Op::NormalizeSum, &[shares])?))
    }
}
