//! Expressions of fields.

use std::borrow::Cow;
use std::rc::Rc;

use super::xml::{Xml, number};

/// A field of the document, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FieldId(pub(super) u32);

/// What a field is computed by.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    /// The value of another field.
    Field(FieldId),
    /// A number, a double.
    Number(f64),
    /// A text.
    Text(Rc<str>),
    /// A function of PMML, or one that the document defines.
    Apply {
        /// Its name.
        function: Cow<'static, str>,
        args: Vec<Expr>,
        /// Whether NaN is a result like any other, and not an error.
        takes_nan: bool,
    },
    /// A table.
    Map(Rc<Table>),
}

/// A table from the values of a field to others.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) of: FieldId,
    /// Each value with what it becomes.
    pub(super) rows: Vec<(String, String)>,
    /// The type of what comes of it: `double`.
    pub(super) data_type: &'static str,
    /// What any other value becomes; without it, missing.
    pub(super) other: Option<String>,
    /// What a missing value becomes; without it, missing.
    pub(super) missing: Option<String>,
}

/// A function of these.
pub(super) fn apply(function: &'static str, args: impl Into<Vec<Expr>>) -> Expr {
    Expr::Apply { function: function.into(), args: args.into(), takes_nan: false }
}

/// A function of these that may give NaN.
pub(super) fn apply_nan(function: &'static str, args: impl Into<Vec<Expr>>) -> Expr {
    Expr::Apply { function: function.into(), args: args.into(), takes_nan: true }
}

/// One of two by a condition.
pub(super) fn choose(condition: Expr, yes: Expr, no: Expr) -> Expr {
    apply("if", [condition, yes, no])
}

/// The sum of any number of terms.
pub(super) fn sum(mut terms: Vec<Expr>) -> Expr {
    match terms.len() {
        0 => Expr::Number(0.0),
        1 => terms.swap_remove(0),
        _ => apply("sum", terms),
    }
}

impl Expr {
    /// The same function, of which NaN is a result like any other.
    pub(super) fn taking_nan(self) -> Self {
        match self {
            Self::Apply { function, args, .. } => Self::Apply { function, args, takes_nan: true },
            other => other,
        }
    }

    /// Calls it with every field that it looks at.
    pub(super) fn fields(&self, see: &mut impl FnMut(FieldId)) {
        match self {
            Self::Field(field) => see(*field),
            Self::Number(_) | Self::Text(_) => {}
            Self::Apply { args, .. } => args.iter().for_each(|arg| arg.fields(see)),
            Self::Map(table) => see(table.of),
        }
    }

    /// Writes it, with the name of each field.
    pub(super) fn write(&self, xml: &mut Xml, name: &impl Fn(FieldId) -> Rc<str>) {
        match self {
            Self::Field(field) => xml.empty("FieldRef", &[("field", &name(*field))]),
            Self::Number(value) => xml.leaf("Constant", &[("dataType", "double")], &number(*value)),
            Self::Text(text) => xml.leaf("Constant", &[("dataType", "string")], text),
            Self::Apply { function, args, takes_nan } => {
                let as_is = [("function", &**function), ("invalidValueTreatment", "asIs")];
                xml.open("Apply", if *takes_nan { &as_is } else { &as_is[..1] });
                args.iter().for_each(|arg| arg.write(xml, name));
                xml.close("Apply");
            }
            Self::Map(table) => table.write(xml, &name(table.of)),
        }
    }
}

impl Table {
    fn write(&self, xml: &mut Xml, name: &str) {
        let mut attributes = vec![("outputColumn", "to"), ("dataType", self.data_type)];
        attributes.extend(self.other.as_deref().map(|other| ("defaultValue", other)));
        attributes.extend(self.missing.as_deref().map(|missing| ("mapMissingTo", missing)));
        xml.open("MapValues", &attributes);
        xml.empty("FieldColumnPair", &[("field", name), ("column", "from")]);
        xml.open("InlineTable", &[]);
        for (from, to) in &self.rows {
            xml.open("row", &[]);
            xml.leaf("from", &[], from);
            xml.leaf("to", &[], to);
            xml.close("row");
        }
        xml.close("InlineTable");
        xml.close("MapValues");
    }
}
