//! How long opening a file takes, and looking at all that it holds: `open_time FILE [TIMES]`.
//!
//! Each time the file is opened anew, every value is visited, every array is decoded to its dtype and shape and its
//! data is read, one byte of each cache line. Prints medians in nanoseconds as one JSON object.

#![forbid(unsafe_code)]

use std::time::Instant;

use cannery::{Error, Model};
use cannery_object::{Heap, Node, Value};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let file = args.next().ok_or("usage: open_time FILE [TIMES]")?;
    let times: usize = args.next().map_or(Ok(20), |times| times.parse())?;
    let mut runs = (0..times.max(1)).map(|_| run(&file)).collect::<Result<Vec<_>, _>>()?;
    let seen = runs[0].seen;
    let mut median = |of: fn(&Run) -> u128| {
        runs.sort_by_key(of);
        of(&runs[runs.len() / 2])
    };
    let (open, look, drop) = (median(|run| run.open), median(|run| run.look), median(|run| run.drop));
    let total = median(|run| run.open + run.look + run.drop);
    let Seen { values, arrays, bytes, .. } = seen;
    let report = serde_json::json!({
        "total_ns": total as u64, "open_ns": open as u64, "look_ns": look as u64, "drop_ns": drop as u64,
        "values": values, "arrays": arrays, "array_bytes": bytes,
    });
    #[allow(clippy::print_stdout)]
    {
        println!("{report}");
    }
    Ok(())
}

/// Nanoseconds of one time.
struct Run {
    open: u128,
    look: u128,
    drop: u128,
    seen: Seen,
}

fn run(file: &str) -> Result<Run, Error> {
    let start = Instant::now();
    let model = cannery::open(file)?;
    let open = start.elapsed().as_nanos();
    let start = Instant::now();
    let seen = look(&model);
    let look = start.elapsed().as_nanos();
    let start = Instant::now();
    drop(model);
    Ok(Run { open, look, drop: start.elapsed().as_nanos(), seen })
}

/// What was met on the way, and a sum that keeps the compiler from leaving reading out.
#[derive(Clone, Copy, Default)]
struct Seen {
    values: usize,
    arrays: usize,
    bytes: usize,
    sum: u64,
}

/// Visits every value, in the order in which they were read.
fn look(model: &Model) -> Seen {
    let heap = model.heap();
    let mut seen = Seen::default();
    for value in heap.nodes() {
        seen.values += 1;
        match heap.node_of(value) {
            Some(Node::Str(text) | Node::Str8(text)) => seen.sum += heap.bytes(text).len() as u64,
            Some(Node::List(items) | Node::Tuple(items) | Node::Dict(items)) => {
                seen.sum +=
                    heap.items(items).iter().filter_map(|&item| heap.as_int(item)).sum::<i64>() as u64;
            }
            Some(Node::Call { .. }) => look_at_array(heap, value, &mut seen),
            _ => {}
        }
    }
    std::hint::black_box(seen.sum);
    seen
}

fn look_at_array(heap: &Heap, value: Value, seen: &mut Seen) {
    let Some(Ok(array)) = heap.ndarray(value) else { return };
    seen.arrays += 1;
    seen.sum += array.shape.iter().sum::<usize>() as u64 + array.dtype.itemsize as u64;
    if let Some(raw) = array.raw() {
        seen.bytes += raw.len();
        seen.sum += raw.iter().step_by(64).map(|&byte| u64::from(byte)).sum::<u64>();
    }
}
