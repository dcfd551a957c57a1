//! What takes the place of `threads.rs` where the feature `parallel` is off: the thread of the caller.

use crate::error::{Error, Result};

/// The thread of the caller.
pub(crate) struct Threads;

impl Threads {
    /// Whatever number is wanted, there is one.
    pub(crate) fn new(count: Option<usize>) -> Result<Self> {
        match count {
            Some(0) => Err(Error::usage("0 threads compute nothing; 1 is the least")),
            _ => Ok(Self),
        }
    }

    /// Runs here.
    #[allow(clippy::unused_self, reason = "with threads it is one of them")]
    pub(crate) fn run<T>(&self, task: impl FnOnce() -> T) -> T {
        task()
    }

    /// What a task gives for each item, in their order.
    #[allow(clippy::unused_self, reason = "with threads it is divided among them")]
    pub(crate) fn map<T, R>(&self, items: &[T], task: impl Fn(&T) -> R) -> Vec<R> {
        items.iter().map(task).collect()
    }
}
