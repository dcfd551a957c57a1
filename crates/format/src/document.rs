//! A whole file: wrappings off, container recognised, Heap filled.

use bytes::Bytes;
use cannery_object::{Budget, BufferId, Heap, Limits, Node, Value};
use cannery_pickle::{Breach, Inline, NoInline, Outcome};

use crate::compress::Unwrapped;
use crate::error::{Error, Result};
use crate::headless::{Headless, has_changed_line_ends, headless};
use crate::joblib::{Companion, Companions, Joblib};
use crate::sniff::{Container, Format, Wrapping, sniff};
use crate::source::Progress;
use crate::zip::Archive;
use crate::{members, npy, npz, skops};

/// A file that has been read.
#[derive(Debug)]
pub struct Document {
    /// Its values.
    pub heap: Heap,
    /// The value that it holds.
    pub root: Value,
    /// What is known of the file apart from its values.
    pub facts: Facts,
}

/// What holds the values of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A pickle without inline arrays.
    Pickle,
    /// A pickle with joblib's inline arrays, or with array files beside it.
    Joblib,
    /// A skops archive.
    Skops,
    /// One numpy array.
    Npy,
    /// A zip archive of numpy arrays.
    Npz,
}

impl Kind {
    /// Its name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pickle => "pickle",
            Self::Joblib => "joblib",
            Self::Skops => "skops",
            Self::Npy => "npy",
            Self::Npz => "npz",
        }
    }
}

/// What is known of a file apart from its values.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Facts {
    /// What holds the values.
    pub kind: Kind,
    /// Layers of compression, outermost first.
    pub wrappings: Vec<Wrapping>,
    /// Pickle protocol, as the stream declares it; skops protocol for skops.
    pub protocol: Option<u32>,
    /// The skops release that wrote the file, as it says.
    pub skops_version: Option<String>,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Bytes without compression.
    pub plain_bytes: u64,
    /// Bytes of inline arrays and their padding.
    pub inline_bytes: u64,
    /// Number of inline arrays.
    pub inline_arrays: u64,
    /// Number of pickle opcodes.
    pub opcodes: u64,
    /// Array files that the pickle names.
    pub companions: Vec<Companion>,
}

/// Reads a file from its bytes. Progress counts inflated bytes.
pub fn read(
    bytes: &Bytes,
    limits: &Limits,
    companions: &mut dyn Companions,
    progress: Progress<'_>,
) -> Result<Document> {
    read_member(bytes, None, limits, companions, progress)
}

/// As [`read`]; of an archive, the member of this name is read, or without one the only model file in it.
pub fn read_member(
    bytes: &Bytes,
    member: Option<&str>,
    limits: &Limits,
    companions: &mut dyn Companions,
    progress: Progress<'_>,
) -> Result<Document> {
    read_document(bytes, member, limits, false, companions, progress)
}

/// As [`read_member`], and the Heap keeps the spelling of pickles, so that they can be written as they were.
pub fn read_spelling(
    bytes: &Bytes,
    member: Option<&str>,
    limits: &Limits,
    companions: &mut dyn Companions,
    progress: Progress<'_>,
) -> Result<Document> {
    read_document(bytes, member, limits, true, companions, progress)
}

fn read_document(
    bytes: &Bytes,
    member: Option<&str>,
    limits: &Limits,
    keep_spelling: bool,
    companions: &mut dyn Companions,
    progress: Progress<'_>,
) -> Result<Document> {
    let mut budget = Budget::new(limits.clone());
    let plain = members::content(bytes, member, &mut budget, progress)?;
    let mut heap = Heap::with_budget(budget);
    if keep_spelling {
        heap.keep_spelling();
    }
    let attempt = read_into(heap, &plain, bytes.len() as u64, companions, &mut NoInline);
    Ok(Document { heap: attempt.heap, root: attempt.root?, facts: attempt.facts })
}

/// A file as far as it could be read.
#[derive(Debug)]
pub struct Attempt {
    /// The values that were made, up to the error if there is one.
    pub heap: Heap,
    /// What is known of the file apart from its values.
    pub facts: Facts,
    /// The value that the file holds, or why it could not be read.
    pub root: Result<Value>,
}

/// Reads what was inside all compression of a file of `file_bytes`. `watcher` is told of every opcode of pickles, apart
/// from those in array files beside the file and in entries of archives.
pub fn read_plain(
    plain: &Unwrapped,
    file_bytes: u64,
    budget: Budget,
    companions: &mut dyn Companions,
    watcher: &mut impl Inline,
) -> Attempt {
    read_into(Heap::with_budget(budget), plain, file_bytes, companions, watcher)
}

fn read_into(
    mut heap: Heap,
    plain: &Unwrapped,
    file_bytes: u64,
    companions: &mut dyn Companions,
    watcher: &mut impl Inline,
) -> Attempt {
    let mut facts = Facts {
        kind: Kind::Pickle,
        wrappings: plain.layers.clone(),
        protocol: None,
        skops_version: None,
        file_bytes,
        plain_bytes: plain.bytes.len() as u64,
        inline_bytes: 0,
        inline_arrays: 0,
        opcodes: 0,
        companions: Vec::new(),
    };
    let root = fill(&mut heap, &plain.bytes, companions, watcher, &mut facts);
    let root = root.map_err(|error| match &plain.member {
        Some(member) => error.within(member),
        None => error,
    });
    Attempt { heap, facts, root }
}

