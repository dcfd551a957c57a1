use std::io::Write;
use std::path::Path;

use cannery_format::{AtomicFile, Form, Numpy, Writing};
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
    nested_protocol: u8,
    sync: bool,
}

impl Default for DumpOptions {
    fn default() -> Self {
        let Writing { protocol, nested_protocol, is_padded, .. } = Writing::default();
        Self { format: None, protocol, numpy: NumpyNames::AsRead, is_padded, nested_protocol, sync: false }
    }
}

impl DumpOptions {
    /// Pickle or joblib. Without this, the extension of a path decides: `.joblib` is joblib, anything else pickle.
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

    /// The protocol of the pickles that joblib has for arrays of Python objects: 5 by default, as joblib 1.5 writes it;
    /// joblib before wrote 2.
    #[must_use]
    pub fn nested_protocol(mut self, protocol: u8) -> Self {
        self.nested_protocol = protocol;
        self
    }

    /// Whether [`dump`](Self::dump) waits until the file is on the disk.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// Writes a model to a file, which appears whole or not at all.
    pub fn dump(&self, model: &Model, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let is_joblib = path.extension().is_some_and(|extension| extension == "joblib");
        let format = if is_joblib { Format::Joblib } else { Format::Pickle };
        let options = Self { format: Some(self.format.unwrap_or(format)), ..self.clone() };
        options.dump_file(model, path).map_err(|error| error.in_file(path.display()))
    }

    fn dump_file(&self, model: &Model, path: &Path) -> Result<()> {
        let mut file = AtomicFile::create(path)?;
        self.dump_to(model, &mut file)?;
        Ok(if self.sync { file.finish() } else { file.finish_unsynced() }?)
    }

    /// The bytes of a model's file.
    pub fn dumps(&self, model: &Model) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.dump_to(model, &mut bytes)?;
        Ok(bytes)
    }

    /// Writes a model to a stream.
    pub fn dump_to(&self, model: &Model, mut out: impl Write) -> Result<()> {
        let facts = model.facts();
        let is_python_2 = facts.skops_version.is_none() && facts.protocol.is_none_or(|protocol| protocol < 3);
        let is_pickle = matches!(facts.kind, crate::Container::Pickle | crate::Container::Joblib);
        let writing = Writing {
            form: match self.format {
                Some(Format::Joblib) => Form::Joblib,
                Some(Format::Pickle) | None => Form::Pickle,
            },
            protocol: self.protocol,
            nested_protocol: self.nested_protocol.min(self.protocol),
            numpy: match self.numpy {
                NumpyNames::AsRead => Numpy::AsRead,
                NumpyNames::Core => Numpy::V1,
                NumpyNames::PrivateCore => Numpy::V2,
            },
            is_padded: self.is_padded,
            read_protocol: (is_pickle && is_python_2).then_some(2),
        };
        Ok(cannery_format::write(model.heap(), model.root(), writing, &mut out)?)
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
