use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use cannery_format::source::{self, Access};
use cannery_format::{Companions, Document, Facts, Folder, NoCompanions};
use cannery_object::{Heap, Limits, Value};

use crate::error::Result;
use crate::inspect::{JsonOptions, Summary, write_members};
use crate::locate::Place;
use crate::predict::Programs;

/// Opens a model file: pickle, joblib, skops, npy or npz, compressed or not. Nothing in it is executed.
///
/// Files above 1 MiB are mapped, not read: [`Options::map`] says when not to.
///
/// ```
/// let model = cannery::open("../../examples/iris_svc.joblib")?;
/// assert_eq!(model.class(), Some(("sklearn.svm._classes", "SVC")));
/// # Ok::<(), cannery::Error>(())
/// ```
pub fn open(path: impl AsRef<Path>) -> Result<Model> {
    Options::default().open(path)
}

/// Reads a model from bytes, as `pickle.loads` does.
///
/// ```
/// let model = cannery::loads(b"\x80\x04]\x94(K\x01K\x02e.")?;
/// assert_eq!(model.heap().as_list(model.root()).map(<[_]>::len), Some(2));
/// # Ok::<(), cannery::Error>(())
/// ```
pub fn loads(bytes: &[u8]) -> Result<Model> {
    Options::default().loads(bytes)
}

/// Reads a model from a stream to its end, as `pickle.load` does from a file object.
pub fn load(reader: impl Read) -> Result<Model> {
    Options::default().load(reader)
}

/// How a model is opened.
///
/// ```
/// use cannery::{Limit, Limits, Options};
/// let limits = Limits::default().with(Limit::DecompressedBytes, 1 << 20);
/// let model = Options::default().limits(limits).map(false).open("../../examples/iris_svc.joblib")?;
/// assert_eq!(model.facts().kind.name(), "joblib");
/// # Ok::<(), cannery::Error>(())
/// ```
#[derive(Default)]
pub struct Options<'a> {
    limits: Limits,
    read_only_once: bool,
    keep_spelling: bool,
    progress: Option<&'a mut dyn FnMut(Stage, u64, Option<u64>)>,
}

/// What a progress report counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Bytes of the file that were read.
    Read,
    /// Bytes that were decompressed.
    Decompress,
    /// Rows that were predicted.
    Predict,
    /// Files that were judged.
    Scan,
    /// Bytes that were written, before compression; how many there are in all is an estimate.
    Write,
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("limits", &self.limits).field("map", &!self.read_only_once).finish()
    }
}

impl<'a> Options<'a> {
    /// What reading may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Whether files above 1 MiB are mapped (the default). A mapped file must not change while it is in use; whoever
    /// judges a file reads it, so that the bytes judged are the bytes used.
    #[must_use]
    pub fn map(mut self, map: bool) -> Self {
        self.read_only_once = !map;
        self
    }

    /// Whether it is kept how the file spells what means the same, so that
    /// [`DumpOptions::unchanged`](crate::DumpOptions::unchanged) gives back its bytes. Reading takes a little longer.
    #[must_use]
    pub fn keep_spelling(mut self, keep: bool) -> Self {
        self.keep_spelling = keep;
        self
    }

