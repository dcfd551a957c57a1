//! How many threads compute.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Result};

/// The threads of one task: those of the process, or some of its own.
pub(crate) struct Threads(Option<ThreadPool>);

impl Threads {
    /// `None` is one thread for each processor, shared by the process.
    pub(crate) fn new(count: Option<usize>) -> Result<Self> {
        let build = |count| ThreadPoolBuilder::new().num_threads(count).build();
        let pool = match count {
            Some(0) => return Err(Error::usage("0 threads compute nothing; 1 is the least")),
            Some(count) => Some(build(count).map_err(|error| {
                Error::io_message(format!("{count} threads can't be started: {error}"), None)
            })?),
            None => None,
        };
        Ok(Self(pool))
    }

    /// Runs on these threads.
    pub(crate) fn run<T: Send>(&self, task: impl FnOnce() -> T + Send) -> T {
        match &self.0 {
            Some(pool) => pool.install(task),
            None => task(),
        }
    }

    /// What a task gives for each item, in their order.
    pub(crate) fn map<T: Sync, R: Send>(&self, items: &[T], task: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
        self.run(|| items.par_iter().map(task).collect())
    }
}
