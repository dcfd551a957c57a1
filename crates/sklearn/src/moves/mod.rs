//! Moving a model to another release of scikit-learn, by changing its Heap.
//!
//! A release keeps other attributes, other classes or the same ones elsewhere. A [rule](rule::Rule) says what changes between
//! two neighbouring releases, for objects of some classes; a move applies all rules of each boundary between the two releases,
//! one boundary after the other. What concerns every class (modules, numpy, constructor parameters, versions) is in the files
//! `globals`, `libraries`, `params` and `python2`.
//!
//! Nothing is loaded in Python. Source of the rules: scikit-learn's releases, in which files before and after were compared.

mod adaboost;
mod arrays;
mod boosting;
mod compose;
mod decomposition;
mod digits;
mod edit;
mod encoders;
mod forest;
mod globals;
mod hist;
mod impute;
mod libraries;
mod linear;
mod logistic;
mod loss;
mod meta;
mod neighbors;
mod params;
mod preprocessing;
mod python2;
mod report;
mod rule;
mod scorers;
mod svm;
mod text;
mod to;
mod tree;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use cannery_object::known::Version;
use cannery_object::{Heap, Value};

pub use self::report::{Caveat, Change, Difference, Refusal, RefusalKind, Report, What};
pub use self::to::To;

use self::edit::{Context, Edit, Moved};
use self::rule::Rule;
use self::walk::Walk;

/// Every rule, by family. At one boundary they run in this order, and downwards as well.
const RULES: &[&[Rule]] = &[
    globals::RULES,
    tree::RULES,
    forest::RULES,
    adaboost::RULES,
    boosting::RULES,
    hist::RULES,
    loss::RULES,
    linear::RULES,
    logistic::RULES,
    svm::RULES,
    neighbors::RULES,
    preprocessing::RULES,
    encoders::RULES,
    impute::RULES,
    text::RULES,
    decomposition::RULES,
    compose::RULES,
    scorers::RULES,
    meta::RULES,
];

/// What a move may change beyond the form of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accept {
    /// The moved model may compute something else where the releases do.
    pub behaviour: bool,
    /// Objects may get another class that computes the same.
    pub class: bool,
}

/// Moves the model that a Heap holds, and gives its root: another one only where the root itself is replaced.
///
/// # Errors
/// Why the model can't be moved; the Heap is then of no further use.
pub fn move_to(heap: &mut Heap, root: Value, to: &To, accept: Accept) -> Result<(Value, Report), Refusal> {
    let walk = &mut Walk::of(heap, root);
    let moved = carry_out(heap, root, to, accept, walk);
    moved.map_err(|refusal| Refusal { path: walk.path(refusal.object), ..refusal })
}

fn carry_out(
    heap: &mut Heap,
    root: Value,
    to: &To,
    accept: Accept,
    walk: &mut Walk,
) -> Moved<(Value, Report)> {
    let from = source_version(heap, &walk.objects).unwrap_or(to.version.min(Version::new(0, 18)));
    let mut cx = Context::new(to.clone());
    python2::to_text(heap, root, walk, &mut cx)?;
    arrays::to_native(heap, walk, &mut cx)?;
    let root = libraries::plain(heap, root, walk, &mut cx)?;
    for (boundary, is_up) in boundaries(from, to.version) {
        cross(heap, boundary, is_up, walk, &mut cx)?;
    }
    let root = match root {
        Value::Ref(id) => cx.redirects.get(&id).copied().unwrap_or(root),
        _ => root,
    };
    heap.redirect(&cx.redirects);
    finish(heap, root, &mut cx)?;
    let mut report = Report { changes: cx.changes, caveats: cx.caveats };
    let places = Walk::of(heap, root);
    let place = |object| match places.path(object) {
        path if path.is_empty() && object != root => walk.path(object),
        path => path,
    };
    report.changes.iter_mut().for_each(|change| change.path = place(change.object));
    report.caveats.iter_mut().for_each(|caveat| caveat.path = place(caveat.object));
    judge(report, root, accept)
}

