//! What is said of a file.

use std::fmt;

use crate::rule::Rule;

/// What may be done with a file, from best to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Every name is known and used as its library uses it, every byte was read, and all parts fit together.
    #[default]
    Safe,
    /// Something is not known; the findings list it.
    Unknown,
    /// It names something known to do harm.
    Dangerous,
    /// It could not be read to its end, or its parts contradict each other.
    Malformed,
}

impl Verdict {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unknown => "unknown",
            Self::Dangerous => "dangerous",
            Self::Malformed => "malformed",
        }
    }

    /// Exit status of a scan that came to this.
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Safe => 0,
            Self::Unknown | Self::Dangerous => 1,
            Self::Malformed => 2,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One reason why a file is not safe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// What it leads to: the rule's verdict, or a better one where the finding says so.
    pub verdict: Verdict,
    /// The name that it is about, `module.name`; empty when it is about none.
    pub symbol: String,
    /// The pickle opcode that made it.
    pub opcode: Option<&'static str>,
    /// Byte offset of the opcode, or of what is malformed, after decompression and in [`part`](Self::part).
    pub offset: Option<u64>,
    /// Where in the object it stands, `steps[1].func`; empty for the object itself, `None` where nothing of the object
    /// refers to it, as when a call's result was thrown away.
    pub path: Option<String>,
    /// The part of the file: entries of archives, and bytes that hold a file with their path in the object around them,
    /// outermost first.
    pub part: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// How many more findings of this rule are about the same symbol.
    pub more: u64,
}

/// How messages call a function whose bytecode the file holds.
pub(crate) const BY_VALUE: &str = "a function carried by value (cloudpickle/dill)";

impl Finding {
    /// Its place in a report: what does harm, what the file would do most freely before all, then that it is cut short, which
    /// explains what does not fit together, then the rest.
    fn rank(&self) -> u8 {
        match (self.verdict, self.rule) {
            (Verdict::Dangerous, _) if self.message.starts_with(BY_VALUE) => 0,
            (Verdict::Dangerous, _) => 1,
            (_, Rule::CutShort) => 2,
            (Verdict::Malformed, _) => 3,
            (Verdict::Unknown | Verdict::Safe, _) => 4,
        }
    }

    pub(crate) fn new(rule: Rule, symbol: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule,
            verdict: rule.info().verdict,
            symbol: symbol.into(),
            opcode: None,
            offset: None,
            path: None,
            part: Vec::new(),
            message: message.into(),
            more: 0,
        }
    }
}

/// What was found in one file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The worst verdict of all findings; safe when there is none, malformed when the file was skipped.
    pub verdict: Verdict,
    /// What holds the values: `pickle`, `joblib`, `skops`, `npy`, `npz` or `archive`; `None` when it was not read.
    pub format: Option<&'static str>,
    /// Bytes of the file.
    pub bytes: u64,
    /// The reasons: what is dangerous first, then that the file is cut short, then the rest, worst first; at most [`MAX_FINDINGS`](crate::MAX_FINDINGS).
    pub findings: Vec<Finding>,
    /// Why this is no model file at all, so that there is nothing to judge. Never set beside findings, and never to be
    /// shown as safe.
    pub skipped: Option<String>,
}

impl Report {
    /// A file that the operating system does not give, or that is none.
    pub fn unreadable(message: impl Into<String>) -> Self {
        let mut report = Self::default();
        report.add(Finding::new(Rule::Unreadable, "", message));
        report
    }

    /// The same report, with every finding at a byte offset in a part of the file.
    #[must_use]
    pub fn at(mut self, offset: Option<u64>, part: Option<&str>) -> Self {
        for finding in &mut self.findings {
            finding.offset = offset;
            finding.part = part.map(str::to_owned).into_iter().collect();
        }
        self
    }

    /// A file that is no model, so that there is nothing to judge.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self { skipped: Some(reason.into()), ..Self::default() }.finish()
    }

    /// The same report on a file of so many bytes.
    #[must_use]
    pub fn of_bytes(self, bytes: u64) -> Self {
        Self { bytes, ..self }
    }

    /// The report on a file that someone named, and wants a verdict on: one that is no model is unreadable, not skipped.
    #[must_use]
    pub fn of_named_file(self) -> Self {
        match self.skipped {
            Some(reason) => Self { bytes: self.bytes, ..Self::unreadable(reason) },
            None => self,
        }
    }

    /// What a reader must know first comes first, else they are in the order of the file.
    pub(crate) fn finish(mut self) -> Self {
        self.findings.sort_by_key(Finding::rank);
        self.findings.truncate(crate::MAX_FINDINGS);
        if self.skipped.is_some() && self.findings.is_empty() {
            self.verdict = Verdict::Malformed;
        }
        self
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        self.verdict = self.verdict.max(finding.verdict);
        // those of many parts; the verdict counts them all
        if self.findings.len() < 10 * crate::MAX_FINDINGS {
            self.findings.push(finding);
        }
    }
}
