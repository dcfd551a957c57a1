//! What is known of a name: by exact pairs of module and qualified name.

use std::sync::LazyLock;

use cannery_object::known::{Known, all};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::rule::Rule;

/// Columns: module, name or `*` for all of a module and the modules below it, rule.
const GADGETS: &str = include_str!("gadgets.tsv");

/// By module and name.
type Table<T> = FxHashMap<(&'static str, &'static str), T>;

static KNOWN: LazyLock<Table<Known>> =
    LazyLock::new(|| all().map(|(module, name, known)| ((module, name), known)).collect());

static HARMFUL: LazyLock<Table<Rule>> = LazyLock::new(|| {
    let row = |row: &'static str| {
        let (module, row) = row.split_once('\t')?;
        let (name, rule) = row.split_once('\t')?;
        Some(((module, name), Rule::from_id(rule)?))
    };
    GADGETS.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect()
});

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is in the table of names that models hold.
    Known(Known),
    /// It is known to do harm, or has a form that only attacks have.
    Harmful(Rule),
    /// Nothing is known.
    Unknown,
}

/// What is known of `name` in `module`. Only the exact pair makes a name known; a harmful one is also told by its
/// module, which decides nothing but the wording.
pub(crate) fn standing(module: &str, name: &str) -> Standing {
    if let Some(known) = known(module, name) {
        return Standing::Known(known);
    }
    if let Some(rule) = harmful(module, name) {
        return Standing::Harmful(rule);
    }
    if name.contains('.') { Standing::Harmful(Rule::DottedName) } else { Standing::Unknown }
}

/// [`cannery_object::known::known`] by one look-up in a hash table.
pub(crate) fn known(module: &str, name: &str) -> Option<Known> {
    KNOWN.get(&(module, name)).copied()
}

/// Whether some module has a function of this name that is known to do harm.
pub(crate) fn is_name_of_harm(name: &str) -> bool {
    static NAMES: LazyLock<FxHashSet<&str>> =
        LazyLock::new(|| HARMFUL.keys().map(|&(_, name)| name).collect());
    NAMES.contains(name)
}

/// Functions that do harm where the file calls them, and that a model could keep all the same: what they do depends on the
/// function that they are given, which has a name of its own.
pub(crate) fn is_harmless_until_called((module, name): (&str, &str)) -> bool {
    name == "apply_along_axis" && matches!(module, "numpy" | "numpy.lib.shape_base")
}

/// Whether a name is what makes a function out of bytecode that the file holds: `cloudpickle` and `dill` do so, under their own
/// names and inside of other packages.
pub(crate) fn makes_a_function((module, name): (&str, &str)) -> bool {
    match name {
        "CodeType" | "FunctionType" => module == "types",
        "code" | "function" => module == "new",
        "_make_function" | "_make_skel_func" | "_fill_function" => {
            module.split('.').any(|part| part == "cloudpickle")
        }
        "_create_function" | "_create_code" => module.split('.').any(|part| part == "dill"),
        _ => false,
    }
}

/// Whether this very pair is known to do harm, and not only its module.
pub(crate) fn is_harmful_pair(module: &str, name: &str) -> bool {
    HARMFUL.contains_key(&(module, name))
}

fn harmful(module: &str, name: &str) -> Option<Rule> {
    let dotted = name.contains('.');
    if let Some(&rule) = HARMFUL.get(&(module, name)) {
        return Some(rule);
    }
    let mut module = if dotted { "" } else { module };
    while !module.is_empty() {
        if let Some(&rule) = HARMFUL.get(&(module, "*")) {
            return Some(rule);
        }
        module = module.rsplit_once('.').map_or("", |(package, _)| package);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_found_and_none_is_harmful() {
        for (module, name, known) in all() {
            assert_eq!(standing(module, name), Standing::Known(known), "{module} {name}");
            let exact = HARMFUL.get(&(module, name));
            assert_eq!(exact, None, "{module} {name} is in both tables");
        }
    }

    #[test]
    fn the_table_of_gadgets_is_whole_and_sorted() {
        let rows: Vec<_> = GADGETS.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(rows.len() > 800 && rows.is_sorted());
        assert_eq!(HARMFUL.len(), rows.len());
        for row in rows {
            let rule = row.rsplit('\t').next().and_then(Rule::from_id).expect("a rule");
            let rules = [Rule::Gadget, Rule::Resolver, Rule::SystemModule, Rule::LibraryGadget];
            assert!(rules.contains(&rule), "{row}");
        }
    }

    #[test]
    fn names_are_told_apart_exactly() {
        let cases = [
            ("os", "system", Standing::Harmful(Rule::Gadget)),
            ("os.path", "x", Standing::Harmful(Rule::SystemModule)),
            ("asyncio.unix_events", "_UnixSubprocessTransport", Standing::Harmful(Rule::SystemModule)),
            ("pkgutil", "resolve_name", Standing::Harmful(Rule::Resolver)),
            ("sklearn.datasets._base", "os.system", Standing::Harmful(Rule::DottedName)),
            ("os", "path.join", Standing::Harmful(Rule::DottedName)),
            ("numpy.testing._private.utils", "runstring", Standing::Harmful(Rule::LibraryGadget)),
            ("sklearn.datasets._openml", "fetch_openml", Standing::Harmful(Rule::LibraryGadget)),
            ("__main__", "f", Standing::Unknown),
            ("osx", "system", Standing::Unknown),
            ("sklearn", "svm", Standing::Unknown),
            ("", "", Standing::Unknown),
        ];
        for (module, name, want) in cases {
            assert_eq!(standing(module, name), want, "{module} {name}");
        }
    }
}
