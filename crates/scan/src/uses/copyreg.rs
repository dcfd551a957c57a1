//! `copyreg`: how protocols 0 and 1 make objects.

use super::instance::{self, Base, Made};
use crate::site::{Checked, Site};

pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    match (site.name.1, site.args) {
        ("_reconstructor", [class, base, state]) => {
            let base = match heap.global_name(*base) {
                Some(("builtins" | "__builtin__", "object")) => Base::Object,
                Some(("builtins" | "__builtin__", "dict")) if heap.as_dict(*state).is_some() => Base::Dict,
                Some(("builtins" | "__builtin__", "tuple")) if heap.as_tuple(*state).is_some() => Base::Tuple,
                _ => return Err(site.bad_args()),
            };
            let args = std::slice::from_ref(state);
            instance::check(site, &Made { class: *class, base, args })
        }
        ("__newobj__", [class, args @ ..]) => {
            instance::check(site, &Made { class: *class, base: Base::Unsaid, args })
        }
        _ => Err(site.bad_args()),
    }
}
