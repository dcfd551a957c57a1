//! A whole file: wrappings off, container recognised, read as far as it goes, everything in it judged.

use bytes::Bytes;
use cannery_format::compress::{Unwrapped, unwrap};
use cannery_format::sniff::{Container, Foreign, Format, Nature, sniff, starts_a_pickle};
use cannery_format::zip::Archive;
use cannery_format::{Attempt, Companions, Error, ErrorKind, Kind, NoCompanions, read_plain, skops};
use cannery_object::{Budget, Heap, Id, Limit, Limits, Node, Value};
use cannery_pickle::{Breach, NoInline};

use crate::judge::{Allowed, Judged, Suspect, judge};
use crate::names::{self, Standing};
use crate::nested;
use crate::place::{Places, id_of};
use crate::policy::Policy;
use crate::readers;
use crate::rule::Rule;
use crate::trace::Trace;
use crate::verdict::{Finding, Report, Verdict};

/// Files within files that are looked into.
const MAX_DEPTH: usize = 4;
/// How a part is called that stands in the bytes of an object.
const BYTES: &str = "bytes";

/// How a file is judged.
#[derive(Clone, Debug, Default)]
pub struct Options {
    limits: Limits,
    allowed: Allowed,
    ignored: Vec<Rule>,
}

impl Options {
    /// What reading may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What a team decided.
    #[must_use]
    pub fn policy(mut self, policy: &Policy) -> Self {
        self.allowed.extend(policy.allow.iter().cloned());
        self.ignored.extend(&policy.ignore);
        self
    }
}

/// Judges a file by its bytes. Arrays of old joblib dumps come from `companions`.
pub fn scan(bytes: &Bytes, options: &Options, companions: &mut dyn Companions) -> Report {
    let mut scan = Scan {
        options,
        report: Report { bytes: bytes.len() as u64, ..Report::default() },
        budget: Budget::new(options.limits.clone()),
        part: Vec::new(),
    };
    if let Err(reason) = scan.file(bytes, companions) {
        scan.report.skipped = Some(reason);
    }
    scan.report.finish()
}

/// Why something is no model, so that there is nothing to judge.
type Skipped = String;

/// A file and the files in it.
struct Scan<'o> {
    options: &'o Options,
    report: Report,
    /// For all parts together.
    budget: Budget,
    /// The parts that lead to where the scan is.
    part: Vec<String>,
}

