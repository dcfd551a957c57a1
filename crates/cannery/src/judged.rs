//! Opening only what `scan` does not call dangerous.

use std::path::Path;

use bytes::Bytes;
use cannery_format::{Companions, Folder, NoCompanions};
use cannery_scan::{Policy, Verdict};

use crate::error::{Error, Result};
use crate::locate::Place;
use crate::model::{Model, Options};

impl Options<'_> {
    /// Opens a file as [`open`](Self::open) does, unless `scan` calls it dangerous. It is read and not mapped, so that
    /// the bytes judged are the bytes used.
    ///
    /// ```
    /// use cannery::{Options, scan::Policy};
    /// let model = Options::default().open_judged("../../examples/iris_svc.joblib", &Policy::default())?;
    /// assert_eq!(model.methods()?, ["predict", "decision_function"]);
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Unsafe` with the first finding that makes it dangerous, and those of `open`.
    pub fn open_judged(self, path: impl AsRef<Path>, policy: &Policy) -> Result<Model> {
        let path = path.as_ref();
        self.map(false).read_place(path, policy).map_err(|error| error.in_file(path.display()))
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
    pub fn loads_judged(self, bytes: &[u8], policy: &Policy) -> Result<Model> {
        self.allowed().check(cannery_object::Limit::InputBytes, bytes.len() as u64)?;
        self.judge(&Bytes::copy_from_slice(bytes), policy, &mut NoCompanions)
    }

    fn read_place(mut self, path: &Path, policy: &Policy) -> Result<Model> {
        let place = Place::of(path)?;
        let bytes = self.bytes_of(&place.file)?;
        match &place.member {
            Some(member) => {
                let content = cannery_format::member(&bytes, member, self.allowed())?;
                self.judge(&content, policy, &mut NoCompanions)
            }
            None => self.judge(&bytes, policy, &mut Folder::of(&place.file)),
        }
    }

    fn judge(self, file: &Bytes, policy: &Policy, companions: &mut dyn Companions) -> Result<Model> {
        let options = cannery_scan::Options::default().limits(self.allowed().clone()).policy(policy);
        let report = cannery_scan::scan(file, &options, companions);
        if report.verdict != Verdict::Dangerous {
            return self.read_judged(file, companions);
        }
        let finding = report.findings.into_iter().find(|finding| finding.verdict == Verdict::Dangerous);
        let why = finding.map(|finding| finding.message).unwrap_or_default();
        Err(Error::dangerous(format!(
            "scan calls the file dangerous: {why}; `cannery scan` lists every finding"
        )))
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
    fn what_is_safe_is_opened() {
        let path = "../../examples/iris_svc.joblib";
        let model = Options::default().open_judged(path, &Policy::default()).expect("the example");
        assert_eq!(model.class(), Some(("sklearn.svm._classes", "SVC")));
    }
}
