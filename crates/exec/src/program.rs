use std::mem::take;

use cannery_graph::{Graph, Origin, Shape, Signature, Type};
use cannery_rows::{Column, RowsView};

use crate::batch::{Batch, Refs};
use crate::buffer::{Buffer, ViewMut};
use crate::compile;
use crate::csr::{CsrBuffer, CsrView};
use crate::error::Error;
use crate::output;
use crate::parallel;
use crate::run::{Block, Inputs, Kernel, Place};

/// What a block may take of the cache, in bytes.
const BLOCK_BYTES: usize = 256 << 10;
const MAX_BLOCK_ROWS: usize = 256;
/// What a sparse row is taken to store when blocks are sized.
const TYPICAL_STORED: usize = 64;

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
    /// The name of the operator, for errors.
    pub(crate) operator: &'static str,
}

#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: Box<str>,
    pub(crate) place: Place,
    pub(crate) shape: Shape,
}

/// Memory over the whole batch.
struct Whole<'a> {
    /// The elements; of a CSR matrix those of stages that are through.
    buffer: Buffer<'a>,
    /// What each block of the stage at work stores of a CSR matrix.
    parts: Vec<CsrBuffer>,
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
    /// `Usage` when the batch has another signature or number of columns, or values that the model does not take.
    pub fn run(&self, rows: &RowsView<'_>) -> Result<Vec<Column>, Error> {
        self.run_in_blocks(rows, self.block_rows())
    }

    fn run_in_blocks(&self, rows: &RowsView<'_>, block_rows: usize) -> Result<Vec<Column>, Error> {
        self.check(rows)?;
        let refs = Refs::of(rows);
        self.run_batch(&Batch::new(rows, &refs), block_rows)
    }

    fn run_batch<'a>(&'a self, batch: &Batch<'a>, block_rows: usize) -> Result<Vec<Column>, Error> {
        let mut wholes =
            self.wholes.iter().map(|ty| Whole::new(*ty, batch.rows())).collect::<Result<Vec<_>, _>>()?;
        for stage in &self.stages {
            let block_rows = if stage.over_batch { batch.rows().max(1) } else { block_rows };
            for index in stage.csr_wholes(&self.wholes) {
                wholes[index].divide(self.wholes[index], batch.rows().div_ceil(block_rows));
            }
            self.run_stage(stage, blocks(batch, &mut wholes, &self.wholes, block_rows), block_rows)?;
            wholes.iter_mut().for_each(Whole::unite);
        }
        Ok(self.name_outputs(batch, wholes))
    }

    fn check(&self, rows: &RowsView<'_>) -> Result<(), Error> {
        let (got, want) = (rows.columns(), self.columns);
        if got != want {
            let (s, who) = (if got == 1 { "" } else { "s" }, &self.origin.estimator);
            let message = format!("X has {got} feature{s}, but {who} is expecting {want} features as input");
            return Err(Error::usage(message).at(&self.origin));
        }
        let is = Signature::of(rows);
        if is != self.signature {
            let want = &self.signature;
            return Err(Error::usage(format!("the batch is {is}, and the program was compiled for {want}")));
        }
        Ok(())
    }

    /// Rows of a block, so that the local buffers together stay in cache.
    fn block_rows(&self) -> usize {
        let width = |ty: &Type| match ty.shape {
            Shape::Csr(columns) => columns.min(TYPICAL_STORED),
            Shape::Vector | Shape::Matrix(_) | Shape::Ragged => ty.columns(),
            Shape::Hits(count) => 2 * count,
        };
        let row: usize = self.locals.iter().map(width).fold(1, usize::saturating_add);
        (BLOCK_BYTES / 8 / row).clamp(1, MAX_BLOCK_ROWS)
    }

    fn run_stage<'a>(
        &'a self,
        stage: &'a Stage,
        mut blocks: Vec<Block<'_, 'a>>,
        block_rows: usize,
    ) -> Result<(), Error> {
        let rows = if stage.over_batch { 0 } else { block_rows };
        let scratch = || self.locals.iter().map(|ty| Buffer::new(*ty, rows)).collect::<Vec<_>>();
        if let [block] = &mut blocks[..] {
            return stage.run(block, &mut scratch());
        }
        parallel::each(&mut blocks, scratch, |block, scratch| stage.run(block, scratch))
    }

    fn name_outputs<'a>(&self, batch: &Batch<'a>, mut wholes: Vec<Whole<'a>>) -> Vec<Column> {
        let mut buffer = |index: usize, place: Place| match place {
            Place::Whole(whole) => {
                let is_last = self.outputs[index + 1..].iter().all(|other| other.place != place);
                let buffer = &mut wholes[whole].buffer;
                if is_last { take(buffer) } else { buffer.clone() }
            }
            Place::Field(column) => batch.field(column, 0, batch.rows()).to_buffer(),
            Place::Input | Place::Local(_) => batch.matrix(0, batch.rows()).to_buffer(),
        };
        let column = |(index, named): (usize, &Named)| {
            output::column(&named.name, batch.rows(), named.shape, buffer(index, named.place))
        };
        self.outputs.iter().enumerate().map(column).collect()
    }
}

impl Stage {
    fn run<'a>(&'a self, block: &mut Block<'_, 'a>, scratch: &mut [Buffer<'a>]) -> Result<(), Error> {
        self.steps.iter().try_for_each(|step| {
            step.run(block, scratch).map_err(|error| error.at(&step.origin).of_operator(step.operator))
        })
    }