impl Scan<'_> {
    fn file(&mut self, bytes: &Bytes, companions: &mut dyn Companions) -> Result<(), Skipped> {
        let mut budget = self.budget.clone();
        let plain = unwrap(bytes, &mut budget, &mut |_, _| ());
        self.spent(&budget);
        let plain = match plain {
            Ok(plain) => plain,
            Err(error) => {
                self.error(&error, Rule::Container);
                return Ok(());
            }
        };
        match sniff(&plain.bytes) {
            Format::Foreign(foreign) => self.foreign(foreign, &plain.bytes),
            Format::Container(Container::Zip) => match Archive::open(&plain.bytes, &self.options.limits) {
                Ok(archive) if is_read_whole(&archive) => self.values(&plain, bytes.len(), companions),
                Ok(archive) => self.archive(&archive),
                Err(error) => {
                    self.error(&error, Rule::Container);
                    Ok(())
                }
            },
            Format::Unknown => self.no_model(&plain.bytes, "no format that is known".into()),
            _ => {
                let judged = self.values(&plain, bytes.len(), companions);
                if judged.is_ok() && self.report.verdict == Verdict::Safe && ends_as_zip(&plain.bytes) {
                    let message = "the end of a zip archive: Python's zipfile reads that, and no pickle";
                    self.add(Finding::new(Rule::NotRead, "", message));
                }
                judged
            }
        }
    }

    /// What is no model, unless it ends as an archive: then readers that begin at the end find one.
    fn no_model(&mut self, bytes: &[u8], reason: Skipped) -> Result<(), Skipped> {
        if !ends_as_zip(bytes) {
            return Err(reason);
        }
        let message = "a zip archive with other bytes before it: Python's zipfile reads it all the same";
        self.add(Finding::new(Rule::Container, "", message));
        Ok(())
    }

    /// Goes on with what a part has spent.
    fn spent(&mut self, budget: &Budget) {
        let more = budget.decompressed().saturating_sub(self.budget.decompressed());
        // over the limit only where the part was, which is reported
        let _ = self.budget.spend_input(more);
    }

    fn foreign(&mut self, foreign: Foreign, bytes: &Bytes) -> Result<(), Skipped> {
        let what = foreign.error().to_string();
        match foreign.nature() {
            Nature::Data | Nature::Model if self.is_pickle_too(bytes) => {
                self.add(Finding::new(Rule::Container, "", format!("{what}, and a pickle as well")));
                Ok(())
            }
            Nature::Data | Nature::Model => Err(what),
            Nature::Opaque => {
                self.add(Finding::new(Rule::NotRead, "", what));
                Ok(())
            }
            Nature::Archive => match Archive::open(bytes, &self.options.limits) {
                Ok(archive) => {
                    if foreign == Foreign::Keras {
                        self.add(Finding::new(Rule::NotRead, "", what));
                    }
                    self.archive(&archive)
                }
                Err(error) => {
                    self.error(&error, Rule::Container);
                    Ok(())
                }
            },
        }
    }

    /// Whether a file of another format is a pickle all the same: the first bytes of some are opcodes, behind which a
    /// pickle goes on. Its findings are added.
    fn is_pickle_too(&mut self, bytes: &Bytes) -> bool {
        if !starts_a_pickle(bytes) {
            return false;
        }
        let mut heap = Heap::with_budget(self.budget.clone());
        let Ok(buffer) = heap.add_buffer(bytes.clone()) else { return true };
        let read = cannery_pickle::read(&mut heap, bytes, buffer, 0, &mut NoInline);
        if !asks_for_anything(&heap) {
            let fails = read.is_err_and(|error| fails_everywhere(&error.into()));
            return !fails;
        }
        let root = read.ok().map(|outcome| outcome.root);
        for Suspect { finding, .. } in judge(&heap, root, bytes.len() as u64, &self.options.allowed).suspects
        {
            self.add(finding);
        }
        true
    }

    /// Every entry of an archive that holds several files.
    fn archive(&mut self, archive: &Archive) -> Result<(), Skipped> {
        self.report.format.get_or_insert("archive");
        let mut read = 0;
        for entry in archive.entries() {
            let mut budget = self.budget.clone();
            let content = archive.read(entry, &mut budget);
            self.spent(&budget);
            match content {
                Ok(content) => read += usize::from(self.within(short(entry.name()), &content)),
                Err(error) => {
                    self.error(&error, Rule::Container);
                    read += 1;
                }
            }
        }
        if read == 0 && self.part.is_empty() && self.report.findings.is_empty() {
            return Err("a zip archive without a model in it".into());
        }
        Ok(())
    }

    /// Whether what is read stands in the bytes of an object, which are seldom a file.
    fn is_inside_bytes(&self) -> bool {
        self.part.last().is_some_and(|part| part.starts_with(BYTES))
    }

    /// A file inside this one; whether it is one that can be judged.
    fn within(&mut self, name: String, bytes: &Bytes) -> bool {
        self.part.push(name);
        let judged = if self.part.len() > MAX_DEPTH {
            self.add(Finding::new(Rule::NotRead, "", format!("files are packed more than {MAX_DEPTH} deep")));
            true
        } else {
            self.file(bytes, &mut NoCompanions).is_ok()
        };
        self.part.pop();
        judged
    }

    /// A pickle, joblib, skops, npy or npz file.
    fn values(
        &mut self,
        plain: &Unwrapped,
        file: usize,
        companions: &mut dyn Companions,
    ) -> Result<(), Skipped> {
        let budget = self.budget.clone();
        let attempt = read_plain(plain, file as u64, budget, companions, &mut NoInline);
        self.spent(attempt.heap.budget());
        if let Err(error) = &attempt.root
            && !is_certain(&plain.bytes)
            && match self.is_inside_bytes() {
                // one byte of data is enough to ask for something by number
                true => (fails_everywhere(error) || is_no_name(error)) && !names_anything(&attempt.heap),
                false => fails_everywhere(error) && !asks_for_anything(&attempt.heap),
            }
        {
            return self.no_model(&plain.bytes, format!("no pickle: {error}"));
        }
        let size = plain.bytes.len() as u64;
        let Judged { mut suspects, packed } =
            judge(&attempt.heap, attempt.root.as_ref().ok().copied(), size, &self.options.allowed);
        self.report.format.get_or_insert(attempt.facts.kind.name());
        if attempt.facts.inline_arrays > 0 && attempt.root.is_ok() {
            let by_joblib = readers::ByJoblib::of(&attempt.heap, &suspects);
            let others = readers::others(&plain.bytes, &self.budget, &self.options.allowed, &by_joblib);
            others.into_iter().for_each(|finding| self.add(finding));
        }
        let mut inner = Vec::new();
        if !suspects.is_empty() || !packed.is_empty() {
            let places = attempt.root.as_ref().ok().map(|&root| Places::of(&attempt.heap, root));
            let path = |id: Option<Id>| places.as_ref().and_then(|places| places.path(id?));
            suspects.extend(self.packed(&attempt, &packed, &path, &mut inner));
            for Suspect { id, finding } in &mut suspects {
                finding.path = path(*id);
            }
        }
        if !suspects.is_empty() {
            self.origins(plain, file, companions, &mut suspects);
        }
        for Suspect { finding, .. } in suspects {
            self.add(finding);
        }
        for companion in attempt.facts.companions.iter().filter(|companion| companion.bytes.is_none()) {
            let message = format!("the array file {} is not beside the model", short(&companion.name));
            self.add(Finding::new(Rule::MissingArray, "", message));
        }
        if let Err(error) = &attempt.root {
            self.error(error, rule_of(attempt.facts.kind));
        }
        inner.into_iter().for_each(|finding| self.push(finding));
        Ok(())
    }

    /// Opcodes and offsets, by reading again.
    fn origins(
        &self,
        plain: &Unwrapped,
        file: usize,
        companions: &mut dyn Companions,
        suspects: &mut Vec<Suspect>,
    ) {
        let mut trace = Trace::of(suspects.iter().filter_map(|suspect| suspect.id));
        let _ = read_plain(plain, file as u64, self.budget.clone(), companions, &mut trace);
        let mut hidden = Vec::new();
        for Suspect { id, finding } in suspects.iter_mut() {
            let Some(origin) = id.and_then(|id| trace.origin(id)) else { continue };
            (finding.opcode, finding.offset) = (Some(origin.opcode), Some(origin.offset));
            if origin.is_indirect {
                let message = "its names do not stand before it as text";
                let more = Finding { message: message.into(), ..finding.clone() };
                let verdict = Rule::IndirectName.info().verdict;
                hidden.push(Suspect {
                    id: *id,
                    finding: Finding { rule: Rule::IndirectName, verdict, ..more },
                });
            }
        }
        suspects.extend(hidden);
    }

    /// Bytes that hold a file of their own, where that is not safe. What was found in them goes to `inner`; its part bears
    /// the path of the bytes in the object that holds them.
    fn packed(
        &mut self,
        attempt: &Attempt,
        packed: &[Value],
        path: &dyn Fn(Option<Id>) -> Option<String>,
        inner: &mut Vec<Finding>,
    ) -> Vec<Suspect> {
        let heap = &attempt.heap;
        let mut suspects = Vec::new();
        for &value in packed {
            let bytes = match heap.node_of(value) {
                Some(Node::Bytes(blob) | Node::ByteArray(blob) | Node::Str8(blob)) => heap.shared_bytes(blob),
                _ => heap.bytes_of(value).map(|bytes| Bytes::copy_from_slice(&bytes)).unwrap_or_default(),
            };
            let id = id_of(value);
            let mut scan = Scan {
                options: self.options,
                report: Report::default(),
                budget: self.budget.clone(),
                part: self.part.clone(),
            };
            let part = match path(id).filter(|path| !path.is_empty()) {
                Some(path) => format!("{BYTES} at {path}"),
                None => BYTES.to_owned(),
            };
            let judged = scan.within(part, &bytes);
            self.spent(&scan.budget);
            let finding = nested(judged, &bytes, scan.report, inner);
            suspects.extend(finding.map(|finding| Suspect { id, finding }));
        }
        suspects
    }

    /// An error of the parser.
    fn error(&mut self, error: &Error, of_format: Rule) {
        let rule = match (error.kind(), error.breach(), error.opcode()) {
            (ErrorKind::Limit(_), ..) => Rule::OverLimit,
            (ErrorKind::Io, ..) => Rule::Unreadable,
            (ErrorKind::Unsupported, _, Some("NEXT_BUFFER" | "READONLY_BUFFER")) => Rule::OutOfBandBuffer,
            (_, Breach::CutShort, _) => Rule::CutShort,
            (_, Breach::Trailing, _) => Rule::Trailing,
            (ErrorKind::Unsupported, ..) => Rule::NotRead,
            (_, Breach::Impossible | Breach::Rule, Some(_)) => Rule::MalformedPickle,
            (_, Breach::Impossible | Breach::Rule, None) => of_format,
        };
        let mut finding = Finding::new(rule, "", error.to_string());
        (finding.opcode, finding.offset) = (error.opcode(), error.offset());
        self.add(finding);
    }

    /// Adds a finding of this part.
    fn add(&mut self, mut finding: Finding) {
        finding.part = self.part.clone();
        self.push(finding);
    }

    fn push(&mut self, finding: Finding) {
        if !self.options.ignored.contains(&finding.rule) {
            self.report.add(finding);
        }
    }
}

