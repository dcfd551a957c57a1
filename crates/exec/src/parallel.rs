//! Blocks of rows, one after the other or on the threads of the process.

use crate::error::Error;

/// Runs each block; `scratch` is made once for a thread. Of several errors the one of the first block counts, whichever
/// thread was first.
#[cfg(feature = "parallel")]
pub(crate) fn each<B: Send, S>(
    blocks: &mut [B],
    scratch: impl Fn() -> S + Send + Sync,
    run: impl Fn(&mut B, &mut S) -> Result<(), Error> + Send + Sync,
) -> Result<(), Error> {
    use rayon::prelude::*;

    let results = blocks.par_iter_mut().map_init(scratch, |scratch, block| run(block, scratch));
    results.collect::<Vec<_>>().into_iter().collect()
}

/// Runs each block; `scratch` is made once.
#[cfg(not(feature = "parallel"))]
pub(crate) fn each<B, S>(
    blocks: &mut [B],
    scratch: impl Fn() -> S,
    run: impl Fn(&mut B, &mut S) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut scratch = scratch();
    blocks.iter_mut().try_for_each(|block| run(block, &mut scratch))
}