/// What depends on the target alone, not on the boundaries on the way.
fn finish(heap: &mut Heap, root: Value, cx: &mut Context) -> Moved<()> {
    let walk = Walk::of(heap, root);
    libraries::finish(heap, &walk, cx)?;
    let walk = Walk::of(heap, root);
    scorers::finish(heap, &walk, cx)?;
    let walk = Walk::of(heap, root);
    digits::note(heap, &walk, cx);
    globals::rename(heap, &walk, cx)?;
    params::complete(heap, &walk, cx)
}

/// The report, unless it has something that is not accepted.
fn judge(report: Report, root: Value, accept: Accept) -> Moved<(Value, Report)> {
    let reason = |caveat: &Caveat| match caveat.difference {
        Difference::Behaviour => (!accept.behaviour).then_some(RefusalKind::Behaviour),
        Difference::Class => (!accept.class).then_some(RefusalKind::Class),
        Difference::Digits => None,
    };
    let refused = report.caveats.iter().find_map(|caveat| Some((caveat, reason(caveat)?)));
    let Some((first, kind)) = refused else { return Ok((root, report)) };
    Err(Refusal { kind, path: String::new(), message: first.to_string(), object: Value::None })
}

/// The oldest release that wrote a part of a model.
fn source_version(heap: &Heap, objects: &[Value]) -> Option<Version> {
    let version = |&object: &Value| {
        let version = heap.object(object)?.attr("_sklearn_version")?;
        heap.as_str(version)?.parse::<Version>().ok()
    };
    objects.iter().filter_map(version).min()
}

/// The release that wrote a model, the oldest where parts differ.
pub fn written_by(heap: &Heap, root: Value) -> Option<Version> {
    source_version(heap, &Walk::of(heap, root).objects)
}

/// The boundaries between two releases in the order in which they are crossed, and whether upwards.
fn boundaries(from: Version, to: Version) -> Vec<(Version, bool)> {
    let (low, high) = (from.min(to), from.max(to));
    let all: BTreeSet<Version> = RULES.iter().copied().flatten().map(|rule| rule.at).collect();
    let mut crossed: Vec<_> =
        all.into_iter().filter(|&at| low < at && at <= high).map(|at| (at, from <= to)).collect();
    if from > to {
        crossed.reverse();
    }
    crossed
}

/// Applies the rules of one boundary.
fn cross(heap: &mut Heap, at: Version, is_up: bool, walk: &mut Walk, cx: &mut Context) -> Moved<()> {
    let mut by_class: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    walk.objects.iter().for_each(|&object| classify(heap, object, &mut by_class));
    for rule in RULES.iter().copied().flatten().filter(|rule| rule.at == at) {
        cx.rule = (rule.id, rule.why);
        let objects: Vec<Value> = match rule.classes {
            [] => by_class.values().flatten().copied().collect(),
            classes => classes.iter().filter_map(|&class| by_class.get(class)).flatten().copied().collect(),
        };
        for object in objects {
            let is_same = |class: &str| rule.classes.is_empty() || rule.classes.contains(&class);
            if edit::class_of(heap, object).is_some_and(is_same) {
                let run = rule.run(&mut Edit { heap: &mut *heap, cx: &mut *cx, object }, is_up);
                run.map_err(|refusal| match refusal.object {
                    Value::None => Refusal { object, ..refusal },
                    _ => refusal,
                })?;
            }
        }
        for (made, owner) in std::mem::take(&mut cx.made) {
            walk.add(made, owner);
            classify(heap, made, &mut by_class);
        }
    }
    Ok(())
}

/// Objects of scikit-learn, and the few others that rules concern, by the bare names of their classes.
fn classify(heap: &Heap, object: Value, by_class: &mut BTreeMap<String, Vec<Value>>) {
    let Some((module, name)) = heap.object(object).map(|object| object.class()) else { return };
    if !(module.starts_with("sklearn.") || module == "_loss") {
        return;
    }
    match by_class.get_mut(name) {
        Some(objects) => objects.push(object),
        None => drop(by_class.insert(name.to_owned(), vec![object])),
    }
}
