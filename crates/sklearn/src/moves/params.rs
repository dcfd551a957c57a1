//! Constructor parameters and versions of every estimator.

use std::collections::HashMap;
use std::sync::LazyLock;

use cannery_object::known::{self, Kind, VersionRange};
use cannery_object::{Heap, Node, Value};

use super::edit::{Context, Edit, Moved};
use super::report::What;
use super::walk::Walk;
use crate::defaults;

/// A parameter: its name, its default as JSON, the releases that have it.
type Param = (&'static str, &'static str, &'static str);

/// The parameters of each class.
static PARAMS: LazyLock<HashMap<&'static str, Vec<Param>>> = LazyLock::new(|| {
    let mut classes: HashMap<_, Vec<_>> = HashMap::new();
    for (class, param, default, releases) in defaults::all() {
        classes.entry(class).or_default().push((param, default, releases));
    }
    classes
});

/// Gives every estimator the parameters that the target has and it lacks, and the target's version.
pub(super) fn complete(heap: &mut Heap, walk: &Walk, cx: &mut Context) -> Moved<()> {
    for &object in &walk.objects {
        let Some((module, name)) = heap.object(object).map(|object| object.class()) else { continue };
        if !module.starts_with("sklearn.") {
            continue;
        }
        let is_estimator = known::known(module, name).is_some_and(|known| known.kind == Kind::Estimator);
        let name = name.to_owned();
        let mut e = Edit { heap: &mut *heap, cx: &mut *cx, object };
        if is_estimator {
            stamp(&mut e)?;
            parameters(&mut e, &name)?;
        } else if e.has("_sklearn_version") {
            e.cx.rule = ("version", "only estimators have a version");
            e.remove("_sklearn_version");
        }
    }
    Ok(())
}

fn stamp(e: &mut Edit<'_>) -> Moved<()> {
    let stamp = e.cx.to.stamp.clone();
    if e.is_text("_sklearn_version", &[&stamp]) {
        return Ok(());
    }
    e.cx.rule = ("version", "an estimator of another version gives a warning when it is loaded");
    e.set("_sklearn_version", &*stamp)
}

fn parameters(e: &mut Edit<'_>, class: &str) -> Moved<()> {
    let Some(params) = PARAMS.get(class) else { return Ok(()) };
    e.cx.rule = ("parameter", "the constructor has this parameter; it gets its default");
    let version = e.cx.to.version;
    let has = |releases: &str| VersionRange::parse_list(releases).any(|range| range.contains(version));
    for &(name, default, _) in params.iter().filter(|(_, _, releases)| has(releases)) {
        if e.has(name) {
            continue;
        }
        if let Some(value) = value_of(e.heap, default)? {
            e.heap.set_attr(e.object, name, value)?;
            e.note(name, What::Added);
        }
    }
    Ok(())
}

/// A value from its JSON; `None` for one that is not made of plain numbers and texts.
fn value_of(heap: &mut Heap, json: &str) -> Moved<Option<Value>> {
    let repr = json.strip_prefix("{\"repr\": \"").and_then(|rest| rest.strip_suffix("\"}"));
    if let Some(tuple) = repr.and_then(|repr| repr.strip_prefix('(')?.strip_suffix(')')) {
        let mut items = Vec::new();
        for part in tuple.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match scalar(heap, part)? {
                Some(value) => items.push(value),
                None => return Ok(None),
            }
        }
        return Ok(Some(heap.container(Node::Tuple, &items)?));
    }
    scalar(heap, repr.unwrap_or(json))
}

fn scalar(heap: &mut Heap, text: &str) -> Moved<Option<Value>> {
    Ok(Some(match text {
        "null" => Value::None,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => {
            if let Some(text) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                if text.contains('\\') {
                    return Ok(None);
                }
                heap.text(text)?
            } else if let Ok(int) = text.parse::<i64>() {
                heap.int(int)?
            } else if let Ok(float) = text.parse::<f64>() {
                heap.add(Node::Float(float))?
            } else {
                return Ok(None);
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use cannery_object::Limits;

    use super::*;

    #[test]
    fn defaults_become_values() {
        let mut heap = Heap::new(Limits::default());
        let mut value = |json: &str| value_of(&mut heap, json).expect("small");
        assert_eq!(value("null"), Some(Value::None));
        assert_eq!(value("100"), Some(Value::Int(100)));
        assert_eq!(value("{\"repr\": \"numpy.float64\"}"), None);
        let tuple = value("{\"repr\": \"(1, 1)\"}").expect("a tuple");
        let nan = value("{\"repr\": \"nan\"}").expect("a float");
        assert_eq!(heap.as_tuple(tuple), Some(&[Value::Int(1), Value::Int(1)][..]));
        assert!(heap.as_float(nan).is_some_and(f64::is_nan));
    }
}
