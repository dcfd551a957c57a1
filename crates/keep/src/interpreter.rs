//! The packages of a Python interpreter, which is asked for them. It imports nothing but the standard library.

use std::path::Path;
use std::process::{Command, Stdio};

use cannery_manifest::Environment;

use crate::error::{Error, Result};
use crate::record::RecordedEnvironment;

/// Runs in Python 3.6 and later.
const PROBE: &str = include_str!("probe.py");

/// Asks an interpreter. This runs the interpreter that the caller names, and nothing of the model.
pub(crate) fn ask(python: &Path) -> Result<Environment> {
    let in_python = |error: Error| error.in_file(python);
    // isolated: no folder of the caller's, no variables, no user's packages
    let output = Command::new(python).args(["-I", "-c", PROBE]).stdin(Stdio::null()).output();
    let output = output.map_err(|error| in_python(error.into()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or("it said nothing");
        return Err(in_python(Error::usage(format!("did not list its packages: {last}"))));
    }
    let answer: Result<RecordedEnvironment, _> = serde_json::from_slice(&output.stdout);
    let answer = answer.map_err(|error| in_python(Error::malformed(format!("answered with {error}"))))?;
    Ok(answer.to_environment())
}
