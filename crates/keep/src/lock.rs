//! Lock files: `pylock.toml` (PEP 751), `uv.lock`, and requirements with pinned versions.

use cannery_manifest::{LockKind, Package, Sha256};
use serde::Deserialize;

use crate::error::{Error, Result};

/// The packages of a lock file, sorted.
pub(crate) fn read(kind: LockKind, text: &str) -> Result<Vec<Package>> {
    let mut packages = match kind {
        LockKind::Pylock => read_toml::<Pylock>(text)?.packages.into_iter().map(Locked::package).collect(),
        LockKind::Uv => read_toml::<UvLock>(text)?.package.into_iter().map(Locked::package).collect(),
        _ => read_requirements(text),
    }?;
    packages.sort();
    packages.dedup();
    match packages.is_empty() {
        true => Err(Error::malformed("no package is locked in it")),
        false => Ok(packages),
    }
}

/// The format by a file's name.
pub(crate) fn kind_of(name: &str) -> Result<LockKind> {
    let is_pylock = name.starts_with("pylock.") && name.ends_with(".toml");
    match name {
        "uv.lock" => Ok(LockKind::Uv),
        _ if is_pylock => Ok(LockKind::Pylock),
        _ if name.ends_with(".txt") || name.ends_with(".lock") => Ok(LockKind::Requirements),
        _ => Err(Error::usage("expected pylock.toml, uv.lock or a requirements file that ends in .txt")),
    }
}

/// The name that a lock file gets in a bundle.
pub(crate) fn name_of(kind: LockKind) -> &'static str {
    match kind {
        LockKind::Pylock => "pylock.toml",
        LockKind::Uv => "uv.lock",
        _ => "requirements.txt",
    }
}

#[derive(Deserialize)]
struct Pylock {
    #[serde(default)]
    packages: Vec<Locked>,
}

#[derive(Deserialize)]
struct UvLock {
    #[serde(default)]
    package: Vec<Locked>,
}

/// A package of `pylock.toml` or `uv.lock`, of which fields that are not needed are skipped.
#[derive(Deserialize)]
struct Locked {
    name: String,
    version: Option<String>,
    #[serde(default)]
    wheels: Vec<Artefact>,
    sdist: Option<Artefact>,
    /// Of pylock.toml: what is not from an index but by its commit or folder.
    vcs: Option<Commit>,
    archive: Option<Artefact>,
    directory: Option<toml::Value>,
}

#[derive(Deserialize)]
struct Artefact {
    /// Of uv.lock: `sha256:…`.
    hash: Option<String>,
    #[serde(default)]
    hashes: Hashes,
}

#[derive(Default, Deserialize)]
struct Hashes {
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct Commit {
    #[serde(rename = "commit-id")]
    commit: String,
}

impl Locked {
    fn package(self) -> Result<Package> {
        let pinned = self.version.or(self.vcs.map(|vcs| vcs.commit));
        let local = if self.directory.is_some() { "a local folder" } else { "no version" };
        let Some(version) = pinned.or_else(|| self.archive.as_ref().map(|_| "archive".to_owned())) else {
            return Err(Error::usage(format!("{}: {local}, which fixes nothing", self.name)));
        };
        let artefacts = self.wheels.iter().chain(&self.sdist).chain(&self.archive);
        let text = artefacts.filter_map(|artefact| {
            let uv = artefact.hash.as_ref().and_then(|hash| hash.strip_prefix("sha256:"));
            artefact.hashes.sha256.as_deref().or(uv)
        });
        let mut sha256: Vec<Sha256> = text.map(Sha256::new).collect::<Result<_, _>>()?;
        sha256.sort();
        sha256.dedup();
        Ok(Package { name: Package::normalise(&self.name), version, sha256 })
    }
}

fn read_toml<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| Error::malformed(error.message().to_owned()))
}

