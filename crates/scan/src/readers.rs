//! What other readers than the newest joblib make of a dump with arrays in its stream.
//!
//! Where joblib takes the elements of an array, `pickle.load` goes on with opcodes, and joblib before 1.2, which knows of no
//! padding, is back among the opcodes before the elements end. Elements are nearly always no opcodes, and such readers
//! stop at once. Elements that somebody has chosen make them import and call what the newest joblib never sees.

use bytes::Bytes;
use cannery_format::{Joblib, NoCompanions, Reader};
use cannery_object::{ArrayData, Budget, Heap, Value};
use cannery_pickle::{Arg, Breach, Decoder, Error, ErrorKind, NoInline, Opcode, read_leniently};
use foldhash::HashSet;

use crate::file::can_be_imported;
use crate::judge::{Allowed, Suspect, judge};
use crate::names;
use crate::rule::Rule;
use crate::site::is_object;
use crate::uses::is_wrapper;
use crate::verdict::{Finding, Verdict};

/// What the newest joblib reads, and what was found in it.
pub(crate) struct ByJoblib<'a> {
    heap: &'a Heap,
    suspects: &'a [Suspect],
    names: HashSet<(&'a str, &'a str)>,
}

impl<'a> ByJoblib<'a> {
    pub(crate) fn of(heap: &'a Heap, suspects: &'a [Suspect]) -> Self {
        let names = heap.nodes().filter_map(|value| heap.global_name(value)).collect();
        Self { heap, suspects, names }
    }

    /// Whether a finding of another reader is nothing new: what joblib reads has the finding too, or only names what is named
    /// there, or a name of which half is there ([`Self::is_misread`]).
    fn covers(&self, heap: &Heap, suspect: &Suspect) -> bool {
        let Suspect { id, finding } = suspect;
        let is_same =
            |known: &Suspect| known.finding.rule == finding.rule && known.finding.symbol == finding.symbol;
        if self.suspects.iter().any(is_same) {
            return true;
        }
        let Some(value) = id.map(Value::Ref) else { return false };
        if heap.global_name(value).is_some_and(|name| self.names.contains(&name)) {
            return true;
        }
        let callable = heap.call(value).map_or(value, |call| call.callable);
        heap.global_name(callable).is_some_and(|name| self.is_misread(finding.rule, name))
    }

    /// Whether a name comes of reading what was meant for another reader. Who is back among the opcodes of the dump at
    /// another place than joblib, or with another memo, takes for modules halves of its names, or texts of the model: `age`
    /// or `os` for what has the name `dtype` in numpy. To import from these fails. Pairs that are known to do harm count in
    /// any case, and so do names that stand in elements, which were chosen.
    fn is_misread(&self, rule: Rule, (module, name): (&str, &str)) -> bool {
        // a short text is in many elements; a name of which both parts are was put there
        let is_other_module =
            || self.is_named(name) && !(self.is_in_elements(module) && self.is_in_elements(name));
        let is_half = || self.is_part_of_a_name(module) && !self.is_in_elements(module);
        match rule {
            Rule::UnknownName => is_other_module() || is_half(),
            Rule::SystemModule | Rule::LibraryGadget => {
                !names::is_harmful_pair(module, name)
                    && (is_harmless_to_import(module) || self.is_module(module))
                    && is_other_module()
            }
            _ => false,
        }
    }

    /// Whether joblib imports the module too.
    fn is_module(&self, module: &str) -> bool {
        self.names.iter().any(|&(known, _)| known == module)
    }

    /// Whether a class or function of some module there has this name.
    fn is_named(&self, name: &str) -> bool {
        self.names.iter().any(|&(_, known)| known == name)
    }

    fn is_part_of_a_name(&self, text: &str) -> bool {
        self.names.iter().any(|(module, name)| module.contains(text) || name.contains(text))
    }

    /// Whether a text stands in the elements of an array that is no array of objects.
    fn is_in_elements(&self, text: &str) -> bool {
        let find = memchr::memmem::Finder::new(text);
        self.heap.nodes().any(|value| match self.heap.array(value).map(|array| array.data) {
            Some(ArrayData::Bytes(blob)) => find.find(self.heap.bytes(blob)).is_some(),
            Some(ArrayData::Objects(_)) | None => false,
        })
    }
}

/// Whether a module of a system only defines what it has. Some modules inside packages are programs.
fn is_harmless_to_import(module: &str) -> bool {
    !module.contains('.') && !matches!(module, "antigravity" | "sitecustomize" | "usercustomize")
}

