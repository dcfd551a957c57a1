//! The machine on a bare stream, opcode by opcode and at full speed.

use bytes::Bytes;
use cannery::inspect::{JsonOptions, write_members};
use cannery_object::{Budget, Heap, Value};
use cannery_pickle::{Decoder, Error, Machine, NoInline, Step};

use super::read::{self, Digest};

/// # Panics
/// When the machine's two ways of reading differ, or what [`read`](mod@super::read) asks does not hold.
pub fn check(data: &[u8]) {
    let bytes = Bytes::copy_from_slice(data);
    let (fast, slow) = (outcome(&bytes, at_once), outcome(&bytes, step_by_step));
    assert_eq!(fast, slow, "the quick way reads something else");
    let model = read::read(data);
    read::listed(data, model.is_some() || fast.is_ok());
}

type Way = fn(&mut Heap, &Bytes) -> Result<(Value, usize), Error>;

/// What comes out, as a digest, or the error.
fn outcome(bytes: &Bytes, way: Way) -> Result<((u64, u64), usize), String> {
    let mut budget = Budget::new(read::limits());
    budget.spend_input(bytes.len() as u64).map_err(|error| error.to_string())?;
    let mut heap = Heap::with_budget(budget);
    let (root, end) = way(&mut heap, bytes).map_err(|error| error.to_string())?;
    let mut digest = Digest::default();
    write_members(&heap, root, &JsonOptions::default().arrays(true), &mut digest)
        .map_err(|error| error.to_string())?;
    Ok((digest.finish(), end))
}

fn at_once(heap: &mut Heap, bytes: &Bytes) -> Result<(Value, usize), Error> {
    let buffer = heap.add_buffer(bytes.clone()).expect("a short buffer");
    let outcome = cannery_pickle::read_prefix(heap, bytes, buffer, 0, &mut NoInline)?;
    Ok((outcome.root, outcome.end))
}

fn step_by_step(heap: &mut Heap, bytes: &Bytes) -> Result<(Value, usize), Error> {
    let buffer = heap.add_buffer(bytes.clone()).expect("a short buffer");
    let mut decoder = Decoder::new(bytes, 0, heap.budget().limits());
    let mut machine = Machine::new(bytes, buffer, 0);
    loop {
        let next = decoder.next_op()?;
        match machine.step(heap, next, &mut NoInline)? {
            Step::Next => {}
            Step::Took(taken) => decoder.skip_to(taken.end),
            Step::Stop(root) => return Ok((root, decoder.position())),
        }
    }
}
