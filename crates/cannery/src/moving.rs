use std::fmt;
use std::path::{Path, PathBuf};

use cannery_object::Limits;
use cannery_rows::{Column, Values};
use cannery_sklearn::moves::{self, Accept, Difference, Refusal, RefusalKind, Report, To};

use crate::error::{Error, Result};
use crate::model::{Model, Options};
use crate::predict::{Prediction, usual_signature};

/// Moves a model to another release of scikit-learn, without Python: see [`Conversion::migration`](crate::Conversion::migration).
///
/// ```
/// use cannery::{Conversion, Migration};
/// # let folder = tempfile::tempdir()?;
/// # let out = folder.path().join("model.pkl");
/// let migration = Migration::to("1.3.2");
/// let converted = Conversion::default().migration(Some(migration)).run("../../examples/iris_svc.joblib", &out)?;
/// let migrated = converted.migrated().expect("it is written");
/// assert!(migrated.proof().is_proved());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Migration {
    version: String,
    accept: Accept,
    rows: Option<PathBuf>,
}

impl Migration {
    /// To a release: `1.9` is its last bug-fix release, `1.9.1` exactly that one.
    pub fn to(version: &str) -> Self {
        Self { version: version.into(), accept: Accept::default(), rows: None }
    }

    /// Whether the moved model may compute something else where the releases do.
    #[must_use]
    pub fn accept_behaviour_change(mut self, accept: bool) -> Self {
        self.accept.behaviour = accept;
        self
    }

    /// Whether objects may get another class that computes the same.
    #[must_use]
    pub fn accept_class_change(mut self, accept: bool) -> Self {
        self.accept.class = accept;
        self
    }

    /// Rows for which the predictions of both files are compared.
    #[must_use]
    pub fn rows(mut self, rows: Option<&Path>) -> Self {
        self.rows = rows.map(Path::to_owned);
        self
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// What the model computes, before it is changed.
    pub(crate) fn source(&self, model: &Model) -> Result<Computed> {
        Computed::of(model, self.rows.as_deref())
    }

    /// Changes the model.
    pub(crate) fn carry_out(&self, model: Model, to: &To) -> Result<(Model, Report)> {
        let changed = model.changed(|heap, root| moves::move_to(heap, root, to, self.accept));
        match changed {
            Some(Ok(moved)) => Ok(moved),
            Some(Err(refusal)) => Err(refused(&refusal, to)),
            None => Err(Error::usage("the model is in use elsewhere")),
        }
    }

    /// Compares what the written bytes compute with what the source did.
    pub(crate) fn proof(&self, source: Result<Computed>, bytes: &[u8], limits: &Limits) -> Result<Proof> {
        let written = Options::default().limits(limits.clone()).loads(bytes)?;
        let source = match source {
            Ok(source) => source,
            Err(error) if self.rows.is_some() => return Err(error),
            Err(error) => return Ok(Proof::NotChecked(error.message().to_owned())),
        };
        let target = match Computed::of(&written, self.rows.as_deref()) {
            Ok(target) => target,
            Err(error @ Error::Unsupported(_)) => return Ok(Proof::NotChecked(error.message().to_owned())),
            Err(error) => {
                return Err(Error::malformed(format!("the moved model can't be predicted with: {error}")));
            }
        };
        if source.digest == target.digest {
            return Ok(Proof::Proved);
        }
        match (source.results, target.results) {
            (Some(before), Some(after)) => compare(&before, &after, self.accept.behaviour),
            _ => Ok(Proof::NotChecked("numbers were recomputed; --rows compares predictions".into())),
        }
    }
}

fn refused(refusal: &Refusal, to: &To) -> Error {
    let advice = match refusal.kind {
        RefusalKind::Behaviour => "; --accept-behaviour-change moves it all the same",
        RefusalKind::Class => "; --accept-class-change moves it all the same",
        _ => "",
    };
    let message = format!("can't be moved to scikit-learn {}: {refusal}{advice}", to.stamp());
    match refusal.kind {
        RefusalKind::Malformed => Error::malformed(message),
        RefusalKind::Limit => Error::over_limit(message),
        _ => Error::unsupported(message),
    }
}

/// What a model computes.
#[derive(Debug)]
pub(crate) struct Computed {
    digest: [u8; 32],
    results: Option<Vec<Column>>,
}

impl Computed {
    fn of(model: &Model, rows: Option<&Path>) -> Result<Self> {
        let estimator = model.read_estimator()?;
        let digest = estimator.lower(&usual_signature(&*estimator))?.digest();
        let results = rows.map(|rows| Prediction::new(rows).method("all").collect(model)).transpose()?;
        Ok(Self { digest, results })
    }
}

/// Largest difference of two numbers, relative to the larger one.
const TOLERANCE: f64 = 1e-9;
/// The same for float32.
const TOLERANCE_32: f64 = 1e-5;

fn compare(before: &[Column], after: &[Column], accepts: bool) -> Result<Proof> {
    let mut rows = 0;
    let mut methods = Vec::new();
    for old in before {
        let Some(new) = after.iter().find(|new| new.name == old.name) else { continue };
        rows = rows.max(old.rows);
        if !is_close(old, new) {
            if accepts {
                methods.push(format!("{} (differs)", old.name));
                continue;
            }
            return Err(Error::unsupported(format!(
                "{} of the moved model differs for the rows given, so it is not written",
                old.name
            )));
        }
        methods.push(old.name.clone());
    }
    Ok(Proof::Compared { rows, methods })
}

/// Whether two results are the same, but for the last bits of floats.
fn is_close(old: &Column, new: &Column) -> bool {
    let close = |a: f64, b: f64, tolerance: f64| {
        a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1e-2)
    };
    if old.layout != new.layout || old.rows != new.rows || old.values.len() != new.values.len() {
        return false;
    }
    match (&old.values, &new.values) {
        (Values::F64(old), Values::F64(new)) => old.iter().zip(new).all(|(&a, &b)| close(a, b, TOLERANCE)),
        (Values::F32(old), Values::F32(new)) => {
            old.iter().zip(new).all(|(&a, &b)| close(a.into(), b.into(), TOLERANCE_32))
        }
        (old, new) => old == new,
    }
}

