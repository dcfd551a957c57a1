//! Memory of a Heap that was dropped, for the next one of the same thread.
//!
//! Whoever opens file after file would else have the kernel hand out and take back the same pages each time, which
//! costs as much as filling them.

use std::cell::RefCell;
use std::mem::take;

use super::{Node, Value};

/// The large tables of a Heap, empty.
#[derive(Debug, Default)]
pub(super) struct Spare {
    pub(super) nodes: Vec<Node>,
    pub(super) values: Vec<Value>,
    pub(super) grown: Vec<Value>,
}

/// Most that a thread keeps, in bytes; a larger Heap gives its memory back.
const MOST: usize = 32 << 20;

thread_local! {
    static SPARE: RefCell<Spare> = RefCell::default();
}

impl Spare {
    /// What the thread keeps, or nothing.
    pub(super) fn take() -> Self {
        SPARE
            .try_with(|spare| spare.try_borrow_mut().map(|mut spare| take(&mut *spare)).unwrap_or_default())
            .unwrap_or_default()
    }

    /// Keeps the memory, not the values.
    pub(super) fn keep(mut self) {
        let bytes = size_of::<Node>() * self.nodes.capacity()
            + size_of::<Value>() * (self.values.capacity() + self.grown.capacity());
        if bytes > MOST {
            return;
        }
        self.nodes.clear();
        self.values.clear();
        self.grown.clear();
        // a thread that ends, or is in the middle of this, keeps nothing
        let _ = SPARE.try_with(|spare| spare.try_borrow_mut().map(|mut spare| *spare = self));
    }
}
