//! Which file a path means: a file, the model of an MLflow folder, or a member of an archive.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::folder::model_file;

/// A file, and the member of the archive that it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) member: Option<String>,
}

/// What stands between an archive and its member: `models.tar.gz::model.pkl`.
const SEPARATOR: &str = "::";
impl Place {
    /// What a path means. A file that has `::` in its name is that file.
    ///
    /// # Errors
    /// `Io` when MLflow's description can't be read, `Unsupported` for a folder that MLflow did not write.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        if path.is_dir() {
            let file = model_file(path)?.ok_or_else(|| {
                Error::unsupported(
                    "this folder has no MLmodel file, so it is not an MLflow model; name a model file in it",
                )
            })?;
            return Ok(Self { file, member: None });
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

#[cfg(test)]
mod tests {
    use super::*;

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
