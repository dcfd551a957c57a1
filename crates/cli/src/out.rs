//! Standard output and errors.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::process::ExitCode;

/// Why a command ended without doing what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error of the library.
    Error(cannery::Error),
    /// Standard output was closed by its reader, which is no error: `cannery … | head`.
    BrokenPipe,
}

impl From<cannery::Error> for Failure {
    fn from(error: cannery::Error) -> Self {
        if error.is_broken_pipe() { Self::BrokenPipe } else { Self::Error(error) }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        cannery::Error::from(error).into()
    }
}

/// Standard output, buffered.
pub(crate) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// Says what went wrong; gives the exit status.
pub(crate) fn report(failure: &Failure) -> ExitCode {
    match failure {
        Failure::BrokenPipe => ExitCode::SUCCESS,
        Failure::Error(error) => {
            // nobody is left to tell when standard error is closed too
            let _ = writeln!(io::stderr(), "cannery: {error}");
            ExitCode::from(2)
        }
    }
}