/// What is said of bytes in which something was found, which goes to `inner`. Data can look like a pickle that breaks off:
/// then only harmful names count.
fn nested(judged: bool, bytes: &[u8], report: Report, inner: &mut Vec<Finding>) -> Option<Finding> {
    // what was given up for its size was not read, whatever it is
    if let Some(over) = report.findings.iter().find(|finding| finding.rule == Rule::OverLimit) {
        inner.push(over.clone());
        return None;
    }
    let has_magic = nested::has_magic(bytes);
    let broken = report.findings.iter().any(|finding| finding.verdict == Verdict::Malformed);
    // one byte of random numbers is enough to ask for something by number, or to call it
    let is_read = |finding: &Finding| {
        let by_chance = match finding.rule {
            Rule::ExtensionCode | Rule::PersistentId | Rule::UnknownCall => !has_magic,
            _ => false,
        };
        finding.verdict < Verdict::Malformed && !by_chance
    };
    let worst =
        report.findings.iter().filter(|finding| is_read(finding)).map(|finding| finding.verdict).max();
    let worst = worst.filter(|&worst| judged && (!broken || worst == Verdict::Dangerous))?;
    inner.extend(report.findings.into_iter().filter(is_read));
    let form = if has_magic { "a file" } else { "a pickle" };
    let message = format!("{} bytes hold {form} of their own, which is {worst}", bytes.len());
    Some(Finding { verdict: worst, ..Finding::new(Rule::NestedPickle, "", message) })
}

