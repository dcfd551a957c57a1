//! The software that is to load a model, and what belongs to which release of scikit-learn.

use cannery_object::known::Version;

/// A release that models can be moved to, with the other libraries of its time.
struct Release {
    version: (u32, u32),
    /// Its last bug-fix release, as `sklearn.__version__` gives it.
    last: &'static str,
    numpy: (u32, u32),
    scipy: (u32, u32),
    pandas: (u32, u32),
}

const fn release(
    version: (u32, u32),
    last: &'static str,
    numpy: (u32, u32),
    scipy: (u32, u32),
    pandas: (u32, u32),
) -> Release {
    Release { version, last, numpy, scipy, pandas }
}

/// Every release from 0.20 on.
const RELEASES: &[Release] = &[
    release((0, 20), "0.20.4", (1, 16), (1, 2), (0, 24)),
    release((0, 21), "0.21.3", (1, 17), (1, 3), (0, 25)),
    release((0, 22), "0.22.2.post1", (1, 18), (1, 4), (1, 0)),
    release((0, 23), "0.23.2", (1, 19), (1, 5), (1, 1)),
    release((0, 24), "0.24.2", (1, 20), (1, 6), (1, 2)),
    release((1, 0), "1.0.2", (1, 22), (1, 8), (1, 4)),
    release((1, 1), "1.1.3", (1, 23), (1, 9), (1, 5)),
    release((1, 2), "1.2.2", (1, 24), (1, 10), (1, 5)),
    release((1, 3), "1.3.2", (1, 26), (1, 11), (2, 1)),
    release((1, 4), "1.4.2", (1, 26), (1, 13), (2, 2)),
    release((1, 5), "1.5.2", (2, 1), (1, 14), (2, 2)),
    release((1, 6), "1.6.1", (2, 2), (1, 15), (2, 2)),
    release((1, 7), "1.7.2", (2, 3), (1, 16), (2, 3)),
    release((1, 8), "1.8.0", (2, 5), (1, 18), (3, 1)),
    release((1, 9), "1.9.1", (2, 5), (1, 18), (3, 1)),
];

/// The software that is to load a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct To {
    /// `sklearn.__version__`, which every estimator is stamped with.
    pub(super) stamp: String,
    pub(super) version: Version,
    pub(super) numpy: Version,
    pub(super) scipy: Version,
    pub(super) pandas: Version,
    /// Whether Python 2 is to load it.
    pub(super) python_2: bool,
    /// Whether numpy's private modules are `numpy._core`.
    pub(super) has_private_core: bool,
}

impl To {
    /// A release of scikit-learn: `1.9` is the last bug-fix release known, `1.9.1` exactly that one. The other libraries are
    /// those of its time.
    ///
    /// # Errors
    /// A message when the text is not a version, or one that models can't be moved to.
    pub fn new(scikit_learn: &str) -> Result<Self, String> {
        let text = scikit_learn.trim();
        let version: Version = text
            .parse()
            .map_err(|_| format!("{text:?} is not a version of scikit-learn such as 1.9 or 1.9.1"))?;
        let release = RELEASES.iter().find(|release| of(release.version) == version).ok_or_else(|| {
            let [first, .., last] = RELEASES else { return String::new() };
            let (first, last) = (of(first.version), of(last.version));
            format!("models can be moved to scikit-learn {first} to {last}, not to {text}")
        })?;
        let is_exact = text.split('.').count() > 2 && !release.last.starts_with(&format!("{text}.post"));
        Ok(Self {
            stamp: if is_exact { text } else { release.last }.to_owned(),
            version,
            numpy: of(release.numpy),
            scipy: of(release.scipy),
            pandas: of(release.pandas),
            python_2: false,
            has_private_core: false,
        })
    }

    /// Another numpy than that of the time. Only if one is given are private modules named as numpy 2 has them: the names of
    /// numpy 1 work in both.
    #[must_use]
    pub fn numpy(mut self, version: Option<Version>) -> Self {
        self.has_private_core = version.is_some_and(|version| version >= Version::new(2, 0));
        self.numpy = version.unwrap_or(self.numpy);
        self
    }

    /// Another scipy than that of the time.
    #[must_use]
    pub fn scipy(mut self, version: Option<Version>) -> Self {
        self.scipy = version.unwrap_or(self.scipy);
        self
    }

    /// Another pandas than that of the time.
    #[must_use]
    pub fn pandas(mut self, version: Option<Version>) -> Self {
        self.pandas = version.unwrap_or(self.pandas);
        self
    }

    /// Whether Python 2 is to load it.
    #[must_use]
    pub fn python_2(mut self, is_2: bool) -> Self {
        self.python_2 = is_2;
        self
    }

    /// The release of scikit-learn, without its patch level.
    pub fn version(&self) -> Version {
        self.version
    }

    /// `sklearn.__version__` there.
    pub fn stamp(&self) -> &str {
        &self.stamp
    }
}

fn of((major, minor): (u32, u32)) -> Version {
    Version::new(major, minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_exact() {
        for (text, stamp) in [
            ("1.9", "1.9.1"),
            ("1.9.0", "1.9.0"),
            ("0.22", "0.22.2.post1"),
            ("0.22.2", "0.22.2.post1"),
            ("0.22.1", "0.22.1"),
            (" 1.5.0 ", "1.5.0"),
        ] {
            assert_eq!(To::new(text).map(|to| to.stamp), Ok(stamp.to_owned()), "{text}");
        }
        for text in ["", "1", "one", "0.19.2", "2.0"] {
            assert!(To::new(text).is_err(), "{text}");
        }
    }
}
