//! What the list of classes says of each.

use crate::error::Error;
use crate::estimator::Estimator;
use crate::state::State;

/// Classes that are read in one way.
pub(crate) struct Entry {
    /// Their public names: `sklearn.svm.SVC`.
    pub(crate) classes: &'static [&'static str],
    /// Every module that they have had, in files: the newest first.
    pub(crate) modules: &'static [&'static str],
    /// Makes an estimator of the state of an object of one of them; [`State::name`] tells which.
    pub(crate) read: fn(&State<'_>) -> Result<Box<dyn Estimator>, Error>,
}

impl Entry {
    /// The names of the classes in their modules.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.classes.iter().map(|class| class.rsplit('.').next().unwrap_or(class))
    }

    /// The name of the class that a module has under a name, if it is one of these.
    pub(crate) fn find(&self, module: &str, name: &str) -> Option<&'static str> {
        self.names().find(|class| *class == name).filter(|_| self.modules.contains(&module))
    }
}