    /// Told now and then how far reading is: stage, bytes done, bytes in all where that is known.
    #[must_use]
    pub fn progress(mut self, progress: &'a mut dyn FnMut(Stage, u64, Option<u64>)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Opens a file, the model in a folder of MLflow, or the model in a tar or zip archive: `models.tar.gz::model.pkl`, or
    /// `models.tar.gz` alone where it holds one model file.
    pub fn open(mut self, path: impl AsRef<Path>) -> Result<Model> {
        let path = path.as_ref();
        let place = Place::of(path).map_err(|error| error.in_file(path.display()))?;
        let bytes = self.bytes_of(&place.file)?;
        let read = self.read(&bytes, place.member.as_deref(), &mut Folder::of(&place.file));
        read.map_err(|error| error.in_file(path.display()))
    }

    /// Reads a model from bytes.
    pub fn loads(mut self, bytes: &[u8]) -> Result<Model> {
        self.limits.check(cannery_object::Limit::InputBytes, bytes.len() as u64)?;
        self.read(&Bytes::copy_from_slice(bytes), None, &mut NoCompanions)
    }

    /// Reads a model from a stream.
    pub fn load(mut self, reader: impl Read) -> Result<Model> {
        let limits = self.limits.clone();
        let bytes =
            source::read(reader, None, &limits, &mut |done, all| self.report(Stage::Read, done, all))?;
        self.read(&bytes, None, &mut NoCompanions)
    }

    /// The bytes of a file, read or mapped.
    pub(crate) fn bytes_of(&mut self, path: &Path) -> Result<Bytes> {
        let limits = self.limits.clone();
        let access = if self.read_only_once { Access::Read } else { Access::Map };
        let bytes = source::open(path, access, &limits, &mut |done, all| self.report(Stage::Read, done, all));
        bytes.map_err(|error| crate::Error::from(error).in_file(path.display()))
    }

    /// What reading may spend.
    pub(crate) fn allowed(&self) -> &Limits {
        &self.limits
    }

    /// Reads bytes that were judged.
    pub(crate) fn read_judged(mut self, bytes: &Bytes, companions: &mut dyn Companions) -> Result<Model> {
        self.read(bytes, None, companions)
    }

    fn read(
        &mut self,
        bytes: &Bytes,
        member: Option<&str>,
        companions: &mut dyn Companions,
    ) -> Result<Model> {
        let limits = self.limits.clone();
        let read =
            if self.keep_spelling { cannery_format::read_spelling } else { cannery_format::read_member };
        let mut report = |done, all| self.report(Stage::Decompress, done, all);
        let document = read(bytes, member, &limits, companions, &mut report)?;
        let root = document.root;
        Ok(Model { document: Arc::new(document), root, programs: Arc::default(), before: Arc::default() })
    }

    fn report(&mut self, stage: Stage, done: u64, all: Option<u64>) {
        if let Some(progress) = &mut self.progress {
            progress(stage, done, all);
        }
    }
}

/// A model file that has been read, or a [part](Self::part) of it: Python objects, inert. A clone shares them, and what was
/// compiled for predictions. Can be shared between threads.
#[derive(Clone, Debug)]
pub struct Model {
    document: Arc<Document>,
    root: Value,
    programs: Arc<Programs>,
    /// The models whose results this one takes: see [`chain`](Self::chain).
    before: Arc<[Self]>,
}

impl Model {
    /// Every Python value of the file.
    pub fn heap(&self) -> &Heap {
        &self.document.heap
    }

    /// The value that the file holds; of a part, the value there.
    pub fn root(&self) -> Value {
        self.root
    }

    /// The same file with another value of it in the place of the root.
    pub(crate) fn at(&self, root: Value) -> Self {
        let (document, before) = (Arc::clone(&self.document), Arc::clone(&self.before));
        Self { document, root, programs: Arc::default(), before }
    }

    /// The same file after its values were changed; nothing that was compiled for it is kept. `None` while another [`Model`]
    /// shares its values.
    pub(crate) fn changed<T, E>(
        mut self,
        change: impl FnOnce(&mut Heap, Value) -> std::result::Result<(Value, T), E>,
    ) -> Option<std::result::Result<(Self, T), E>> {
        let document = Arc::get_mut(&mut self.document)?;
        let changed = change(&mut document.heap, self.root);
        Some(changed.map(|(root, result)| {
            let (document, before) = (self.document, self.before);
            (Self { document, root, programs: Arc::default(), before }, result)
        }))
    }

    /// The same model, to be given what these give.
    pub(crate) fn behind(&self, before: &[Self]) -> Self {
        Self { before: before.into(), ..self.at(self.root) }
    }

    /// The models whose results this one takes.
    pub(crate) fn before(&self) -> &[Self] {
        &self.before
    }

    /// What was compiled for the root.
    pub(crate) fn programs(&self) -> &Programs {
        &self.programs
    }

    /// What is known of the file apart from its values.
    pub fn facts(&self) -> &Facts {
        &self.document.facts
    }

    /// What a person wants to know first: class, pipeline, parameters, shapes, and who wrote the file.
    pub fn summary(&self) -> Summary {
        Summary::of(self.heap(), self.root(), Some(self.facts()))
    }

    /// Writes the summary and the whole Heap as one JSON object: `summary`, `root`, and `deferred` where values lie
    /// too deep. `arrays` gives the elements of all arrays, not only of small ones.
    pub fn write_json(&self, arrays: bool, out: &mut impl std::io::Write) -> Result<()> {
        write!(out, "{{\"summary\":{},", self.summary().to_json())?;
        write_members(self.heap(), self.root(), &JsonOptions::default().arrays(arrays), out)?;
        out.write_all(b"}\n")?;
        Ok(())
    }

    /// Module and name of the class of the value that the file holds, when that is an object.
    pub fn class(&self) -> Option<(&str, &str)> {
        self.heap().object(self.root()).map(|object| object.class())
    }
}
