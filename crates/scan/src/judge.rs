//! Judges every node of a Heap: those that nothing refers to as well, since Python made them all the same.

use cannery_object::known::Known;
use cannery_object::{Heap, Id, Node, Value};
use cannery_sklearn::Soundness;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::hashing;
use crate::held;
use crate::names::{self, Standing};
use crate::nesting;
use crate::place::{self, Edge, id_of};
use crate::rule::Rule;
use crate::shown;
use crate::site::{Refusal, Site, kind_of};
use crate::sound;
use crate::uses;
use crate::verdict::{BY_VALUE, Finding};
use crate::work::Work;

/// A finding about a node.
#[derive(Debug)]
pub(crate) struct Suspect {
    pub(crate) id: Option<Id>,
    pub(crate) finding: Finding,
}

/// Names that are allowed although nothing is known of them.
pub(crate) type Allowed = FxHashSet<(Box<str>, Box<str>)>;

/// What was found in a Heap.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// One for each rule and symbol, the first that was met.
    pub(crate) suspects: Vec<Suspect>,
    /// Bytes that may hold a file of their own.
    pub(crate) packed: Vec<Value>,
}

/// Judges the nodes of a Heap that was made of so many bytes; `root` is what they make, if they make anything.
pub(crate) fn judge(heap: &Heap, root: Option<Value>, bytes: u64, allowed: &Allowed) -> Judged {
    let mut judge = Judge {
        heap,
        root,
        allowed,
        work: Work::of(bytes),
        of_sklearn: Soundness::of(heap),
        standings: FxHashMap::default(),
        called: FxHashSet::default(),
        used_well: FxHashSet::default(),
        making: FxHashSet::default(),
        partials: FxHashSet::default(),
        seen: FxHashMap::default(),
        judged: Judged::default(),
    };
    for value in heap.nodes() {
        judge.node(value);
    }
    judge.names();
    judge.held();
    for (value, refusal) in [nesting::check(heap), hashing::check(heap)].into_iter().flatten() {
        judge.refuse(value, String::new(), refusal);
    }
    judge.judged
}

struct Judge<'h> {
    heap: &'h Heap,
    root: Option<Value>,
    allowed: &'h Allowed,
    work: Work,
    of_sklearn: Soundness<'h>,
    /// So that one name is looked up once.
    standings: FxHashMap<Id, Status>,
    /// Names whose calls were reported, so that they need no finding of their own.
    called: FxHashSet<Id>,
    /// Harmful names that were used as models use them: fine as long as they are there for nothing else.
    used_well: FxHashSet<Id>,
    /// The arguments of the calls that make an instance of one, and a state that begins with one.
    making: FxHashSet<Id>,
    /// What has such a state.
    partials: FxHashSet<Id>,
    /// Where a rule and symbol were reported first.
    seen: FxHashMap<(Rule, String), usize>,
    judged: Judged,
}

/// What is known of a name, and whether the user allows it.
#[derive(Clone, Copy)]
enum Status {
    Known(Known),
    Harmful(Rule),
    Unknown,
    Allowed,
}

