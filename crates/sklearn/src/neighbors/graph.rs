//! `sklearn.neighbors.KNeighborsTransformer` and `RadiusNeighborsTransformer` (0.22 and later): a sparse row of all training
//! points, in which the neighbours are stored.

use cannery_graph::{Builder, NeighborResult, RadiusResult};

use super::index::{Index, Radius, count};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct Graph {
    name: &'static str,
    search: Search,
    /// Distances; 1 without.
    distances: bool,
}

#[derive(Debug)]
enum Search {
    Nearest(Box<Index>),
    Within(Box<Radius>),
}

const MODULES: &[&str] = &["sklearn.neighbors._graph"];

pub(crate) const K_NEIGHBORS: Entry = Entry {
    classes: &["sklearn.neighbors.KNeighborsTransformer"],
    modules: MODULES,
    read: |state| {
        let distances = distances(state)?;
        // a training point is its own neighbour
        let count = |samples: usize| {
            let count = count(state, "n_neighbors", samples)? + usize::from(distances);
            match count <= samples {
                true => Ok(count),
                false => {
                    Err(state.unsupported("n_neighbors", format!("{count} neighbours of {samples} samples")))
                }
            }
        };
        let search = Search::Nearest(Box::new(Index::read_some(state, count)?));
        Ok(Box::new(Graph { name: state.name(), search, distances }))
    },
};

pub(crate) const RADIUS: Entry = Entry {
    classes: &["sklearn.neighbors.RadiusNeighborsTransformer"],
    modules: MODULES,
    read: |state| {
        let search = Search::Within(Box::new(Radius::read(state, false)?));
        Ok(Box::new(Graph { name: state.name(), search, distances: distances(state)? }))
    },
};

fn distances(state: &State<'_>) -> Result<bool, Error> {
    match state.text("mode")?.as_deref() {
        Some("distance") => Ok(true),
        Some("connectivity") => Ok(false),
        _ => Err(state.unsupported("mode", "neither 'distance' nor 'connectivity'")),
    }
}

impl Estimator for Graph {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        let columns = match &self.search {
            Search::Nearest(index) => index.features(),
            Search::Within(index) => index.features(),
        };
        Takes::Numbers { columns }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        let points = match &self.search {
            Search::Nearest(index) => index.samples(),
            Search::Within(index) => index.samples(),
        };
        Names::of_class(self.name, points)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Transform, || match &self.search {
            Search::Nearest(index) => {
                let result = NeighborResult::Graph { points: index.samples(), distances: self.distances };
                index.lower(builder, x)?.reduce(builder, result)
            }
            Search::Within(index) => {
                index.lower(builder, x, RadiusResult::Graph { distances: self.distances })
            }
        })?;
        Ok(methods)
    }
}
