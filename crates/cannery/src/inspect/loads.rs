//! Which releases of Python, numpy and joblib can load a file, by its protocol, the names in it and its container.
//!
//! Measured: 9,315 loads by 15 readers (Python 2.7 to 3.13, joblib 0.8 to 1.6, numpy 1.11 to 2.5).

use cannery_format::{Facts, Kind};

use super::origin::Origin;

/// The oldest release that can load a file, or the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadsWith {
    /// Python, such as `3.8 or later`.
    pub python: Option<&'static str>,
    /// numpy, where its names or arrays tell.
    pub numpy: Option<String>,
    /// joblib, where the container tells.
    pub joblib: Option<&'static str>,
}

/// Protocol of pickle and the Python that reads it.
const PYTHONS: [(u32, &str); 4] =
    [(2, "2.3 or later"), (3, "3.0 or later"), (4, "3.4 or later"), (5, "3.8 or later")];

impl LoadsWith {
    pub(super) fn of(facts: Option<&Facts>, origin: &Origin) -> Self {
        let Some(facts) = facts else { return Self::default() };
        let is_pickle = matches!(facts.kind, Kind::Pickle | Kind::Joblib);
        let protocol = facts.protocol.unwrap_or(0);
        let python = PYTHONS.iter().find(|(most, _)| protocol <= *most).map(|(_, python)| *python);
        let numpy = origin.libraries.iter().find(|(name, _)| *name == "numpy");
        let numpy = numpy.and_then(|(_, span)| numpy_from(span, origin.calls_frombuffer));
        Self {
            python: python.filter(|_| is_pickle),
            numpy: numpy.filter(|_| is_pickle),
            joblib: (facts.kind == Kind::Joblib).then(|| joblib(facts, origin.padded_arrays)),
        }
    }

    /// `Python 3.4 or later, numpy 2.0 or later`.
    pub(super) fn line(&self) -> Option<String> {
        let named = |name: &str, text: Option<&str>| text.map(|text| format!("{name} {text}"));
        let parts = [
            named("Python", self.python),
            named("numpy", self.numpy.as_deref()),
            named("joblib", self.joblib),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// From the releases that have all names of numpy: numpy 2 still finds those of `numpy.core`, and numpy 1.26 finds those of
/// `numpy._core` but for `_frombuffer`. `None` where every release loads it.
fn numpy_from(span: &str, calls_frombuffer: bool) -> Option<String> {
    match span {
        "2.0 or later" if !calls_frombuffer => Some("1.26 or later".into()),
        span if span.ends_with("or later") => Some(span.into()),
        span => span
            .split_once('-')
            .filter(|(_, last)| *last == "1.26")
            .map(|(first, _)| format!("{first} or later")),
    }
}

/// Array files beside the pickle were written until joblib 0.9, and are still read; arrays in the stream came with 0.10.
fn joblib(facts: &Facts, padded: bool) -> &'static str {
    match (facts.companions.is_empty(), facts.inline_arrays) {
        (false, _) | (true, 0) => "0.8 or later",
        _ if padded => "1.2 or later",
        _ => "0.10 or later",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_a_first_python() {
        let python =
            |protocol: u32| PYTHONS.iter().find(|(most, _)| protocol <= *most).map(|(_, text)| *text);
        assert_eq!(python(0), Some("2.3 or later"));
        assert_eq!(python(4), Some("3.4 or later"));
        assert_eq!(python(5), Some("3.8 or later"));
        assert_eq!(numpy_from("1.16-1.26", false).as_deref(), Some("1.16 or later"));
        assert_eq!(numpy_from("1.26 or earlier", false), None);
        assert_eq!(numpy_from("2.0 or later", false).as_deref(), Some("1.26 or later"));
        assert_eq!(numpy_from("2.0 or later", true).as_deref(), Some("2.0 or later"));
    }
}
