//! A whole file: wrappings off, container recognised, read as far as it goes, everything in it judged.

use bytes::Bytes;
use cannery_format::compress::{Unwrapped, unwrap};
use cannery_format::sniff::{Container, Foreign, Format, Nature, sniff, starts_a_pickle};
use cannery_format::zip::Archive;
use cannery_format::{
    Attempt, Companions, Error, ErrorKind, Headless, Kind, NoCompanions, headless, is_identifier, read_plain,
    skops, unknown,
};
use cannery_object::{Budget, Heap, Id, Limit, Limits, Node, Value};
use cannery_pickle::{Breach, NoInline};

use crate::folder::{has_model_extension, is_something_else, names_harm, reason_to_skip};
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
/// As the reader says it.
const NO_MODEL_IN_ZIP: &str =
    "this is a zip archive with neither skops's schema.json nor .npy files: unpack it first";

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

/// Judges a file by its bytes, whatever its name. Arrays of old joblib dumps come from `companions`.
pub fn scan(bytes: &Bytes, options: &Options, companions: &mut dyn Companions) -> Report {
    judged(bytes, options, companions, false)
}

/// Judges a file that lies in a folder, where what is no model is skipped: see docs/scan.md.
pub fn scan_in_folder(
    name: &str,
    bytes: &Bytes,
    options: &Options,
    companions: &mut dyn Companions,
) -> Report {
    if has_model_extension(name) && !is_something_else(bytes) {
        return scan(bytes, options, companions).of_named_file();
    }
    match reason_to_skip(bytes, &options.limits) {
        Some(reason) => Report::skipped(reason).of_bytes(bytes.len() as u64),
        None => judged(bytes, options, companions, true),
    }
}