/// What readers of two kinds would do beyond what is known of the newest joblib.
pub(crate) fn others(
    bytes: &Bytes,
    budget: &Budget,
    allowed: &Allowed,
    by_joblib: &ByJoblib<'_>,
) -> Vec<Finding> {
    let readers = [
        (Reader::Pickle, "where joblib reads an array and pickle goes on with opcodes"),
        (Reader::OldJoblib, "where joblib before 1.2, which knows no padding, is back among opcodes"),
    ];
    readers
        .iter()
        .flat_map(|&(reader, place)| other(bytes, budget, allowed, by_joblib, reader, place))
        .collect()
}

fn other(
    bytes: &Bytes,
    budget: &Budget,
    allowed: &Allowed,
    by_joblib: &ByJoblib<'_>,
    reader: Reader,
    place: &str,
) -> Vec<Finding> {
    let mut heap = Heap::with_budget(budget.clone());
    let Ok(buffer) = heap.add_buffer(bytes.clone()) else { return Vec::new() };
    let mut companions = NoCompanions;
    let mut joblib = Joblib::watched(&mut companions, NoInline).read_by(reader);
    let read = read_leniently(&mut heap, bytes, buffer, &mut joblib);
    let Some(before) = joblib.nodes_before else { return Vec::new() };
    let root = read.as_ref().ok().map(|outcome| outcome.root);
    let is_new = |suspect: &Suspect| {
        let is_behind = suspect.id.is_some_and(|id| id.index() >= before);
        is_carried_out(&heap, suspect, is_behind) && !by_joblib.covers(&heap, suspect)
    };
    let mut suspects = judge(&heap, root, bytes.len() as u64, allowed).suspects;
    suspects.retain(is_new);
    let findings = suspects.into_iter().map(|Suspect { finding, .. }| {
        let message = format!("{}, {place}", finding.message);
        Finding { message, ..finding }
    });
    let mut findings: Vec<_> = findings.collect();
    if let Err(error) = read
        && findings.is_empty()
        && may_go_on(bytes, &error, budget)
    {
        let message = format!("{error}, {place}");
        // joblib reads the file, so that it is not malformed
        findings
            .push(Finding { verdict: Verdict::Unknown, ..Finding::new(Rule::MalformedPickle, "", message) });
    }
    findings
}

/// Whether a reader that came as far does what is found. Half of an object has no state yet, numbers and ids are registered
/// nowhere, and what known names make is either harmless to call or can't be called.
fn is_carried_out(heap: &Heap, suspect: &Suspect, is_behind: bool) -> bool {
    match suspect.finding.rule {
        Rule::Gadget
        | Rule::Resolver
        | Rule::SystemModule
        | Rule::DottedName
        | Rule::LibraryGadget
        | Rule::ExecutedText => true,
        Rule::Smuggled => suspect.id.is_none_or(|id| is_set(heap, Value::Ref(id))),
        Rule::UnknownName => is_behind,
        Rule::UnknownArguments => {
            is_behind && !suspect.id.is_some_and(|id| has_no_arguments(heap, Value::Ref(id)))
        }
        _ => false,
    }
}

/// Whether an object is given no state but what sets attributes or parts: another object as a second state is refused by
/// whatever is to take it.
fn is_set(heap: &Heap, value: Value) -> bool {
    let states = heap.items(heap.attached(value).states);
    let is_taken = |&state: &Value| heap.as_dict(state).is_some() || heap.as_tuple(state).is_some();
    states.len() < 2 || states[1..].iter().any(is_taken)
}

/// Whether the arguments of a call are what has no items: a name, or what stands for an array.
fn has_no_arguments(heap: &Heap, value: Value) -> bool {
    heap.call(value)
        .is_some_and(|call| heap.global_name(call.args).is_some() || is_object(heap, call.args, is_wrapper))
}

/// Whether an unpickler that is less strict than this one goes on behind an error to an opcode that imports or calls. Few
/// bytes that were written as numbers are four opcodes in a row.
fn may_go_on(bytes: &Bytes, error: &Error, budget: &Budget) -> bool {
    const FIRST_CALL: usize = 3;
    let is_broken = error.kind() == ErrorKind::Malformed && error.breach() != Breach::Rule;
    // a buffer that nobody gave
    if is_broken || error.opcode() == Some(Opcode::NextBuffer) {
        return false;
    }
    let mut decoder = Decoder::new(bytes, error.offset(), budget.limits());
    for count in 0.. {
        let Ok(op) = decoder.next_op() else { return false };
        match op.opcode {
            Opcode::Stop => return false,
            Opcode::Global | Opcode::Inst => {
                if let Arg::Names(module, name) = op.arg
                    && can_be_imported(module, name)
                {
                    return true;
                }
            }
            Opcode::StackGlobal
            | Opcode::Reduce
            | Opcode::NewObj
            | Opcode::NewObjEx
            | Opcode::Obj
            | Opcode::Build
                if count >= FIRST_CALL =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}
