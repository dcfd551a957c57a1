//! What a team decided for its own files, as a closed document: a field that is not known is an error.

use std::fmt;

use serde::Deserialize;

use crate::names::{self, Standing};
use crate::rule::Rule;
use crate::verdict::Verdict;

/// Names that are allowed, rules that are ignored, and from which verdict on a scan fails.
///
/// ```
/// let policy = cannery_scan::Policy::from_toml("allow = ['my_package.preprocess.Cleaner']")?;
/// assert!(cannery_scan::Policy::from_toml("alow = []").is_err());
/// assert!(cannery_scan::Policy::from_toml("allow = ['my_package.*']").is_err());
/// # Ok::<(), cannery_scan::PolicyError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub(crate) allow: Vec<(Box<str>, Box<str>)>,
    pub(crate) ignore: Vec<Rule>,
    fail_on: Option<Verdict>,
}

/// Why a policy is not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError(String);

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PolicyError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FailOn {
    Unknown,
    Dangerous,
    Malformed,
}

impl Policy {
    /// Reads a policy in TOML.
    ///
    /// # Errors
    /// What is no TOML, a field that is not known, a name or rule that can't be allowed or ignored.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let document: Document =
            toml::from_str(text).map_err(|error| PolicyError(error.message().to_owned()))?;
        Self::of(&document)
    }

    /// Reads a policy in JSON.
    ///
    /// # Errors
    /// Those of [`from_toml`](Self::from_toml).
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        let document: Document =
            serde_json::from_str(text).map_err(|error| PolicyError(error.to_string()))?;
        Self::of(&document)
    }

    fn of(document: &Document) -> Result<Self, PolicyError> {
        let mut policy = Self::default();
        for name in &document.allow {
            policy.allow(name)?;
        }
        for id in &document.ignore {
            policy.ignore(id)?;
        }
        policy.fail_on = document.fail_on.map(|verdict| match verdict {
            FailOn::Unknown => Verdict::Unknown,
            FailOn::Dangerous => Verdict::Dangerous,
            FailOn::Malformed => Verdict::Malformed,
        });
        Ok(policy)
    }

    /// Allows one name: `module.Name`, or `module:Outer.Inner` for a class inside a class.
    ///
    /// # Errors
    /// A pattern or the name of a package alone, and a name that is known to do harm.
    pub fn allow(&mut self, name: &str) -> Result<(), PolicyError> {
        let (module, qualified) = name
            .split_once(':')
            .or_else(|| name.rsplit_once('.'))
            .ok_or_else(|| PolicyError(format!("{name:?} is not an exact name; write module.Name")))?;
        let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !module.split('.').chain(qualified.split('.')).all(is_name) {
            return Err(PolicyError(format!(
                "{name:?} is not an exact name; patterns and prefixes are not allowed"
            )));
        }
        // what is fetched from a harmful name does its harm, as `os:system.__call__`
        let outer = qualified.match_indices('.').map(|(end, _)| &qualified[..end]);
        for part in outer.chain([qualified]) {
            if let Standing::Harmful(rule) = names::standing(module, part)
                && rule != Rule::DottedName
            {
                let id = rule.info().id;
                return Err(PolicyError(format!("{name} is known to do harm ({id}), and can't be allowed")));
            }
        }
        self.allow.push((module.into(), qualified.into()));
        Ok(())
    }

    /// Ignores a rule.
    ///
    /// # Errors
    /// A rule that does not exist, and one whose findings are more than `unknown`.
    pub fn ignore(&mut self, id: &str) -> Result<(), PolicyError> {
        let rule = Rule::from_id(id).ok_or_else(|| PolicyError(format!("there is no rule {id:?}")))?;
        if rule.info().verdict > Verdict::Unknown {
            return Err(PolicyError(format!(
                "the rule {id} can't be ignored: it finds what is {}",
                rule.info().verdict
            )));
        }
        self.ignore.push(rule);
        Ok(())
    }

    /// Exit status for a verdict: 0 below the verdict from which on a scan fails.
    pub fn exit_status(&self, verdict: Verdict) -> u8 {
        if verdict >= self.fail_on.unwrap_or(Verdict::Unknown) { verdict.exit_status() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        let mut policy = Policy::default();
        for good in ["a.B", "a.b.C", "__main__.f", "a.b:Outer.Inner"] {
            assert_eq!(policy.allow(good), Ok(()), "{good}");
        }
        let bad = ["", "a", "a.", ".a", "a.*", "a.b*", "a..b", "a b.C", "os.system", "numpy.load", "a:"];
        let fetched = ["os:system.__call__", "os:path.join", "builtins:eval.__call__.x"];
        for bad in bad.into_iter().chain(fetched) {
            assert!(policy.allow(bad).is_err(), "{bad}");
        }
        assert_eq!(policy.allow[3], ("a.b".into(), "Outer.Inner".into()));
    }

    #[test]
    fn only_what_is_unknown_can_be_ignored() {
        let mut policy = Policy::default();
        assert_eq!(policy.ignore("missing-array-file"), Ok(()));
        assert!(policy.ignore("gadget").is_err() && policy.ignore("nothing").is_err());
    }

    #[test]
    fn both_forms_are_closed() {
        let toml = Policy::from_toml("allow = ['a.B']\nfail_on = 'dangerous'").expect("good");
        let json = Policy::from_json(r#"{"allow": ["a.B"], "fail_on": "dangerous"}"#).expect("good");
        for policy in [toml, json] {
            assert_eq!(policy.allow, [("a".into(), "B".into())]);
            let status = [Verdict::Safe, Verdict::Unknown, Verdict::Dangerous, Verdict::Malformed];
            assert_eq!(status.map(|verdict| policy.exit_status(verdict)), [0, 0, 1, 2]);
        }
        assert!(Policy::from_json(r#"{"allowed": []}"#).is_err());
        assert!(Policy::from_toml("fail_on = 'never'").is_err());
    }
}