/// What is broken when a file of this kind breaks a rule, and no opcode is to blame.
fn rule_of(kind: Kind) -> Rule {
    match kind {
        Kind::Pickle | Kind::Joblib => Rule::MalformedPickle,
        _ => Rule::Container,
    }
}

/// Whether the bytes end with the end record of a zip archive and its comment: the place where readers of zip archives begin.
fn ends_as_zip(bytes: &[u8]) -> bool {
    const RECORD: usize = 22;
    let last = bytes.len().saturating_sub(RECORD + usize::from(u16::MAX));
    let tail = &bytes[last..];
    memchr::memmem::find_iter(tail, b"PK\x05\x06").any(|at| {
        let Some(record) = tail[at..].first_chunk::<RECORD>() else { return false };
        let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
        at + RECORD + comment == tail.len()
    })
}

/// Whether an archive is read as one value: skops or npz.
fn is_read_whole(archive: &Archive) -> bool {
    archive.find(skops::SCHEMA).is_some()
        || archive.entries().iter().any(|entry| entry.name().ends_with(".npy"))
}

/// Whether the bytes can't be anything but what they begin with. Pickles of protocols 0 and 1 begin like any text.
fn is_certain(bytes: &[u8]) -> bool {
    nested::has_magic(bytes)
}

/// Whether no unpickler gets any further. Where others go on, what follows could be what they do.
fn fails_everywhere(error: &Error) -> bool {
    error.kind() == ErrorKind::Malformed && matches!(error.breach(), Breach::CutShort | Breach::Impossible)
}

/// Whether the error is a name that is longer than any module's or class's.
fn is_no_name(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Limit(over) if over.limit == Limit::NameBytes)
}

/// Whether an unpickler that came as far as this Heap would have imported or called something.
fn asks_for_anything(heap: &Heap) -> bool {
    let asks = |value| matches!(heap.node_of(value), Some(Node::Persistent(_) | Node::Extension(_)));
    heap.nodes().any(asks) || names_anything(heap)
}

/// Whether there is a name that can be imported.
fn names_anything(heap: &Heap) -> bool {
    let mut names = heap.nodes().filter_map(|value| heap.global_name(value));
    names.any(|(module, name)| can_be_imported(module, name))
}

/// Whether a module can have this name. `class Model:` is a GLOBAL of the module `lass Model:`.
pub(crate) fn can_be_imported(module: &str, name: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !part.starts_with(|c: char| c.is_ascii_digit())
    };
    module.split('.').all(is_name)
        && (name.split('.').all(is_name) || names::standing(module, name) != Standing::Unknown)
}

fn short(name: &str) -> String {
    name.chars().take(100).collect()
}