impl<'h> Judge<'h> {
    fn node(&mut self, value: Value) {
        let Some(node) = self.heap.node_of(value) else { return };
        match node {
            Node::Call { .. } => self.call(value),
            Node::Extension(code) => {
                let message = format!("names something by the number {code} of a registry");
                self.report(value, Rule::ExtensionCode, code.to_string(), message);
            }
            Node::Persistent(id) => {
                let message =
                    format!("stands for an object that the file does not hold ({})", kind_of(self.heap, id));
                self.report(value, Rule::PersistentId, String::new(), message);
            }
            Node::Bytes(blob) | Node::ByteArray(blob) | Node::Str8(blob) => {
                if crate::nested::may_hold_a_file(self.heap.bytes(blob)) {
                    self.judged.packed.push(value);
                }
                self.attached(value);
            }
            Node::List(_) | Node::Set(_) | Node::Dict(_) | Node::Global { .. } => self.attached(value),
            Node::Int(_)
            | Node::BigInt(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Tuple(_)
            | Node::FrozenSet(_)
            | Node::Immediate(_)
            | Node::Array(_) => {}
        }
    }

    fn attached(&mut self, value: Value) {
        if let Err(refusal) = uses::check_attached(self.heap, value) {
            let symbol = self.heap.global_name(value).map(symbol_of).unwrap_or_default();
            self.refuse(value, symbol, refusal);
        }
    }

    fn call(&mut self, value: Value) {
        let heap = self.heap;
        let Some(call) = heap.call(value) else { return };
        let Some(name) = heap.global_name(call.callable) else {
            if let Err(refusal) = self.work.spend_on_call_of(heap, call) {
                return self.refuse(value, String::new(), refusal);
            }
            if uses::is_zone_read_by_name(heap, value) {
                return;
            }
            if let Some(method) = uses::keyword_method(heap, value) {
                self.used_well.extend(method.callers.into_iter().filter_map(id_of));
                self.making.extend(method.holders.into_iter().filter_map(id_of));
                self.partials.extend(id_of(call.callable));
                return;
            }
            let message = format!("calls a {}, which is no name", kind_of(heap, call.callable));
            return self.report(value, Rule::UnknownCall, String::new(), message);
        };
        let Some(site) = Site::of(heap, value) else {
            let message = format!("called with a {} as its arguments", kind_of(heap, call.args));
            return self.report(value, Rule::UnknownArguments, symbol_of(name), message);
        };
        if let Err(refusal) = self.work.spend_on(&site) {
            return self.refuse(value, String::new(), refusal);
        }
        if let Some(used) = uses::harmful_name_used_well(&site) {
            self.used_well.extend(id_of(used));
            if used != call.callable {
                self.making.extend(id_of(call.args));
            }
            return;
        }
        match self.status(call.callable, name) {
            Status::Known(known) => self.known_call(&site, known),
            Status::Allowed => self.state(&site),
            Status::Harmful(rule) => {
                if let Value::Ref(id) = call.callable {
                    self.called.insert(id);
                }
                if let Some(refusal) = uses::could_be_harmless(&site) {
                    return self.refuse(value, symbol_of(name), refusal);
                }
                self.report(value, rule, symbol_of(name), harm(heap, name, call.args));
                self.state(&site);
            }
            Status::Unknown => {
                if let Value::Ref(id) = call.callable {
                    self.called.insert(id);
                }
                self.report(value, Rule::UnknownName, symbol_of(name), format!("calls {}", symbol_of(name)));
                self.state(&site);
            }
        }
    }

    fn known_call(&mut self, site: &Site<'h>, known: Known) {
        let heap = self.heap;
        let checked =
            uses::check(site, known).and_then(|()| sound::check(site, &mut self.of_sklearn, &mut self.work));
        if let Err(refusal) = checked {
            let class = heap.object(site.value).map_or(site.name, |object| object.class());
            self.refuse(site.value, symbol_of(class), refusal);
        }
        if site.name == ("_codecs", "encode") && starts_like_a_file(heap, site.args) {
            let packed =
                heap.bytes_of(site.value).is_some_and(|bytes| crate::nested::may_hold_a_file(&bytes));
            self.judged.packed.extend(packed.then_some(site.value));
        }
    }

    /// The state of an object whose class is not judged must not change what the object is.
    fn state(&mut self, site: &Site<'h>) {
        for &state in site.states {
            if let Err(refusal) = uses::attributes(self.heap, state)
                && refusal.rule == Rule::Smuggled
            {
                self.refuse(site.value, site.symbol(), refusal);
            }
        }
    }

    /// Names that are never called, but are there: importing their module is enough for some.
    fn names(&mut self) {
        let heap = self.heap;
        let only_used_well = self.only_used_well();
        for value in heap.nodes() {
            let Some(name) = heap.global_name(value) else { continue };
            if id_of(value).is_some_and(|id| self.called.contains(&id) || only_used_well.contains(&id)) {
                continue;
            }
            let rule = match self.status(value, name) {
                Status::Known(_) | Status::Allowed => continue,
                Status::Harmful(_) if names::is_harmless_until_called(name) => Rule::UnknownName,
                Status::Harmful(rule) => rule,
                Status::Unknown => Rule::UnknownName,
            };
            self.report(value, rule, symbol_of(name), format!("names {}", symbol_of(name)));
        }
    }

    /// Of the harmful names that were used well, those that nothing else refers to.
    fn only_used_well(&self) -> FxHashSet<Id> {
        let mut only = self.used_well.clone();
        if let Some(root) = self.root.and_then(id_of) {
            only.remove(&root);
        }
        if only.is_empty() {
            return only;
        }
        for from in self.heap.nodes().filter_map(id_of) {
            let is_making = self.making.contains(&from);
            place::edges(self.heap, from, &mut |edge, to| {
                let Some(to) = id_of(to) else { return };
                match edge {
                    Edge::State if self.partials.contains(&from) => {}
                    Edge::Callable | Edge::Arguments => {}
                    Edge::Item(0) if is_making => {}
                    _ if self.making.contains(&to) => only.clear(),
                    _ => {
                        only.remove(&to);
                    }
                }
            });
        }
        only
    }

    /// Names that are kept to be called later, and trees without an estimator.
    fn held(&mut self) {
        let heap = self.heap;
        for (id, refusal) in held::check(heap) {
            let value = Value::Ref(id);
            let Some(name) = heap.global_name(value) else {
                let class = heap.object(value).map(|object| symbol_of(object.class()));
                self.refuse(value, class.unwrap_or_default(), refusal);
                continue;
            };
            if !matches!(self.status(value, name), Status::Allowed) {
                self.refuse(value, symbol_of(name), refusal);
            }
        }
    }

    /// What is known of a value that is this name.
    fn status(&mut self, value: Value, name: (&'h str, &'h str)) -> Status {
        let id = id_of(value);
        if let Some(&status) = id.and_then(|id| self.standings.get(&id)) {
            return status;
        }
        let status = match names::standing(name.0, name.1) {
            Standing::Known(known) => Status::Known(known),
            Standing::Harmful(Rule::DottedName) | Standing::Unknown
                if !self.allowed.is_empty() && self.allowed.contains(&(name.0.into(), name.1.into())) =>
            {
                Status::Allowed
            }
            Standing::Harmful(rule) => Status::Harmful(rule),
            Standing::Unknown => Status::Unknown,
        };
        self.standings.extend(id.map(|id| (id, status)));
        status
    }

    fn refuse(&mut self, value: Value, symbol: String, refusal: Refusal) {
        self.report(value, refusal.rule, symbol, refusal.message);
    }

    fn report(&mut self, value: Value, rule: Rule, symbol: String, message: String) {
        let suspects = &mut self.judged.suspects;
        match self.seen.get(&(rule, symbol.clone())) {
            Some(&first) => suspects[first].finding.more += 1,
            None if suspects.len() >= crate::MAX_FINDINGS => {
                let last = suspects.len() - 1;
                suspects[last].finding.more += 1;
            }
            None => {
                self.seen.insert((rule, symbol.clone()), suspects.len());
                suspects.push(Suspect { id: id_of(value), finding: Finding::new(rule, symbol, message) });
            }
        }
    }
}

/// What a harmful call would do.
fn harm(heap: &Heap, name: (&str, &str), args: Value) -> String {
    let symbol = symbol_of(name);
    match names::makes_a_function(name) {
        // its arguments are bytecode
        true => format!("{BY_VALUE}: calls {symbol}"),
        false => format!("calls {}", shown::call(heap, &symbol, args)),
    }
}

/// "module.name", cut at a length that a report can show.
fn symbol_of((module, name): (&str, &str)) -> String {
    format!("{module}.{name}")
}

/// Whether the text of `_codecs.encode` begins with the bytes of a file: its first characters decide.
fn starts_like_a_file(heap: &Heap, args: &[Value]) -> bool {
    let Some(Node::Str(blob) | Node::Str8(blob)) = args.first().and_then(|&text| heap.node_of(text)) else {
        return false;
    };
    let text = heap.bytes(blob);
    let head = String::from_utf8_lossy(&text[..text.len().min(32)]);
    let head: Vec<u8> = head.chars().map_while(|c| u8::try_from(u32::from(c)).ok()).collect();
    crate::nested::starts_like_a_file(&head)
}