/// Lines `name==version; marker --hash=sha256:…`, with a backslash where a line goes on.
fn read_requirements(text: &str) -> Result<Vec<Package>> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let lines = joined.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
    let wanted = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', '-']));
    wanted.map(read_requirement).collect()
}

fn read_requirement(line: &str) -> Result<Package> {
    let (requirement, options) = line.split_once(" --").map_or((line, ""), |(before, after)| (before, after));
    let requirement = requirement.split(';').next().unwrap_or_default().trim();
    let is_pinned =
        |version: &str| !version.is_empty() && !version.contains(['*', ',', '<', '>', '!', '~', ' ']);
    let pinned = requirement
        .split_once("==")
        .map(|(name, version)| (name.trim(), version.trim_start_matches('=').trim()));
    let Some((name, version)) = pinned.filter(|(_, version)| is_pinned(version)) else {
        return Err(Error::usage(format!(
            "{requirement:?} does not fix a version: write NAME==VERSION, or `pip freeze`"
        )));
    };
    let name = name.split('[').next().unwrap_or_default().trim();
    let hashes = options.split_whitespace().filter_map(|option| {
        option.trim_start_matches("--").strip_prefix("hash=").and_then(|hash| hash.strip_prefix("sha256:"))
    });
    let mut sha256: Vec<Sha256> = hashes.map(Sha256::new).collect::<Result<_, _>>()?;
    sha256.sort();
    sha256.dedup();
    Ok(Package { name: Package::normalise(name), version: version.into(), sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: LockKind, text: &str) -> Result<Vec<String>, String> {
        let package =
            |package: Package| format!("{}=={} {}", package.name, package.version, package.sha256.len());
        read(kind, text)
            .map(|found| found.into_iter().map(package).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn locked_packages_are_read() {
        let sha = "a".repeat(64);
        let pylock = format!(
            "lock-version = '1.0'\n[[packages]]\nname = 'NumPy'\nversion = '2.3.5'\nindex = 'x'\n\
             wheels = [{{ url = 'u', hashes = {{ sha256 = '{sha}' }} }}]\n\
             [[packages]]\nname = 'own'\nvcs = {{ type = 'git', commit-id = 'abc' }}\n"
        );
        let uv = format!(
            "version = 1\n[[package]]\nname = 'numpy'\nversion = '2.3.5'\nsource = {{ registry = 'x' }}\n\
             sdist = {{ url = 'u', hash = 'sha256:{sha}' }}\nwheels = [{{ url = 'u', hash = 'sha256:{}' }}]\n",
            "b".repeat(64)
        );
        let requirements = format!(
            "# made by pip\n-i https://pypi.org/simple\nnumpy==2.3.5 \\\n    --hash=sha256:{sha} \\\n    --hash=sha256:{sha}\n\
             Scikit_Learn[docs]==1.9.1 ; python_version > '3.9'  # via x\n"
        );
        assert_eq!(shown(LockKind::Pylock, &pylock), Ok(vec!["numpy==2.3.5 1".into(), "own==abc 0".into()]));
        assert_eq!(shown(LockKind::Uv, &uv), Ok(vec!["numpy==2.3.5 2".into()]));
        let want = vec!["numpy==2.3.5 1".into(), "scikit-learn==1.9.1 0".into()];
        assert_eq!(shown(LockKind::Requirements, &requirements), Ok(want));
    }

    #[test]
    fn what_fixes_nothing_is_refused() {
        for (kind, text, says) in [
            (LockKind::Requirements, "numpy>=2\n", "does not fix"),
            (LockKind::Requirements, "numpy==2.*\n", "does not fix"),
            (LockKind::Requirements, "numpy\n", "does not fix"),
            (LockKind::Requirements, "# nothing\n", "no package"),
            (LockKind::Pylock, "[[packages]]\nname = 'own'\ndirectory = { path = '.' }\n", "local folder"),
            (LockKind::Uv, "[[package]\n", ""),
        ] {
            let error = shown(kind, text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