    /// The CSR matrices over the whole batch that its steps fill.
    fn csr_wholes(&self, wholes: &[Type]) -> impl Iterator<Item = usize> {
        self.steps.iter().filter_map(|step| match step.output {
            Some((Place::Whole(index), _)) if matches!(wholes[index].shape, Shape::Csr(_)) => Some(index),
            _ => None,
        })
    }
}

impl Step {
    fn run<'a>(&'a self, block: &mut Block<'_, 'a>, scratch: &mut [Buffer<'a>]) -> Result<(), Error> {
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
            Some((Place::Input | Place::Field(_), _)) | None => self.call(block, scratch, ViewMut::default()),
        }
    }

    fn call<'a>(
        &'a self,
        block: &Block<'_, 'a>,
        scratch: &[Buffer<'a>],
        mut output: ViewMut<'_, 'a>,
    ) -> Result<(), Error> {
        if let ViewMut::Csr(rows) = &mut output {
            rows.clear();
        }
        self.kernel.run(&Inputs::new(&self.inputs, block, scratch), output)
    }
}

impl Whole<'_> {
    fn new(ty: Type, rows: usize) -> Result<Self, Error> {
        let len = rows.checked_mul(ty.columns()).filter(|&len| len <= isize::MAX as usize / 16);
        match (len, ty.shape) {
            (Some(_), _) | (None, Shape::Csr(_)) => Ok(Self { buffer: Buffer::new(ty, rows), parts: vec![] }),
            (None, _) => Err(Error::usage(format!(
                "{rows} rows of {} results are more than memory can be",
                ty.columns()
            ))),
        }
    }

    /// Makes room for what so many blocks store.
    fn divide(&mut self, ty: Type, blocks: usize) {
        self.parts = vec![CsrBuffer::new(ty.dtype); blocks];
    }

    /// Joins what the blocks stored.
    fn unite(&mut self) {
        if let Buffer::Csr(rows) = &mut self.buffer {
            take(&mut self.parts).into_iter().for_each(|part| rows.append(part));
        }
    }
}

/// What blocks to come are to get of a buffer over the whole batch.
enum Rest<'b, 'a> {
    Dense(ViewMut<'b, 'a>),
    Parts(std::slice::IterMut<'b, CsrBuffer>),
    Done(CsrView<'b>),
}

/// Cuts the batch and all buffers over it at the same rows.
fn blocks<'b, 'a>(
    batch: &'b Batch<'a>,
    wholes: &'b mut [Whole<'a>],
    types: &[Type],
    block_rows: usize,
) -> Vec<Block<'b, 'a>> {
    let rest = |(whole, ty): (&'b mut Whole<'a>, &Type)| match (&mut whole.buffer, whole.parts.is_empty()) {
        (Buffer::Csr(_), false) => Rest::Parts(whole.parts.iter_mut()),
        (Buffer::Csr(rows), true) => Rest::Done(rows.view()),
        (dense, _) => Rest::Dense(dense.view_mut(batch.rows() * ty.columns())),
    };
    let mut rest: Vec<Rest<'b, 'a>> = wholes.iter_mut().zip(types).map(rest).collect();
    let block = |first: usize| {
        let rows = block_rows.min(batch.rows() - first);
        let take_rows = |(rest, ty): (&mut Rest<'b, 'a>, &Type)| match rest {
            Rest::Dense(rest) => rest.take_front(rows * ty.columns()),
            Rest::Parts(parts) => parts.next().map(ViewMut::Csr).unwrap_or_default(),
            Rest::Done(all) => all.try_slice(first, first + rows).map(ViewMut::Done).unwrap_or_default(),
        };
        let wholes = rest.iter_mut().zip(types).map(take_rows).collect();
        Block { first, rows, batch, wholes }
    };
    (0..batch.rows()).step_by(block_rows).map(block).collect()
}

#[cfg(test)]
mod tests {
    use cannery_graph::{Builder, Confidence, Kernel, Matrix, Op, OvoVotes, OvrScores, PairKernel, SvmPairs};

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
            let k = b.add(
                Op::PairKernel(PairKernel {
                    kernel: Kernel::Rbf { gamma: 0.3 },
                    vectors: matrix(21, 3).into(),
                }),
                &[x],
            )?;
            let pairs = SvmPairs { counts: vec![7, 9, 5], coefs: matrix(2, 21), intercepts: vec![0.1; 3] };
            let pairs = b.add(Op::SvmPairs(pairs), &[k])?;
            let classes = b.add(Op::OvoVotes(OvoVotes { classes: 3 }), &[pairs])?;
            let scores = Op::OvrScores(OvrScores { classes: 3, confidence: Confidence::BatchScaled });
            let scores = b.add(scores, &[pairs])?;
            b.output("predict", classes)?;
            b.output("decision_function", scores)
        };
        build().expect("types fit");
        Program::compile(&b.finish(), &["predict", "decision_function"]).expect("both are there")
    }

    #[test]
    #[cfg(feature = "parallel")]
    fn blocks_and_threads_change_no_bit() {
        let program = classifier();
        let x = Vec::from_iter((0..1000 * 3).map(|i| f64::from(i % 17) / 5.0 - 1.5));
        let batch = RowsView::f64(&x, 1000, 3).expect("1000 rows");
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
