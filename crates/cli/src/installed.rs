//! The versions of the libraries of a Python interpreter.

use std::io;
use std::path::Path;
use std::process::Command;

use cannery::Target;

use crate::out::Failure;

/// Asks an interpreter for the versions of its libraries, none of which it imports: the release of scikit-learn, and the rest as a
/// target.
pub(crate) fn installed(python: &Path) -> Result<(String, Target), Failure> {
    let failed = |what: String| io::Error::other(format!("{}: {what}", python.display()));
    let output = Command::new(python).args(["-c", PROGRAM]).output();
    let output = output.map_err(|error| failed(format!("can't be run: {error}")))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        let last = message.lines().last().unwrap_or("it failed without a message").to_owned();
        return Err(failed(format!("does not tell its versions: {last}")).into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let (mut version, mut target) = (None, Vec::new());
    for line in text.lines() {
        match line.trim().split_once('=') {
            Some(("scikit-learn", release)) => version = Some(release.to_owned()),
            Some(_) => target.push(line.trim()),
            None => {}
        }
    }
    let version = version.ok_or_else(|| failed("has no scikit-learn".into()))?;
    Ok((version, target.join(",").parse()?))
}

/// Reads the metadata of installed packages, with Python 2 too; nothing of the current folder is imported.
const PROGRAM: &str = "
import sys
sys.path = [path for path in sys.path if path]
try:
    from importlib.metadata import version
except ImportError:
    try:
        from importlib_metadata import version
    except ImportError:
        import pkg_resources
        version = lambda name: pkg_resources.get_distribution(name).version
print('python=%d.%d' % sys.version_info[:2])
for name in ('scikit-learn', 'numpy', 'scipy', 'pandas', 'joblib'):
    try:
        found = version(name)
    except Exception:
        continue
    print('%s=%s' % (name, found if name == 'scikit-learn' else '.'.join(found.split('.')[:2])))
";
