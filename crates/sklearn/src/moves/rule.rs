//! What a rule is.

use cannery_object::known::Version;

use super::edit::{Edit, Moved};

/// What changes in objects of some classes between two neighbouring releases.
pub(crate) struct Rule {
    /// Its name, in `--explain`.
    pub(crate) id: &'static str,
    /// The first release that has the new form.
    pub(crate) at: Version,
    /// Bare names of the classes; none means every class of scikit-learn.
    pub(crate) classes: &'static [&'static str],
    /// Why the change is needed, in one sentence.
    pub(crate) why: &'static str,
    /// What it does.
    pub(crate) act: Act,
}

/// What a rule does.
pub(crate) enum Act {
    /// Attributes that are renamed at the boundary: old name, new name.
    Rename(&'static [(&'static str, &'static str)]),
    /// Attributes that appear: set when moving up if they are missing, removed when moving down.
    Gain(&'static [(&'static str, Plain)]),
    /// Attributes that disappear: removed when moving up, set when moving down if they are missing.
    Lose(&'static [(&'static str, Plain)]),
    /// Code for moving up.
    Up(Step),
    /// Code for moving down.
    Down(Step),
    /// Code for moving up, and for moving down.
    Both(Step, Step),
}

/// The code of a rule, for one object.
pub(crate) type Step = fn(&mut Edit<'_>) -> Moved<()>;

/// A value without parts, or an empty container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Plain {
    None,
    Bool(bool),
    Int(i32),
    Float(f64),
    Text(&'static str),
    Dict,
}

impl Rule {
    pub(crate) const fn new(
        id: &'static str,
        (major, minor): (u32, u32),
        classes: &'static [&'static str],
        act: Act,
        why: &'static str,
    ) -> Self {
        Self { id, at: Version::new(major, minor), classes, why, act }
    }

    /// Carries the rule out on one object.
    pub(crate) fn run(&self, edit: &mut Edit<'_>, is_up: bool) -> Moved<()> {
        match (&self.act, is_up) {
            (Act::Rename(names), true) => names.iter().try_for_each(|(old, new)| edit.rename(old, new)),
            (Act::Rename(names), false) => names.iter().try_for_each(|(old, new)| edit.rename(new, old)),
            (Act::Gain(values), true) | (Act::Lose(values), false) => {
                values.iter().try_for_each(|&(name, value)| edit.put(name, value))
            }
            (Act::Gain(values), false) | (Act::Lose(values), true) => {
                for (name, _) in *values {
                    edit.remove(name);
                }
                Ok(())
            }
            (Act::Up(step) | Act::Both(step, _), true) | (Act::Down(step) | Act::Both(_, step), false) => {
                step(edit)
            }
            (Act::Up(_), false) | (Act::Down(_), true) => Ok(()),
        }
    }
}
