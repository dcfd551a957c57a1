use std::io::{self, BufWriter, Write};
use std::path::Path;

use cannery_format::compress::{Codec, Encoder};
use cannery_format::{AtomicFile, Form, Numpy, Writing};
use cannery_object::Value;
use cannery_pickle::WriteError;

use crate::error::{Error, Result};
use crate::model::Model;

/// What a model is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// As `pickle.dump` writes it.
    Pickle,
    /// As `joblib.dump` writes it.
    Joblib,
}

/// Under which names numpy's private modules are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumpyNames {
    /// As the file has them that was read; where it has none, those of numpy 1, which numpy 2 knows too.
    #[default]
    AsRead,
    /// `numpy.core`, of numpy 1.
    Core,
    /// `numpy._core`, of numpy 2.
    PrivateCore,
}

/// How a model is written.
///
/// ```
/// use cannery::{DumpOptions, Format};
/// let model = cannery::open("../../examples/iris_svc.joblib")?;
/// let pickle = DumpOptions::default().format(Format::Pickle).protocol(2).dumps(&model)?;
/// assert_eq!(cannery::loads(&pickle)?.class(), model.class());
/// # Ok::<(), cannery::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DumpOptions {
    format: Option<Format>,
    protocol: u8,
    numpy: NumpyNames,
    is_padded: bool,
    nested_protocol: Option<u8>,
    codec: Option<Codec>,
    keep_wrappers: bool,
    vendored_joblib: bool,
    sync: bool,
}

impl Default for DumpOptions {
    fn default() -> Self {
        Self {
            format: None,
            protocol: Self::PROTOCOL,
            numpy: NumpyNames::AsRead,
            is_padded: true,
            nested_protocol: None,
            codec: None,
            keep_wrappers: false,
            vendored_joblib: false,
            sync: false,
        }
    }
}

impl DumpOptions {
    /// The protocol that is written where none is chosen: Python 3.4 and later read it.
    pub const PROTOCOL: u8 = 4;

    /// Pickle or joblib. Without this, the name of a file decides: `.joblib` is joblib, anything else pickle.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// The pickle protocol, 0 to 5; 4 by default, which Python 3.4 and later read.
    #[must_use]
    pub fn protocol(mut self, protocol: u8) -> Self {
        self.protocol = protocol;
        self
    }

    /// The names of numpy's private modules.
    #[must_use]
    pub fn numpy(mut self, numpy: NumpyNames) -> Self {
        self.numpy = numpy;
        self
    }

    /// Whether joblib's arrays are padded (the default), so that joblib can map them. joblib before 1.2 can't read padding.
    #[must_use]
    pub fn padded(mut self, is_padded: bool) -> Self {
        self.is_padded = is_padded;
        self
    }

    /// The protocol of the pickles that joblib has for arrays of Python objects: without this, 5 or that of the file if it
    /// is less. joblib before 1.5 wrote 2.
    #[must_use]
    pub fn nested_protocol(mut self, protocol: u8) -> Self {
        self.nested_protocol = Some(protocol);
        self
    }

    /// Compresses the file as joblib does, whatever the format. Without a codec the name of a file decides, as for joblib:
    /// `.z`, `.gz`, `.bz2`, `.xz`, `.lzma` and `.lz4` are compressed.
    #[must_use]
    pub fn compress(mut self, codec: Option<Codec>) -> Self {
        self.codec = codec;
        self
    }

    /// Whether arrays are those of the joblib inside scikit-learn before 0.23, beside which there may be no other. Without
    /// this they are where the file that was read has them.
    #[must_use]
    pub fn vendored_joblib(mut self, vendored: bool) -> Self {
        self.vendored_joblib = vendored;
        self
    }

    /// What writes a model as it was read: format, protocol and padding, and of one that was opened with
    /// [`Options::keep_spelling`](crate::Options::keep_spelling) the same bytes. Compression is not kept.
    pub fn unchanged(model: &Model) -> Self {
        let facts = model.facts();
        let format = if facts.kind == crate::Container::Joblib { Format::Joblib } else { Format::Pickle };
        let spelling = match model.root() {
            Value::Ref(id) => model.heap().spelling().and_then(|spelling| spelling.streams.get(&id)),
            _ => None,
        };
        let without = spelling.map_or(0, |stream| u8::from(stream.is_binary));
        let protocol = facts.protocol.and_then(|protocol| u8::try_from(protocol).ok()).unwrap_or(without);
        Self { keep_wrappers: true, ..Self::default().format(format).protocol(protocol.min(5)) }
    }

    /// Whether [`dump`](Self::dump) waits until the file is on the disk.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// Writes a model to a file, which appears whole or not at all.
    pub fn dump(&self, model: &Model, path: impl AsRef<Path>) -> Result<()> {
        self.dump_watched(model, path.as_ref(), &mut |_| ())
    }

