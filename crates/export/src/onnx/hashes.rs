//! Tokens counted in columns that their hashes say.

use cannery_graph::{DType, HashCounts};

use super::emit::{Arg, Made, Value};
use super::net::{Net, int, text};
use super::text::{Kind, PAD, Units};

/// Columns up to which all are written; a row then takes 8 MiB.
const MAX_COLUMNS: usize = 1 << 20;

/// Why hashed tokens can't be expressed; `None` if they can.
pub(super) fn refuses(counts: &HashCounts) -> Option<String> {
    let columns = counts.columns;
    (columns > MAX_COLUMNS).then(|| format!("all tensors are dense, and {columns} columns would be too many"))
}

/// A dense tensor of all columns.
pub(super) fn hash_counts(net: &mut Net, x: Arg<'_>, counts: &HashCounts) -> Made {
    let grams = grams(net, x.units()?);
    let (mut places, mut terms) = (Vec::new(), Vec::new());
    for Grams { name, is_one } in grams {
        let hash = net.microsoft("MurmurHash3", &[&name], vec![int("seed", 0), int("positive", 0)]);
        let hash = net.cast(&hash, DType::I64);
        let absolute = net.op("Abs", &[&hash]);
        let columns = net.ints(&[], &[counts.columns as i64]);
        places.push(net.op("Mod", &[&absolute, &columns]));
        let term = net.cast(&is_one, counts.dtype);
        terms.push(match counts.alternate_sign && !counts.binary {
            true => signed(net, &hash, &term, counts.dtype),
            false => term,
        });
    }
    let (places, terms) = (net.concat(&places, 1), net.concat(&terms, 1));
    let zero = number(net, counts.dtype, 0);
    let zero = net.reshape(&zero, &[1, 1]);
    let zeros = net.for_each_row(&zero, &[counts.columns], &places);
    let attributes = vec![int("axis", 1), text("reduction", "add")];
    let sums = net.op_with("ScatterElements", &[&zeros, &places, &terms], attributes);
    Ok(Value::Tensor(match (counts.binary, counts.absolute) {
        // also where terms of both signs add up to 0
        (true, _) => {
            let zero = number(net, counts.dtype, 0);
            let is_any = net.op("Greater", &[&sums, &zero]);
            net.cast(&is_any, counts.dtype)
        }
        (false, true) => net.op("Abs", &[&sums]),
        (false, false) => sums,
    }))
}

/// The term with the sign of the hash.
fn signed(net: &mut Net, hash: &str, term: &str, dtype: DType) -> String {
    let zero = net.ints(&[], &[0]);
    let is_negative = net.op("Less", &[hash, &zero]);
    let [minus, plus] = [-1, 1].map(|sign| number(net, dtype, sign));
    let sign = net.op("Where", &[&is_negative, &minus, &plus]);
    net.op("Mul", &[&sign, term])
}

fn number(net: &mut Net, dtype: DType, value: i64) -> String {
    match dtype {
        DType::I64 => net.ints(&[], &[value]),
        _ => net.float(dtype, value as f64),
    }
}

/// Texts str\[n,m\], and which of them are n-grams.
struct Grams {
    name: String,
    is_one: String,
}

/// The n-grams of each length.
fn grams(net: &mut Net, units: &Units) -> Vec<Grams> {
    let pad = net.texts([PAD]);
    let pads = net.reshape(&pad, &[1, 1]);
    // so that a text of few units has n-grams of every length, which are none
    let pads = net.for_each_row(&pads, &[units.max_n], &units.name);
    let padded = net.concat(&[units.name.clone(), pads], 1);
    let mut all: Vec<Grams> =
        (units.min_n..=units.max_n).map(|length| grams_of(net, &padded, &pad, length, &units.kind)).collect();
    if let Kind::CharsInWords(words) = &units.kind {
        // a word that is shorter than all n-grams is one itself
        if units.min_n > 3 {
            let pattern = format!("(?s).{{1,{}}}", units.min_n - 1);
            let is_one = net.op_with("RegexFullMatch", &[words], vec![text("pattern", &pattern)]);
            all.push(Grams { name: words.clone(), is_one });
        }
    }
    all
}

fn grams_of(net: &mut Net, units: &str, pad: &str, length: usize, kind: &Kind) -> Grams {
    let mut gram: Option<String> = None;
    let mut is_one: Option<String> = None;
    for place in 0..length {
        let unit = slice(net, units, place, length);
        let is_pad = net.op("Equal", &[&unit, pad]);
        let is_unit = net.op("Not", &[&is_pad]);
        is_one = Some(match is_one {
            Some(is_one) => net.op("And", &[&is_one, &is_unit]),
            None => is_unit,
        });
        gram = Some(match gram {
            Some(gram) => {
                let gram = match kind {
                    Kind::Words => {
                        let space = net.texts([" "]);
                        net.op("StringConcat", &[&gram, &space])
                    }
                    Kind::Chars | Kind::CharsInWords(_) => gram,
                };
                net.op("StringConcat", &[&gram, &unit])
            }
            None => unit,
        });
    }
    let (name, mut is_one) = (gram.unwrap_or_default(), is_one.unwrap_or_default());
    if matches!(kind, Kind::CharsInWords(_)) {
        // behind the longest word the next one begins: two spaces
        let is_across = net.op_with("RegexFullMatch", &[&name], vec![text("pattern", "(?s).*  .*")]);
        let is_within = net.op("Not", &[&is_across]);
        is_one = net.op("And", &[&is_one, &is_within]);
    }
    Grams { name, is_one }
}

/// The units at a place of all n-grams of a length.
fn slice(net: &mut Net, units: &str, place: usize, length: usize) -> String {
    let behind = length - 1 - place;
    let end = if behind == 0 { i64::MAX } else { -(behind as i64) };
    let (start, end, axis) = (net.list(&[place]), net.ints(&[1], &[end]), net.list(&[1]));
    net.op("Slice", &[units, &start, &end, &axis])
}
