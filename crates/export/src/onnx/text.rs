//! Texts to numbers.

use cannery_graph::{DType, HashCounts, TfIdf, Tokens, VocabCounts};

use super::emit::{Arg, Made, Value};
use super::net::Net;

/// Counts weighted. What is not stored is 0 here, and stays 0.
pub(super) fn tf_idf(net: &mut Net, x: Arg<'_>, weights: &TfIdf) -> Made {
    let dtype = x.ty.dtype;
    let mut y = x.tensor()?.to_owned();
    if weights.sublinear {
        let (zero, one) = (net.float(dtype, 0.0), net.float(dtype, 1.0));
        let is_zero = net.op("Equal", &[&y, &zero]);
        let log = net.op("Log", &[&y]);
        let log = net.op("Add", &[&log, &one]);
        y = net.op("Where", &[&is_zero, &zero, &log]);
    }
    if let Some(idf) = &weights.idf {
        let idf = net.floats(DType::F64, &[idf.len()], idf);
        y = super::columns::in_f64(net, &y, dtype, |net, y| net.op("Mul", &[y, &idf]));
    }
    Ok(Value::Tensor(y))
}

/// Why tokens can't be expressed yet.
pub(super) const TOKENS: &str = "texts are not cut into tokens yet";
/// Why hashed tokens can't.
pub(super) const HASHES: &str = "a dense tensor of all columns that hashes can fall in would be too large";

/// Tokens of each text.
pub(super) fn tokens(_: &mut Net, _: Arg<'_>, _: &Tokens) -> Made {
    Err(TOKENS.into())
}

/// Tokens counted by term.
pub(super) fn vocab_counts(_: &mut Net, _: Arg<'_>, _: &VocabCounts) -> Made {
    Err(TOKENS.into())
}

/// Tokens counted by hash.
pub(super) fn hash_counts(_: &mut Net, _: Arg<'_>, _: &HashCounts) -> Made {
    Err(HASHES.into())
}
