//! Standard output and errors.

use std::io::{self, BufWriter, StdoutLock, Write};

/// The exit status of a command. Unlike the standard library's it can be read, which the Python package does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExitCode(pub(crate) u8);

impl ExitCode {
    /// Fine.
    pub(crate) const SUCCESS: Self = Self(0);
}

impl From<u8> for ExitCode {
    fn from(status: u8) -> Self {
        Self(status)
    }
}

use crate::args::Color;

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

/// Whether what goes to standard output is in colour: `NO_COLOR`, `CLICOLOR_FORCE` and a terminal without colours count too.
pub(crate) fn is_coloured(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    }
}

/// A text with its first line in bold.
pub(crate) fn with_bold_title(text: &str) -> String {
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    format!("\x1b[1m{title}\x1b[0m\n{rest}")
}

/// Says what went wrong, in JSON if the output is in JSON; gives the exit status.
pub(crate) fn report(failure: &Failure, in_json: bool) -> ExitCode {
    match failure {
        Failure::BrokenPipe => ExitCode::SUCCESS,
        Failure::Error(error) => {
            // nobody is left to tell when standard error is closed too
            let _ = match in_json {
                true => writeln!(io::stderr(), "{{\"error\":{}}}", error.to_json()),
                false => writeln!(io::stderr(), "cannery: {error}"),
            };
            ExitCode::from(2)
        }
    }
}

/// Prints what clap has to say: help and versions, or what is wrong with the arguments.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // nobody is left to tell when the stream is closed
    let _ = error.print();
    ExitCode(u8::try_from(error.exit_code()).unwrap_or(2))
}
