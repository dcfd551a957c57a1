//! From texts to counts in one go: tokens are never stored.

mod accents;
mod analyzer;
mod char_map;
mod lowercase;
mod matcher;
mod murmur;
mod records;
mod vocabulary;
mod words;

use cannery_graph::{HashCounts, Node, Op, VocabCounts};

use crate::buffer::ViewMut;
use crate::csr::{CsrBuffer, Stored};
use crate::error::Error;
use crate::run::{Inputs, Kernel};
use analyzer::{Analyzer, Scratch};
use murmur::murmur3;
pub(crate) use records::Records;
use vocabulary::Vocabulary;

/// What makes the tokens that a counting operator takes: its input node, which has no kernel of its own.
fn analyzer(node: &Node, nodes: &[Node]) -> Result<Analyzer, Error> {
    match node.inputs.first().map(|input| &nodes[input.index()].op) {
        Some(Op::Tokens(tokens)) => Analyzer::new(tokens),
        _ => Err(Error::unsupported("counts of rows of texts that are not tokens of one text each")),
    }
}

/// How often each term of a vocabulary is among the tokens.
#[derive(Debug)]
pub(crate) struct InVocabulary {
    analyzer: Analyzer,
    vocabulary: Vocabulary,
    binary: bool,
}

impl InVocabulary {
    pub(crate) fn new(counts: &VocabCounts, node: &Node, nodes: &[Node]) -> Result<Self, Error> {
        let VocabCounts { vocabulary, binary, dtype: _ } = counts;
        Ok(Self {
            analyzer: analyzer(node, nodes)?,
            vocabulary: Vocabulary::new(vocabulary),
            binary: *binary,
        })
    }
}

impl Kernel for InVocabulary {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error> {
        let (out, mut scratch, mut columns) = (output.csr(), Scratch::default(), Vec::new());
        for text in inputs.x().strs() {
            columns.clear();
            self.analyzer.each(text, &mut scratch, |token| columns.extend(self.vocabulary.column(token)))?;
            columns.sort_unstable();
            for same in columns.chunk_by(|a, b| a == b) {
                push(out, same[0], if self.binary { 1 } else { same.len() as i64 });
            }
            out.end_row();
        }
        Ok(())
    }
}

/// Sums of ±1 in columns that the hashes of tokens say.
#[derive(Debug)]
pub(crate) struct ByHash {
    analyzer: Analyzer,
    counts: HashCounts,
}

impl ByHash {
    pub(crate) fn new(counts: HashCounts, node: &Node, nodes: &[Node]) -> Result<Self, Error> {
        Ok(Self { analyzer: analyzer(node, nodes)?, counts })
    }

    /// Column and sign of a token.
    fn place(&self, token: &str) -> (u32, bool) {
        let hash = murmur3(token.as_bytes());
        // below the number of columns, which is below 2^31
        let column = hash.unsigned_abs() as usize % self.counts.columns;
        (column as u32, hash < 0 && self.counts.alternate_sign)
    }

    fn value(&self, signs: &[(u32, bool)]) -> i64 {
        let negative = signs.iter().filter(|(_, is_negative)| *is_negative).count() as i64;
        let sum = signs.len() as i64 - 2 * negative;
        match (self.counts.binary, self.counts.absolute) {
            (true, _) => 1,
            (false, true) => sum.abs(),
            (false, false) => sum,
        }
    }
}

impl Kernel for ByHash {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error> {
        let (out, mut scratch, mut places) = (output.csr(), Scratch::default(), Vec::new());
        for text in inputs.x().strs() {
            places.clear();
            self.analyzer.each(text, &mut scratch, |token| places.push(self.place(token)))?;
            places.sort_unstable();
            for same in places.chunk_by(|a, b| a.0 == b.0) {
                push(out, same[0].0, self.value(same));
            }
            out.end_row();
        }
        Ok(())
    }
}

fn push(out: &mut CsrBuffer, column: u32, count: i64) {
    out.columns.push(column);
    match &mut out.values {
        Stored::F32(values) => values.push(count as f32),
        Stored::F64(values) => values.push(count as f64),
        Stored::I64(values) => values.push(count),
    }
}
