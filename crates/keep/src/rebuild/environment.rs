//! Packages for a training, installed by uv: wheels only, each with its digest. Nothing of a package runs here.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cannery_manifest::Environment;

use super::Rebuild;
use crate::error::{Error, Result};

/// Which versions a training is repeated with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versions {
    /// All as recorded.
    Same,
    /// This scikit-learn; other packages as recorded as far as they go with it.
    ScikitLearn(String),
}

/// Packages that come with an environment, or are not for the script.
const LEFT_OUT: &[&str] = &["pip", "setuptools", "wheel", "uv", "cannery"];

/// Releases of Python that are tried when the recorded one does not go with the packages.
const PYTHONS: &[&str] = &["3.13", "3.12", "3.11", "3.10", "3.9", "3.8"];

/// Makes the environment in `folder`; gives its interpreter.
pub(super) fn make(
    rebuild: &Rebuild,
    recorded: &Environment,
    versions: &Versions,
    folder: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf> {
    let uv = Uv { program: &rebuild.uv };
    fs::create_dir(folder)?;
    let (wanted, locked) = (folder.join("requirements.in"), folder.join("requirements.txt"));
    fs::write(&wanted, requirements(recorded, versions)?)?;
    let mut refused = None;
    for python in candidates(rebuild, recorded, versions) {
        progress(&format!("finding packages for Python {python}"));
        // uv keeps the versions that stand in the file of before wherever they fit
        fs::write(&locked, pins(recorded))?;
        let compile = uv.run(&[
            "pip".as_ref(),
            "compile".as_ref(),
            "--quiet".as_ref(),
            "--generate-hashes".as_ref(),
            "--no-build".as_ref(),
            "--python".as_ref(),
            python.as_ref(),
            "--output-file".as_ref(),
            locked.as_os_str(),
            wanted.as_os_str(),
        ]);
        let venv = folder.join("venv");
        let made = compile.and_then(|()| {
            uv.run(&[
                "venv".as_ref(),
                "--quiet".as_ref(),
                "--clear".as_ref(),
                "--python".as_ref(),
                python.as_ref(),
                venv.as_os_str(),
            ])
        });
        if let Err(error) = made {
            refused.get_or_insert(error);
            continue;
        }
        progress("installing packages");
        let interpreter = venv.join("bin/python");
        uv.run(&[
            "pip".as_ref(),
            "install".as_ref(),
            "--quiet".as_ref(),
            "--require-hashes".as_ref(),
            "--no-build".as_ref(),
            "--python".as_ref(),
            interpreter.as_os_str(),
            "-r".as_ref(),
            locked.as_os_str(),
        ])?;
        return Ok(interpreter);
    }
    Err(refused.unwrap_or_else(|| Error::usage("no Python goes with these packages: --python names one")))
}

/// The recorded release first; with the same versions no other.
fn candidates(rebuild: &Rebuild, recorded: &Environment, versions: &Versions) -> Vec<String> {
    if let Some(python) = &rebuild.python {
        return vec![python.clone()];
    }
    let minor = |version: &str| version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    let mut candidates: Vec<String> = recorded.python.iter().map(|python| minor(&python.version)).collect();
    if *versions != Versions::Same {
        let others = PYTHONS.iter().map(|&python| python.to_owned());
        candidates.extend(others.filter(|python| !candidates.contains(python)).collect::<Vec<_>>());
    }
    candidates
}

fn packages(recorded: &Environment) -> impl Iterator<Item = (&str, &str)> {
    let wanted = recorded.packages.iter().filter(|package| !LEFT_OUT.contains(&&*package.name));
    wanted.map(|package| (&*package.name, &*package.version))
}

/// What is asked for.
fn requirements(recorded: &Environment, versions: &Versions) -> Result<String> {
    let mut text = String::new();
    for (name, version) in packages(recorded) {
        is_plain(name)?;
        is_plain(version)?;
        // writing to a text never fails
        let _ = match versions {
            Versions::Same => writeln!(text, "{name}=={version}"),
            Versions::ScikitLearn(_) if name == "scikit-learn" => Ok(()),
            Versions::ScikitLearn(_) => writeln!(text, "{name}"),
        };
    }
    if let Versions::ScikitLearn(version) = versions {
        is_plain(version)?;
        let _ = writeln!(text, "scikit-learn=={version}");
    }
    Ok(text)
}

/// The recorded versions, as a file that uv wrote before.
fn pins(recorded: &Environment) -> String {
    packages(recorded).map(|(name, version)| format!("{name}=={version}\n")).collect()
}

/// Names and versions stand in a file of requirements, where other characters mean something.
fn is_plain(text: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_+!".contains(c);
    match !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        true => Ok(()),
        false => Err(Error::usage(format!("{text:?} is not a name or version of a package"))),
    }
}

struct Uv<'p> {
    program: &'p Path,
}

impl Uv<'_> {
    fn run(&self, arguments: &[&std::ffi::OsStr]) -> Result<()> {
        let output =
            Command::new(self.program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).output();
        let output = output.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                Error::unsupported("uv is missing, which installs the packages: pip install uv, or --uv PATH")
            }
            _ => Error::from(error).in_file(self.program),
        })?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Error::usage(format!("uv can't install the packages: {}", said.trim())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cannery_manifest::Package;

    fn environment(packages: &[(&str, &str)]) -> Environment {
        let package = |&(name, version): &(&str, &str)| Package {
            name: name.into(),
            version: version.into(),
            sha256: vec![],
        };
        Environment { packages: packages.iter().map(package).collect(), ..Environment::default() }
    }

    #[test]
    fn another_scikit_learn_frees_the_others() {
        let recorded = environment(&[("numpy", "1.26.4"), ("pip", "24"), ("scikit-learn", "1.5.2")]);
        assert_eq!(
            requirements(&recorded, &Versions::Same).expect("plain"),
            "numpy==1.26.4\nscikit-learn==1.5.2\n"
        );
        let newer = Versions::ScikitLearn("1.9.1".into());
        assert_eq!(requirements(&recorded, &newer).expect("plain"), "numpy\nscikit-learn==1.9.1\n");
        assert_eq!(pins(&recorded), "numpy==1.26.4\nscikit-learn==1.5.2\n");
    }

    #[test]
    fn a_manifest_gives_uv_no_options() {
        for name in ["--index-url", "a b", "a\n-r other", "x @ https://example.org/x.whl", "", "-e"] {
            assert!(requirements(&environment(&[(name, "1")]), &Versions::Same).is_err(), "{name}");
            assert!(requirements(&environment(&[("a", name)]), &Versions::Same).is_err(), "{name}");
            assert!(requirements(&environment(&[]), &Versions::ScikitLearn(name.into())).is_err(), "{name}");
        }
    }
}
