//! Opening only what `scan` does not call dangerous.

use std::fmt;
use std::path::Path;

use bytes::Bytes;
use cannery_format::{Companions, Folder, NoCompanions};
use cannery_scan::{Policy, Verdict};

use crate::error::{Error, Result};
use crate::locate::Place;
use crate::model::{Model, Options};

/// A model that was judged before it was read, with the bytes that both were done with.
#[derive(Clone)]
#[non_exhaustive]
pub struct Judged {
    /// The model.
    pub model: Model,
    file: Bytes,
}

impl Judged {
    /// The bytes of the model's file, or of the member of an archive: [`loads`](crate::loads) reads them.
    pub fn file(&self) -> &[u8] {
        &self.file
    }
}

impl fmt::Debug for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judged").field("model", &self.model).field("file", &self.file.len()).finish()
    }
}

impl Options<'_> {
    /// Opens a file as [`open`](Self::open) does, unless `scan` calls it dangerous. It is read and not mapped, so that
    /// the bytes judged are the bytes used.
    ///
    /// ```
    /// use cannery::{Options, scan::Policy};
    /// let judged = Options::default().open_judged("../../examples/iris_svc.joblib", &Policy::default())?;
    /// assert_eq!(judged.model.methods()?, ["predict", "decision_function"]);
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Unsafe` with the first finding that makes it dangerous, and those of `open`.
    pub fn open_judged(self, path: impl AsRef<Path>, policy: &Policy) -> Result<Judged> {
        let path = path.as_ref();
        self.map(false).of_place(path, policy).map_err(|error| error.in_file(path.display()))
    }

    /// Reads a model from bytes as [`loads`](Self::loads) does, unless `scan` calls them dangerous.
    ///
    /// ```
    /// use cannery::{Error, Options, scan::Policy};
    /// let attack = b"cos\nsystem\n(S'id'\ntR.";
    /// assert!(matches!(Options::default().loads_judged(attack, &Policy::default()), Err(Error::Unsafe(_))));
    /// ```
    ///
    /// # Errors
    /// `Unsafe` with the first finding that makes them dangerous, and those of `loads`.
    pub fn loads_judged(self, bytes: &[u8], policy: &Policy) -> Result<Judged> {
        self.allowed().check(cannery_object::Limit::InputBytes, bytes.len() as u64)?;
        self.of_bytes(Bytes::copy_from_slice(bytes), policy, &mut NoCompanions, &mut NoCompanions)
    }

    fn of_place(mut self, path: &Path, policy: &Policy) -> Result<Judged> {
        let place = Place::of(path)?;
        let bytes = self.bytes_of(&place.file)?;
        match &place.member {
            Some(member) => {
                let content = cannery_format::member(&bytes, member, self.allowed())?;
                self.of_bytes(content, policy, &mut NoCompanions, &mut NoCompanions)
            }
            None => {
                let (mut judged, mut read) = (Folder::of(&place.file), Folder::of(&place.file));
                self.of_bytes(bytes, policy, &mut judged, &mut read)
            }
        }
    }

    fn of_bytes(
        mut self,
        file: Bytes,
        policy: &Policy,
        judged: &mut dyn Companions,
        read: &mut dyn Companions,
    ) -> Result<Judged> {
        let options = cannery_scan::Options::default().limits(self.allowed().clone()).policy(policy);
        let report = cannery_scan::scan(&file, &options, judged);
        if report.verdict == Verdict::Dangerous {
            let finding = report.findings.into_iter().find(|finding| finding.verdict == Verdict::Dangerous);
            let why = finding.map(|finding| finding.message).unwrap_or_default();
            return Err(Error::dangerous(format!(
                "scan calls the file dangerous: {why}; `cannery scan` lists every finding"
            )));
        }
        let model = self.read(&file, None, read)?;
        Ok(Judged { model, file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dangerous_is_not_opened() {
        let attack = b"cos\nsystem\n(S'id'\ntR.";
        let error = Options::default().loads_judged(attack, &Policy::default()).expect_err("an attack");
        assert_eq!(error.kind(), "unsafe");
        assert!(error.to_string().contains("os.system"), "{error}");
    }

    #[test]
    fn a_name_that_is_allowed_is_no_reason() {
        let cloud = b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.";
        let mut policy = Policy::default();
        assert!(Options::default().loads_judged(cloud, &policy).is_err());
        if policy.allow("builtins.eval").is_ok() {
            assert!(Options::default().loads_judged(cloud, &policy).is_err(), "eval can't be allowed");
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_file() {
        let path = "../../examples/iris_svc.joblib";
        let judged = Options::default().open_judged(path, &Policy::default()).expect("the example");
        assert_eq!(judged.file(), std::fs::read(path).expect("the example"));
    }
}