/// How a moved model was compared with its source.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proof {
    /// Both compute the same for every row: their graphs have the same digest.
    Proved,
    /// Both gave the same for some rows.
    Compared {
        /// Number of rows.
        rows: usize,
        /// The methods compared.
        methods: Vec<String>,
    },
    /// Nothing was compared, and why.
    NotChecked(String),
}

impl Proof {
    /// Whether both compute the same for every row.
    pub fn is_proved(&self) -> bool {
        matches!(self, Self::Proved)
    }

    /// `proved`, `compared` or `not checked`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Compared { .. } => "compared",
            Self::NotChecked(_) => "not checked",
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proved => f.write_str("proved: the file that was written computes the same for every row"),
            Self::Compared { rows, methods } => {
                write!(f, "compared: {} for {rows} rows", methods.join(", "))
            }
            Self::NotChecked(why) => write!(f, "not checked: {why}"),
        }
    }
}

/// What was done to move a model.
#[derive(Clone, Debug)]
pub struct Migrated {
    report: Report,
    proof: Proof,
    version: String,
}

impl Migrated {
    pub(crate) fn new(report: Report, proof: Proof, to: &To) -> Self {
        Self { report, proof, version: to.stamp().to_owned() }
    }

    /// The release of scikit-learn.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How the written file was compared with its source.
    pub fn proof(&self) -> &Proof {
        &self.proof
    }

    /// What the moved model does differently, and was accepted.
    pub fn caveats(&self) -> Vec<String> {
        let accepted = self.report.caveats.iter().filter(|caveat| caveat.difference != Difference::Digits);
        accepted.map(ToString::to_string).collect()
    }

    /// Results that differ in their last digits.
    pub fn notes(&self) -> Vec<String> {
        let digits = self.report.caveats.iter().filter(|caveat| caveat.difference == Difference::Digits);
        digits.map(ToString::to_string).collect()
    }

    /// Every change, a line each: object and attribute, what was done, the rule, why. The same change of many objects is one
    /// line.
    pub fn changes(&self) -> Vec<String> {
        let mut lines: Vec<(String, String, usize)> = Vec::new();
        let mut known = std::collections::HashMap::new();
        for change in &self.report.changes {
            let key = (change.class.clone(), change.attribute.clone(), change.what.clone(), change.rule);
            match known.get(&key) {
                Some(&at) => {
                    let line: &mut (String, String, usize) = &mut lines[at];
                    line.2 += 1;
                }
                None => {
                    known.insert(key, lines.len());
                    lines.push((change.to_string(), change.class.clone(), 1));
                }
            }
        }
        lines
            .into_iter()
            .map(|(line, class, count)| match count {
                1 => line,
                _ => format!("{line} ({count} objects of {class})"),
            })
            .collect()
    }
}
