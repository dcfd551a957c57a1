//! Which file a path means: a file, the model of an MLflow folder, or a member of an archive.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A file, and the member of the archive that it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) member: Option<String>,
}

/// What stands between an archive and its member: `models.tar.gz::model.pkl`.
const SEPARATOR: &str = "::";
/// The file by which MLflow describes a model, in the folder that holds it.
const MLMODEL: &str = "MLmodel";
/// The keys that name the file of a model in it, the surest first.
const KEYS: [&str; 2] = ["pickled_model", "model_path"];
/// Bytes of such a description.
const MAX_MLMODEL: u64 = 1 << 20;

impl Place {
    /// What a path means. A file that has `::` in its name is that file.
    ///
    /// # Errors
    /// `Io` when MLflow's description can't be read, `Unsupported` for a folder that MLflow did not write.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Ok(Self { file: path.join(model_of_folder(path)?), member: None });
        }
        Ok(Self::of_file(path))
    }

    /// What a path means that is no folder.
    pub(crate) fn of_file(path: &Path) -> Self {
        let split = path.to_str().filter(|_| !path.exists()).and_then(|path| path.split_once(SEPARATOR));
        match split {
            Some((file, member)) => Self { file: file.into(), member: Some(member.to_owned()) },
            None => Self { file: path.to_owned(), member: None },
        }
    }
}

/// The path of the model in a folder of MLflow, from the folder on.
///
/// Source: <https://mlflow.org/docs/latest/ml/model/#storage-format>.
fn model_of_folder(folder: &Path) -> Result<PathBuf> {
    let description = folder.join(MLMODEL);
    let in_folder = |error: std::io::Error| Error::from(error).in_file(description.display());
    if !description.is_file() {
        return Err(Error::unsupported("this is a folder without MLflow's file MLmodel: name a file in it"));
    }
    if description.metadata().map_err(in_folder)?.len() > MAX_MLMODEL {
        return Err(
            Error::malformed("MLflow's file MLmodel is longer than 1 MiB").in_file(description.display())
        );
    }
    let text = std::fs::read_to_string(&description).map_err(in_folder)?;
    named(&text).ok_or_else(|| {
        let message = "MLmodel names no pickled_model: it is not a model of scikit-learn";
        Error::unsupported(message).in_file(description.display())
    })
}

/// The file that a description names: `pickled_model` of the flavour sklearn, or `model_path` of python_function. Of YAML
/// only plain lines `key: value` are read, which is all that MLflow writes there. A path out of the folder names nothing.
fn named(text: &str) -> Option<PathBuf> {
    KEYS.iter().find_map(|key| {
        let value = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix(':'))?;
        let path = Path::new(value.trim().trim_matches(['"', '\'']));
        let is_inside = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        (is_inside && !path.as_os_str().is_empty()).then(|| path.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mlflow_names_the_file() {
        let text = "flavors:\n  python_function:\n    model_path: other.pkl\n  sklearn:\n    pickled_model: \"model.pkl\"\n";
        for (text, want) in [
            (text, Some("model.pkl")),
            ("    model_path: data/model.skops\n", Some("data/model.skops")),
            ("    pickled_model: ../model.pkl\n", None),
            ("    pickled_model: /etc/passwd\n", None),
            ("flavors:\n  pytorch: {}\n", None),
        ] {
            assert_eq!(named(text).as_deref(), want.map(Path::new), "{text}");
        }
    }

    #[test]
    fn members_stand_behind_two_colons() {
        let place = Place::of(Path::new("models.tar.gz::a/b.pkl")).expect("a file");
        assert_eq!(place, Place { file: "models.tar.gz".into(), member: Some("a/b.pkl".into()) });
        let folder = tempfile::tempdir().expect("a folder");
        let odd = folder.path().join("a::b.pkl");
        std::fs::write(&odd, b"").expect("a file");
        assert_eq!(Place::of(&odd).expect("a file"), Place { file: odd.clone(), member: None });
        assert!(Place::of(folder.path()).is_err());
    }
}
