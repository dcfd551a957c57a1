use std::mem::take;
use std::sync::Arc;

use cannery_graph::{Graph, Origin, Shape, Signature, Type};
use rayon::prelude::*;

use crate::batch::Batch;
use crate::buffer::{Buffer, View, ViewMut};
use crate::compile;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::output::{Output, Strings, Values};

/// What a block may take of the cache, in bytes.
const BLOCK_BYTES: usize = 256 << 10;
const MAX_BLOCK_ROWS: usize = 256;

/// A graph compiled for some of its outputs. Can be shared between threads.
#[derive(Debug)]
pub struct Program {
    pub(crate) signature: Signature,
    pub(crate) columns: usize,
    pub(crate) origin: Origin,
    pub(crate) stages: Vec<Stage>,
    /// Buffers of a block, used anew by value after value.
    pub(crate) locals: Vec<Type>,
    /// Buffers over the whole batch: outputs, and what a later stage takes.
    pub(crate) wholes: Vec<Type>,
    pub(crate) outputs: Vec<Named>,
}

/// Steps to be carried out block by block, or once over the whole batch. A stage begins when the one before it
/// is through with all rows.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) steps: Vec<Step>,
    pub(crate) over_batch: bool,
}

/// One operator with the places of what it takes and gives.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) kernel: Box<dyn Kernel>,
    pub(crate) inputs: Vec<(Place, usize)>,
    /// `None` when the kernel only looks.
    pub(crate) output: Option<(Place, usize)>,
    pub(crate) origin: Origin,
}

/// Where a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Input,
    Local(usize),
    Whole(usize),
}

#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: Box<str>,
    pub(crate) whole: usize,
    pub(crate) shape: Shape,
    /// The texts that a `str` output takes its elements from.
    pub(crate) table: Option<Arc<[Box<str>]>>,
}

/// Rows `first..first + rows` of the batch, on their way.
struct Block<'a> {
    first: usize,
    rows: usize,
    input: View<'a>,
    wholes: Vec<ViewMut<'a>>,
}

impl Program {
    /// Compiles what the named outputs of a graph need, and nothing else.
    ///
    /// # Errors
    /// `Unsupported` when the graph has no such output; the message gives the graph's reason if it has one.
    pub fn compile(graph: &Graph, outputs: &[&str]) -> Result<Self, Error> {
        compile::compile(graph, outputs)
    }

    /// What a batch must be.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Number of columns that a batch must have.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Whether a row's result depends on the other rows of its batch, so that a table can't be cut into batches.
    pub fn needs_whole_batch(&self) -> bool {
        self.stages.iter().any(|stage| stage.over_batch)
    }

    /// Runs on a batch. The outputs come in the order in which they were asked for; a batch of no rows gives
    /// outputs of no rows.
    ///
    /// # Errors
    /// `Usage` when the batch has another dtype or number of columns, or values that the model does not take.
    pub fn run(&self, batch: &Batch<'_>) -> Result<Vec<Output>, Error> {
        self.run_in_blocks(batch, self.block_rows())
    }

    fn run_in_blocks(&self, batch: &Batch<'_>, block_rows: usize) -> Result<Vec<Output>, Error> {
        self.check(batch)?;
        let mut wholes =
            self.wholes.iter().map(|ty| whole(*ty, batch.rows())).collect::<Result<Vec<_>, _>>()?;
        for stage in &self.stages {
            let block_rows = if stage.over_batch { batch.rows().max(1) } else { block_rows };
            self.run_stage(stage, blocks(batch, &mut wholes, &self.wholes, block_rows), block_rows)?;
        }
        Ok(self.name_outputs(wholes))
    }

    fn check(&self, batch: &Batch<'_>) -> Result<(), Error> {
        let (got, want) = (batch.columns(), self.columns);
        if got != want {
            let (s, who) = (if got == 1 { "" } else { "s" }, &self.origin.estimator);
            let message = format!("X has {got} feature{s}, but {who} is expecting {want} features as input");
            return Err(Error::usage(message).at(&self.origin));
        }
        if batch.signature() != self.signature {
            let (is, want) = (batch.signature(), &self.signature);
            return Err(Error::usage(format!("the batch is {is}, and the program was compiled for {want}")));
        }
        Ok(())
    }

