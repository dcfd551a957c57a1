use bytes::Bytes;
use cannery_object::{Budget, Limit};

use super::codec::cut_short;
use crate::error::Result;
use crate::source::{Progress, reserve};

/// Where inflated bytes go: a buffer that grows with them and is never larger than a guess from the compressed
/// length, or a chunk more than what came.
pub(crate) struct Sink<'a> {
    out: Vec<u8>,
    chunk: usize,
    whole: u64,
    budget: &'a mut Budget,
    progress: Progress<'a>,
}

/// What one step of a decoder did.
pub(crate) struct Step {
    pub(crate) consumed: usize,
    pub(crate) produced: usize,
    pub(crate) ended: bool,
}

impl<'a> Sink<'a> {
    /// For a stream of `compressed` bytes in a file of `whole` bytes.
    pub(crate) fn new(
        compressed: usize,
        whole: usize,
        budget: &'a mut Budget,
        progress: &'a mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Self> {
        let left = budget.limits().of(Limit::DecompressedBytes).saturating_sub(budget.decompressed());
        let guess = (compressed as u64).saturating_mul(4).min(left) as usize;
        let mut out = Vec::new();
        reserve(&mut out, guess)?;
        let chunk = guess.clamp(4 << 10, 1 << 20);
        Ok(Self { out, chunk, whole: whole as u64, budget, progress })
    }

    /// Runs a decoder over all of `input`, step by step, until it says that its stream has ended. Answers how many
    /// bytes of the input it used.
    pub(crate) fn drive(
        &mut self,
        input: &[u8],
        mut step: impl FnMut(&[u8], &mut [u8]) -> Result<Step>,
    ) -> Result<usize> {
        let mut at = 0;
        loop {
            let done = self.fill(|out| step(&input[at..], out)).map_err(|error| error.at(at))?;
            at += done.consumed;
            if done.ended {
                return Ok(at);
            }
            if done.consumed == 0 && done.produced == 0 {
                return Err(cut_short().at(at));
            }
        }
    }

    /// Hands out room for the next chunk and keeps as much of it as was produced.
    fn fill(&mut self, step: impl FnOnce(&mut [u8]) -> Result<Step>) -> Result<Step> {
        let start = self.out.len();
        reserve(&mut self.out, self.chunk)?;
        self.out.resize(start + self.chunk, 0);
        let done = step(&mut self.out[start..])?;
        self.out.truncate(start + done.produced);
        self.budget.spend_input(done.produced as u64)?;
        self.budget.limits().check_ratio(self.whole, self.out.len() as u64)?;
        (self.progress)(self.out.len() as u64, None);
        Ok(done)
    }

    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    pub(crate) fn budget(&self) -> &Budget {
        self.budget
    }

    pub(crate) fn finish(mut self) -> Bytes {
        self.out.shrink_to_fit();
        self.out.into()
    }
}