fn fill(
    heap: &mut Heap,
    bytes: &Bytes,
    companions: &mut dyn Companions,
    watcher: &mut impl Inline,
    facts: &mut Facts,
) -> Result<Value> {
    match sniff(bytes) {
        Format::Container(Container::Pickle) => pickle(heap, bytes, companions, watcher, facts),
        Format::Unknown => Err(unknown(bytes)),
        Format::Container(Container::Npy) => {
            facts.kind = Kind::Npy;
            watched_npy_file(heap, bytes, watcher)
        }
        Format::Container(Container::Zip) => zip(heap, bytes, facts),
        Format::Foreign(foreign) => Err(foreign.error()),
        Format::Wrapped(_) => Err(Error::malformed("a layer of compression is left")),
    }
}

/// A `.npy` file.
pub(crate) fn npy_file(heap: &mut Heap, bytes: &Bytes) -> Result<Value> {
    watched_npy_file(heap, bytes, &mut NoInline)
}

fn watched_npy_file(heap: &mut Heap, bytes: &Bytes, watcher: &mut impl Inline) -> Result<Value> {
    let buffer = heap.add_buffer(bytes.clone())?;
    npy::read_with(heap, buffer, 0..bytes.len(), &mut |heap, buffer, range| {
        npy::read_objects(heap, bytes, buffer, range, watcher)
    })
}

/// A zip archive: skops when it has a schema, npz when it has arrays.
fn zip(heap: &mut Heap, bytes: &Bytes, facts: &mut Facts) -> Result<Value> {
    let archive = Archive::open(bytes, heap.budget().limits())?;
    if archive.find(skops::SCHEMA).is_some() {
        facts.kind = Kind::Skops;
        let skops = skops::read(heap, &archive)?;
        facts.protocol = Some(skops.protocol);
        facts.skops_version = skops.version;
        return Ok(skops.root);
    }
    if archive.entries().iter().any(|entry| entry.name().ends_with(".npy")) {
        facts.kind = Kind::Npz;
        return npz::read(heap, &archive);
    }
    Err(Error::unsupported(
        "this is a zip archive with neither skops's schema.json nor .npy files: unpack it first",
    ))
}

fn pickle(
    heap: &mut Heap,
    bytes: &Bytes,
    companions: &mut dyn Companions,
    watcher: &mut impl Inline,
    facts: &mut Facts,
) -> Result<Value> {
    let buffer = heap.add_buffer(bytes.clone())?;
    let mut joblib = Joblib::watched(companions, watcher);
    let outcome = pickles(heap, bytes, buffer, &mut joblib);
    let outcome = outcome.and_then(|outcome| joblib.check(heap).map(|()| outcome));
    if joblib.inline_arrays > 0 || !joblib.used.is_empty() {
        facts.kind = Kind::Joblib;
    }
    facts.inline_arrays = joblib.inline_arrays;
    facts.inline_bytes = joblib.inline_bytes;
    facts.companions = joblib.used;
    let outcome = outcome.map_err(|error| explain(bytes, error, heap.budget().limits()))?;
    facts.protocol = outcome.protocol.map(u32::from);
    facts.opcodes = outcome.opcodes;
    Ok(outcome.root)
}

/// The pickles that a file holds, one behind the other, as several calls of `pickle.dump` write them: all but the first are
/// of protocol 2 or above. The root of more than one is a list of theirs.
fn pickles(
    heap: &mut Heap,
    bytes: &Bytes,
    buffer: BufferId,
    inline: &mut impl Inline,
) -> Result<Outcome, cannery_pickle::Error> {
    let first = cannery_pickle::read_prefix(heap, bytes, buffer, 0, inline)?;
    if first.end == bytes.len() {
        return Ok(first);
    }
    let (mut roots, mut all) = (vec![first.root], first);
    while all.end < bytes.len() {
        let rest = &bytes[all.end..];
        let message = format!("{} bytes follow the end of the pickle and are not another pickle", rest.len());
        let trailing = cannery_pickle::Error::malformed(all.end, message).of_breach(Breach::Trailing);
        // without a header, anything may look like opcodes
        if !matches!(rest, [0x80, 2..=5, ..]) {
            return Err(trailing);
        }
        let next = cannery_pickle::read_prefix(heap, bytes, buffer, all.end, inline).map_err(|_| trailing)?;
        roots.push(next.root);
        (all.end, all.opcodes) = (next.end, all.opcodes + next.opcodes);
        all.protocol = all.protocol.max(next.protocol);
    }
    all.root =
        heap.container(Node::List, &roots).map_err(|limit| cannery_pickle::Error::limit(all.end, limit))?;
    Ok(all)
}

/// What is wrong with bytes that can't be read as a pickle. Without a header, most of them were never one.
fn explain(bytes: &Bytes, error: cannery_pickle::Error, limits: &Limits) -> Error {
    if matches!(bytes[..], [0x80, 0..=5, ..])
        || matches!(headless(bytes, limits), Headless::Pickle | Headless::CutShort)
    {
        return error.into();
    }
    if has_changed_line_ends(bytes, limits) {
        return Error::malformed(
            "its line ends were changed to CRLF (git autocrlf or a text-mode transfer); restore it with \
             dos2unix -f, or fetch it again as a binary file",
        );
    }
    if is_text(bytes) { unknown(bytes).of_breach(error.breach()) } else { error.into() }
}

/// The error for bytes that begin as nothing that is known.
pub fn unknown(bytes: &[u8]) -> Error {
    let what = if is_text(bytes) { "text" } else { "data of an unknown format" };
    Error::malformed(format!("this is {what}, not a pickle, joblib, skops or numpy file"))
        .of_breach(Breach::Impossible)
}

/// Whether the start is what people write, and not bytes of other formats. Pickles of protocol 0 are text too.
fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(512)];
    start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x20..=0x7e | 0x80..))
}