    /// The same, and tells how many bytes are written before they are compressed.
    pub(crate) fn dump_watched(&self, model: &Model, path: &Path, told: &mut dyn FnMut(u64)) -> Result<()> {
        let (format, codec) = named(path);
        let options = Self { format: self.format.or(format), codec: self.codec.or(codec), ..self.clone() };
        options.dump_file(model, path, told).map_err(|error| error.in_file(path.display()))
    }

    fn dump_file(&self, model: &Model, path: &Path, told: &mut dyn FnMut(u64)) -> Result<()> {
        let mut file = AtomicFile::create(path)?;
        self.encode(model, &mut file, told)?;
        Ok(if self.sync { file.finish() } else { file.finish_unsynced() }?)
    }

    /// The bytes of a model's file.
    pub fn dumps(&self, model: &Model) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.dump_to(model, &mut bytes)?;
        Ok(bytes)
    }

    /// Writes a model to a stream.
    pub fn dump_to(&self, model: &Model, out: impl Write) -> Result<()> {
        self.encode(model, out, &mut |_| ())
    }

    fn encode(&self, model: &Model, out: impl Write, told: &mut dyn FnMut(u64)) -> Result<()> {
        let Some(codec) = self.codec else {
            let mut out = Counted { out, done: 0, told };
            return self.dump_plain(model, &mut out);
        };
        let encoder = Encoder::new(codec, BufWriter::new(out))?;
        let mut counted = Counted { out: encoder, done: 0, told };
        self.dump_plain(model, &mut counted)?;
        Ok(counted.out.finish()?.flush()?)
    }

    fn dump_plain(&self, model: &Model, out: &mut dyn Write) -> Result<()> {
        let facts = model.facts();
        let is_python_2 = facts.skops_version.is_none() && facts.protocol.is_none_or(|protocol| protocol < 3);
        let is_pickle = matches!(facts.kind, crate::Container::Pickle | crate::Container::Joblib);
        let writing = Writing {
            form: match self.format {
                Some(Format::Joblib) => Form::Joblib,
                Some(Format::Pickle) | None => Form::Pickle,
            },
            protocol: self.protocol,
            nested_protocol: self.nested_protocol.unwrap_or(self.protocol),
            numpy: match self.numpy {
                NumpyNames::AsRead => Numpy::AsRead,
                NumpyNames::Core => Numpy::V1,
                NumpyNames::PrivateCore => Numpy::V2,
            },
            is_padded: self.is_padded,
            keep_wrappers: self.keep_wrappers,
            vendored_joblib: self.vendored_joblib,
            read_protocol: (is_pickle && is_python_2).then_some(2),
        };
        Ok(cannery_format::write(model.heap(), model.root(), writing, out)?)
    }
}

/// Format and codec that the name of a file says, as far as it does: `model.joblib.gz`.
pub(crate) fn named(path: &Path) -> (Option<Format>, Option<Codec>) {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let mut endings = name.rsplit('.').peekable();
    let codec = endings.peek().and_then(|ending| match *ending {
        "z" => Codec::named("zlib", None),
        "gz" => Codec::named("gzip", None),
        "bz2" | "xz" | "lzma" | "lz4" => Codec::named(ending, None),
        _ => None,
    });
    if codec.is_some() {
        endings.next();
    }
    let format = match endings.next() {
        Some("joblib") => Some(Format::Joblib),
        Some("pkl" | "pickle") => Some(Format::Pickle),
        _ => None,
    };
    (format, codec)
}

/// Counts the bytes on their way.
struct Counted<'t, W> {
    out: W,
    done: u64,
    told: &'t mut dyn FnMut(u64),
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.done += written as u64;
        (self.told)(self.done);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Model {
    /// Writes the model to a file as `pickle.dump` does, or as `joblib.dump` does if its name ends in `.joblib`. The file
    /// appears whole or not at all. [`DumpOptions`] has more ways.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("model.pkl");
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// model.dump(&path)?;
    /// assert_eq!(cannery::open(&path)?.class(), model.class());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dump(&self, path: impl AsRef<Path>) -> Result<()> {
        DumpOptions::default().dump(self, path)
    }

    /// The model as `pickle.dumps` gives it.
    pub fn dumps(&self) -> Result<Vec<u8>> {
        DumpOptions::default().dumps(self)
    }

    /// Writes the model to a stream, as `pickle.dump` does.
    pub fn dump_to(&self, out: impl Write) -> Result<()> {
        DumpOptions::default().dump_to(self, out)
    }
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Io(error) => error.into(),
            WriteError::Unsupported(message) => Self::unsupported(message),
        }
    }
}