fn judged(bytes: &Bytes, options: &Options, companions: &mut dyn Companions, in_folder: bool) -> Report {
    let mut scan = Scan {
        options,
        report: Report { bytes: bytes.len() as u64, ..Report::default() },
        budget: Budget::new(options.limits.clone()),
        part: Vec::new(),
        in_folder,
        in_framework: false,
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
    /// Whether the file was found in a folder, under a name that says nothing.
    in_folder: bool,
    /// Whether the scan is inside a model of another framework.
    in_framework: bool,
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
                Ok(archive) if self.is_read_whole(&archive) => self.values(&plain, bytes.len(), companions),
                Ok(archive) => self.archive(&archive),
                Err(error) => {
                    self.error(&error, Rule::Container);
                    Ok(())
                }
            },
            Format::Unknown => self.no_model(&plain.bytes, unknown(&plain.bytes).to_string()),
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
            Nature::Data | Nature::Model | Nature::Framework
                if !foreign.is_never_a_pickle()
                    && !foreign.is_zip()
                    && foreign != Foreign::OldPyTorch
                    && self.is_pickle_too(bytes) =>
            {
                self.add(Finding::new(Rule::Container, "", format!("{what}, and a pickle as well")));
                Ok(())
            }
            Nature::Data if foreign == Foreign::Office => match Archive::open(bytes, &self.options.limits) {
                Ok(archive) => self.archive(&archive).map_err(|_| what),
                Err(_) => Err(what),
            },
            Nature::Data | Nature::Model => Err(what),
            Nature::Framework => {
                self.framework(foreign, what, bytes);
                Ok(())
            }
            Nature::Opaque if foreign == Foreign::Tar => self.tar(bytes),
            Nature::Opaque => {
                self.add(Finding::new(Rule::NotRead, "", what));
                Ok(())
            }
        }
    }

    /// The pickles in a model of another framework.
    fn framework(&mut self, foreign: Foreign, what: String, bytes: &Bytes) {
        let archive = match foreign {
            Foreign::PyTorch | Foreign::Keras => match Archive::open(bytes, &self.options.limits) {
                Ok(archive) => Some(archive),
                Err(error) => return self.error(&error, Rule::Container),
            },
            _ => None,
        };
        self.add(Finding::new(Rule::OtherFramework, "", what));
        let outside = std::mem::replace(&mut self.in_framework, true);
        if let Some(archive) = archive {
            // without a pickle in it there is nothing more to say
            let _ = self.archive(&archive);
        } else if foreign == Foreign::OldPyTorch {
            self.pickles(bytes);
        }
        self.in_framework = outside;
    }

    /// The five pickles with which an old PyTorch checkpoint begins; the numbers of its tensors follow them. The first is
    /// the number by which it was recognised.
    fn pickles(&mut self, bytes: &Bytes) {
        const PICKLES: usize = 5;
        let mut start = 0;
        for count in 0..PICKLES {
            let mut heap = Heap::with_budget(self.budget.clone());
            let end = heap.add_buffer(bytes.clone()).ok().and_then(|buffer| {
                cannery_pickle::read_prefix(&mut heap, bytes, buffer, start, &mut NoInline).ok()
            });
            let end = end.map_or(bytes.len(), |outcome| outcome.end);
            if count > 0 && !self.within(format!("pickle {count}"), &bytes.slice(start..end)) {
                let message = "a pickle of the checkpoint is missing";
                self.add(Finding::new(Rule::Container, "", message));
                return;
            }
            start = end;
        }
    }

    /// Whether an archive is read as one value: skops or npz. In a folder there are archives of anything, arrays among it.
    fn is_read_whole(&self, archive: &Archive) -> bool {
        let is_array = |name: &str| name.ends_with(".npy");
        let mut names = archive.entries().iter().map(cannery_format::zip::Entry::name);
        archive.find(skops::SCHEMA).is_some()
            || if self.in_folder {
                !archive.entries().is_empty() && names.all(is_array)
            } else {
                names.any(is_array)
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
                Ok(content) if !self.is_candidate(entry.name(), &content) => {}
                Ok(content) => read += usize::from(self.within(short(entry.name()), &content)),
                Err(_) if self.in_folder && !has_model_extension(entry.name()) => {}
                Err(error) => {
                    self.error(&error, Rule::Container);
                    read += 1;
                }
            }
        }
        if read == 0 && self.part.is_empty() && self.report.findings.is_empty() {
            return Err(NO_MODEL_IN_ZIP.into());
        }
        Ok(())
    }

    /// Every file of a tar archive.
    fn tar(&mut self, bytes: &Bytes) -> Result<(), Skipped> {
        self.report.format.get_or_insert("archive");
        let members = match cannery_format::tar(bytes, &self.options.limits) {
            Ok(members) => members,
            Err(error) if self.in_folder => return Err(error.to_string()),
            Err(error) => {
                self.error(&error, Rule::Container);
                return Ok(());
            }
        };
        let mut read = 0;
        for member in &members {
            if self.is_candidate(&member.name, &member.bytes) {
                read += usize::from(self.within(short(&member.name), &member.bytes));
            }
        }
        if read == 0 && self.part.is_empty() {
            return Err("this is a tar archive without a model in it".into());
        }
        Ok(())
    }

    /// Whether an entry of an archive is judged: an archive is a folder.
    fn is_candidate(&self, name: &str, content: &Bytes) -> bool {
        has_model_extension(name) || reason_to_skip(content, &self.options.limits).is_none()
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
                false => !self.is_some_pickle(&plain.bytes, error),
            }
        {
            return self.no_model(&plain.bytes, error.to_string());
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
        let are_tensors = self.in_framework && every_persistent_id_is_a_tensor(&attempt.heap);
        for Suspect { mut finding, .. } in suspects {
            if finding.rule == Rule::PersistentId && are_tensors {
                finding.verdict = Verdict::Unknown;
                finding.message = "stands for the numbers of a tensor, which lie beside the pickle".into();
            }
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

    /// Whether what has no header and can't be read is a pickle all the same, and not a text or a table.
    fn is_some_pickle(&self, bytes: &Bytes, error: &Error) -> bool {
        match headless(bytes, &self.options.limits) {
            Headless::Pickle => true,
            Headless::CutShort => !self.in_folder,
            // STOP at the end shows that it was meant as a pickle
            Headless::Unclear if self.in_folder => names_harm(bytes),
            Headless::Unclear => bytes.ends_with(b"."),
            Headless::Other => !fails_everywhere(error) && !self.in_folder && bytes.ends_with(b"."),
        }
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
                in_folder: self.in_folder,
                in_framework: self.in_framework,
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
        // a policy is about models of scikit-learn: what another library would unpickle stays
        let is_inside = self.in_framework && !finding.part.is_empty();
        if is_inside || !self.options.ignored.contains(&finding.rule) {
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
    module.split('.').all(is_identifier)
        && (name.split('.').all(is_identifier) || names::standing(module, name) != Standing::Unknown)
}

/// Whether all that is named by an id is what PyTorch names so: `('storage', class, key, device, count)`.
fn every_persistent_id_is_a_tensor(heap: &Heap) -> bool {
    heap.nodes().all(|value| match heap.node_of(value) {
        Some(Node::Persistent(id)) => match heap.as_tuple(id) {
            Some([first, ..]) => heap.is_str(*first, "storage"),
            _ => false,
        },
        _ => true,
    })
}

fn short(name: &str) -> String {
    name.chars().take(100).collect()
}