    /// Rows of a block, so that the local buffers together stay in cache.
    fn block_rows(&self) -> usize {
        let row: usize = self.locals.iter().map(|ty| ty.columns()).fold(1, usize::saturating_add);
        (BLOCK_BYTES / 8 / row).clamp(1, MAX_BLOCK_ROWS)
    }

    /// Of several errors the one of the first block counts, whichever thread was first.
    fn run_stage(&self, stage: &Stage, mut blocks: Vec<Block<'_>>, block_rows: usize) -> Result<(), Error> {
        let rows = if stage.over_batch { 0 } else { block_rows };
        let scratch =
            || self.locals.iter().map(|ty| Buffer::new(ty.dtype, rows * ty.columns())).collect::<Vec<_>>();
        if let [block] = &mut blocks[..] {
            return stage.run(block, &mut scratch());
        }
        let results = blocks.par_iter_mut().map_init(scratch, |scratch, block| stage.run(block, scratch));
        results.collect::<Vec<_>>().into_iter().collect()
    }

    fn name_outputs(&self, mut wholes: Vec<Buffer>) -> Vec<Output> {
        let output = |(index, named): (usize, &Named)| {
            let is_last = self.outputs[index + 1..].iter().all(|other| other.whole != named.whole);
            let buffer = &mut wholes[named.whole];
            let buffer = if is_last { take(buffer) } else { buffer.clone() };
            Output {
                name: named.name.clone(),
                shape: named.shape,
                values: values(buffer, named.table.as_ref()),
            }
        };
        self.outputs.iter().enumerate().map(output).collect()
    }
}

impl Stage {
    fn run(&self, block: &mut Block<'_>, scratch: &mut [Buffer]) -> Result<(), Error> {
        self.steps
            .iter()
            .try_for_each(|step| step.run(block, scratch).map_err(|error| error.at(&step.origin)))
    }
}

impl Step {
    fn run(&self, block: &mut Block<'_>, scratch: &mut [Buffer]) -> Result<(), Error> {
        match self.output {
            Some((Place::Local(slot), columns)) => {
                let mut output = take(&mut scratch[slot]);
                let result = self.call(block, scratch, output.view_mut(block.rows * columns));
                scratch[slot] = output;
                result
            }
            Some((Place::Whole(index), _)) => {
                let mut output = take(&mut block.wholes[index]);
                let result = self.call(block, scratch, output.reborrow());
                block.wholes[index] = output;
                result
            }
            Some((Place::Input, _)) | None => self.call(block, scratch, ViewMut::default()),
        }
    }

    fn call(&self, block: &Block<'_>, scratch: &[Buffer], output: ViewMut<'_>) -> Result<(), Error> {
        self.kernel.run(&Inputs { step: self, block, scratch }, output)
    }
}

/// What a kernel takes.
pub(crate) struct Inputs<'s, 'b> {
    step: &'s Step,
    block: &'s Block<'b>,
    scratch: &'s [Buffer],
}

impl<'s> Inputs<'s, '_> {
    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.block.rows
    }

    /// Position of the first row in the batch.
    pub(crate) fn first_row(&self) -> usize {
        self.block.first
    }

    /// The value that the operator takes, of the only or first edge.
    pub(crate) fn x(&self) -> View<'s> {
        self.arg(0)
    }

    /// The value of one of the edges that the operator takes.
    pub(crate) fn arg(&self, index: usize) -> View<'s> {
        let (place, columns) = self.step.inputs[index];
        match place {
            Place::Input => self.block.input,
            Place::Local(slot) => self.scratch[slot].view(self.block.rows * columns),
            Place::Whole(index) => self.block.wholes[index].as_view(),
        }
    }
}

