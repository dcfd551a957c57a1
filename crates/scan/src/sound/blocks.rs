//! Blocks of a frame of pandas: compiled code writes at the places of their columns, since pandas 3 without a look.
//!
//! Source: `BlockManager._rebuild_blknos_and_blklocs` in `pandas/_libs/internals.pyx`.

use cannery_object::{Heap, Value, View};

use super::unsound;
use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site};
use crate::work::Work;

/// Places of all blocks of a `BlockManager` must lie below the number of its columns, which is that of all places.
pub(super) fn check(site: &Site<'_>, work: &mut Work) -> Checked {
    let heap = site.heap;
    let args = heap.object(site.value).map_or(site.args, |object| object.args);
    let places = match (args, site.state_tuple()) {
        ([blocks, ..], _) => of_calls(heap, *blocks, work)?,
        ([], Some([_, _, _, extra])) => of_state(heap, *extra, work)?,
        _ => return Ok(()),
    };
    let (mut total, mut last) = (0_i128, -1);
    for places in places {
        let (count, most) = extent(heap, places, work)?;
        total += count;
        last = last.max(most);
    }
    if last < total { Ok(()) } else { Err(unsound("mgr_locs", format!("column {last} of {total}"))) }
}

/// Places among the arguments of `_unpickle_block(values, places, ndim)`.
fn of_calls(heap: &Heap, blocks: Value, work: &mut Work) -> Result<Vec<Value>, Refusal> {
    let blocks = heap.as_sequence(blocks).ok_or_else(unknown)?;
    work.spend(8 * blocks.len() as u64)?;
    let places = blocks.iter().map(|&block| match Site::of(heap, block)?.args {
        [_, places, ..] => Some(*places),
        _ => None,
    });
    places.collect::<Option<Vec<_>>>().ok_or_else(unknown)
}

/// Places in `{'0.14.1': {'blocks': [{'mgr_locs': …}]}}`. Older states have none.
fn of_state(heap: &Heap, extra: Value, work: &mut Work) -> Result<Vec<Value>, Refusal> {
    let Some(state) = heap.as_dict(extra).and_then(|pairs| heap.lookup(pairs, "0.14.1")) else {
        return Ok(Vec::new());
    };
    let blocks = heap.as_dict(state).and_then(|pairs| heap.as_sequence(heap.lookup(pairs, "blocks")?));
    let blocks = blocks.ok_or_else(unknown)?;
    work.spend(8 * blocks.len() as u64)?;
    let places = blocks.iter().map(|&block| heap.lookup(heap.as_dict(block)?, "mgr_locs"));
    places.collect::<Option<Vec<_>>>().ok_or_else(unknown)
}

/// How many places there are, and the last one.
fn extent(heap: &Heap, places: Value, work: &mut Work) -> Result<(i128, i128), Refusal> {
    if let Some(array) = heap.ndarray(places) {
        let array = array.map_err(|error| unsound("mgr_locs", error))?;
        work.spend(array.raw().map_or(0, <[u8]>::len) as u64)?;
        let most = array
            .stored_ints()
            .and_then(|mut ints| ints.try_fold(-1, |most, int| (int >= 0).then(|| int.max(most))));
        let most = most.ok_or_else(|| unsound("mgr_locs", "not columns"))?;
        return Ok((array.len() as i128, i128::from(most)));
    }
    let View::Builtin(slice) = heap.view(places) else { return Err(unknown()) };
    let parts = slice.elements().map_err(|error| unsound("mgr_locs", error))?;
    let part = |value: Value| heap.as_int(value).map(i128::from);
    let [start, stop, step] = *parts else { return Err(unknown()) };
    let (Some(start), Some(step)) = (part(start), part(step)) else { return Err(unknown()) };
    // backwards to the first column there is no number to stop at
    let stop = if stop == Value::None && step < 0 { Some(-1) } else { part(stop) };
    let Some(stop) = stop.filter(|&stop| slice.name == "slice" && start >= 0 && stop >= -1 && step != 0)
    else {
        return Err(unknown());
    };
    let (span, stride) = if step > 0 { (stop - start, step) } else { (start - stop, -step) };
    let count = ((span + stride - 1) / stride).max(0);
    let last = if step > 0 { start + (count - 1) * step } else { start };
    Ok((count, if count == 0 { -1 } else { last }))
}

fn unknown() -> Refusal {
    Refusal::new(Rule::UnknownArguments, "blocks of a frame whose places are not understood")
}
