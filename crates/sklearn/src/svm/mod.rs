//! `sklearn.svm`: support vector machines.

mod svc;

use crate::estimator::Class;

pub(crate) const CLASSES: &[Class] = &[
    Class { module: "sklearn.svm._classes", name: "SVC", read: svc::read },
    Class { module: "sklearn.svm._classes", name: "NuSVC", read: svc::read_nu },
    // until 0.21
    Class { module: "sklearn.svm.classes", name: "SVC", read: svc::read },
    Class { module: "sklearn.svm.classes", name: "NuSVC", read: svc::read_nu },
];