fn whole(ty: Type, rows: usize) -> Result<Buffer, Error> {
    let len = rows.checked_mul(ty.columns()).filter(|&len| len <= isize::MAX as usize / 8);
    let too_large =
        || Error::usage(format!("{rows} rows of {} results are more than memory can be", ty.columns()));
    len.map(|len| Buffer::new(ty.dtype, len)).ok_or_else(too_large)
}

/// Cuts the batch and all buffers over it at the same rows.
fn blocks<'a>(
    batch: &Batch<'a>,
    wholes: &'a mut [Buffer],
    types: &[Type],
    block_rows: usize,
) -> Vec<Block<'a>> {
    let mut rest: Vec<_> =
        wholes.iter_mut().zip(types).map(|(b, ty)| b.view_mut(batch.rows() * ty.columns())).collect();
    let block = |first: usize| {
        let rows = block_rows.min(batch.rows() - first);
        let wholes =
            rest.iter_mut().zip(types).map(|(rest, ty)| rest.take_front(rows * ty.columns())).collect();
        Block { first, rows, input: batch.slice(first, first + rows), wholes }
    };
    (0..batch.rows()).step_by(block_rows).map(block).collect()
}

fn values(buffer: Buffer, table: Option<&Arc<[Box<str>]>>) -> Values {
    match buffer {
        Buffer::F32(values) => Values::F32(values),
        Buffer::F64(values) => Values::F64(values),
        Buffer::I64(values) => Values::I64(values),
        Buffer::Bool(values) => Values::Bool(values),
        Buffer::Str(codes) => Values::Str(Strings { codes, table: table.cloned().unwrap_or_default() }),
    }
}

#[cfg(test)]
mod tests {
    use cannery_graph::{Builder, Confidence, Kernel, Matrix, Op, SvmPairs};

    use super::*;

    fn classifier() -> Program {
        let number = |i: usize| ((i * 7919 % 1000) as f64 - 500.0) / 370.0;
        let matrix = |rows, columns| {
            let values = Vec::from_iter((0..rows * columns).map(number));
            Matrix::new(rows, columns, values).expect("as many as said")
        };
        let mut b = Builder::new(Signature::default());
        let mut build = || {
            let x = b.input(3)?;
            let k =
                b.add(Op::PairKernel { kernel: Kernel::Rbf { gamma: 0.3 }, vectors: matrix(21, 3) }, &[x])?;
            let pairs = SvmPairs { counts: vec![7, 9, 5], coefs: matrix(2, 21), intercepts: vec![0.1; 3] };
            let pairs = b.add(Op::SvmPairs(pairs), &[k])?;
            let classes = b.add(Op::OvoVotes { classes: 3 }, &[pairs])?;
            let scores = Op::OvrScores { classes: 3, confidence: Confidence::BatchScaled };
            let scores = b.add(scores, &[pairs])?;
            b.output("predict", classes)?;
            b.output("decision_function", scores)
        };
        build().expect("types fit");
        Program::compile(&b.finish(), &["predict", "decision_function"]).expect("both are there")
    }

    #[test]
    fn blocks_and_threads_change_no_bit() {
        let program = classifier();
        let x = Vec::from_iter((0..1000 * 3).map(|i| f64::from(i % 17) / 5.0 - 1.5));
        let batch = Batch::f64(&x, 1000, 3).expect("1000 rows");
        let whole = program.run_in_blocks(&batch, 1000).expect("a fine batch");
        for (threads, block_rows) in [(1, 1), (3, 7), (5, 256), (2, 999)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let run = pool.install(|| program.run_in_blocks(&batch, block_rows)).expect("a fine batch");
            assert_eq!(run, whole, "{threads} threads, blocks of {block_rows} rows");
        }
    }

    #[test]
    fn buffers_are_planned() {
        let program = classifier();
        assert_eq!(program.locals.len(), 1, "only the kernel values stay in the block");
        assert_eq!(
            program.wholes.len(),
            3,
            "two outputs, and the decisions that the stage over the batch takes"
        );
        assert_eq!(program.stages.iter().map(|s| s.over_batch).collect::<Vec<_>>(), [false, true]);
    }
}
