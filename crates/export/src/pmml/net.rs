//! The fields and the segments of a document while it grows.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use super::check::Checks;
use super::expr::{Expr, FieldId};
use super::xml::Xml;

/// What is known so far.
#[derive(Default)]
pub(super) struct Net {
    fields: Vec<Field>,
    names: HashSet<Rc<str>>,
    /// The columns that the caller brings, which are the first fields.
    pub(super) inputs: Vec<Input>,
    functions: Vec<(&'static str, Xml)>,
    derived: Xml,
    /// Models in order.
    pub(super) segments: Vec<Segment>,
    counter: usize,
    /// The field that names the classes of shares, and how many there are.
    pub(super) classes: Option<(Rc<str>, usize)>,
}

/// A column that the caller brings.
pub(super) struct Input {
    pub(super) field: FieldId,
    /// `double`, `float` or `string`.
    pub(super) data_type: &'static str,
    /// What is an error in it.
    pub(super) checks: Checks,
}

struct Field {
    name: Rc<str>,
    /// Inputs and results of models that it is computed from, itself if it is one.
    roots: Rc<[FieldId]>,
    /// The segment whose result it is.
    segment: Option<usize>,
}

/// A model.
pub(super) struct Segment {
    /// Its element: `TreeModel`.
    pub(super) element: &'static str,
    pub(super) attributes: Vec<(&'static str, String)>,
    /// What it looks at.
    pub(super) active: BTreeSet<FieldId>,
    /// Its output fields.
    pub(super) outputs: Xml,
    /// What stands behind the output.
    pub(super) body: Xml,
    /// Its target.
    pub(super) target: Option<Rc<str>>,
}

/// The result of a model.
pub(super) struct Result<'a> {
    /// What its name begins with.
    pub(super) name: &'a str,
    pub(super) data_type: &'a str,
    /// `feature` and what more says which result it is.
    pub(super) attributes: &'a [(&'a str, &'a str)],
}

impl Net {
    /// A column that the caller brings.
    pub(super) fn add_input(&mut self, name: &str, data_type: &'static str) -> FieldId {
        let name = self.unique(name);
        let field = self.push(name, None);
        self.inputs.push(Input { field, data_type, checks: Checks::default() });
        field
    }

    /// A field that is computed, a double.
    pub(super) fn bind(&mut self, what: &str, expr: &Expr) -> FieldId {
        if let Expr::Field(field) = expr { *field } else { self.bind_as(what, expr, "double") }
    }

    /// A number rounded to float32, as a double.
    pub(super) fn narrow(&mut self, what: &str, expr: &Expr) -> Expr {
        let narrow = self.bind_as(what, expr, "float");
        Expr::Field(self.bind_as(what, &Expr::Field(narrow), "double"))
    }

    /// A field that is computed. It stands among the derived fields if no model is needed for it, else among the outputs
    /// of the last model.
    pub(super) fn bind_as(&mut self, what: &str, expr: &Expr, data_type: &str) -> FieldId {
        let roots = self.roots(expr);
        let name = self.numbered(what);
        let optype = if data_type == "string" { "categorical" } else { "continuous" };
        let mut xml = Xml::default();
        let needs_model = roots.iter().any(|root| self.fields[root.0 as usize].segment.is_some());
        if needs_model {
            let attributes = [
                ("name", &*name),
                ("optype", optype),
                ("dataType", data_type),
                ("feature", "transformedValue"),
                ("isFinalResult", "false"),
            ];
            xml.open("OutputField", &attributes);
            expr.write(&mut xml, &|field| self.name(field));
            xml.close("OutputField");
            let last = self.segments.len() - 1;
            self.use_in(last, &roots);
            self.segments[last].outputs.append(xml);
            self.push(name, Some(last))
        } else {
            xml.open("DerivedField", &[("name", &name), ("optype", optype), ("dataType", data_type)]);
            expr.write(&mut xml, &|field| self.name(field));
            xml.close("DerivedField");
            self.derived.append(xml);
            self.fields.push(Field { name, roots: roots.into(), segment: None });
            FieldId(self.fields.len() as u32 - 1)
        }
    }

    /// A model of these fields, and its results.
    pub(super) fn model(
        &mut self,
        element: &'static str,
        attributes: Vec<(&'static str, String)>,
        fields: impl IntoIterator<Item = FieldId>,
        body: Xml,
        results: &[Result<'_>],
    ) -> Vec<FieldId> {
        let active = self.active(fields);
        let segment = self.segments.len();
        self.segments.push(Segment {
            element,
            attributes,
            active,
            outputs: Xml::default(),
            body,
            target: None,
        });
        results.iter().map(|result| self.result(segment, result)).collect()
    }

    fn result(&mut self, segment: usize, result: &Result<'_>) -> FieldId {
        let name = self.numbered(result.name);
        let optype = if result.data_type == "double" { "continuous" } else { "categorical" };
        let mut attributes = vec![("name", &*name), ("optype", optype), ("dataType", result.data_type)];
        attributes.extend(result.attributes);
        attributes.push(("isFinalResult", "false"));
        self.segments[segment].outputs.empty("OutputField", &attributes);
        self.push(name, Some(segment))
    }

    /// The inputs and results of models that these are computed from: what a mining schema names.
    pub(super) fn active(&self, fields: impl IntoIterator<Item = FieldId>) -> BTreeSet<FieldId> {
        fields.into_iter().flat_map(|field| self.fields[field.0 as usize].roots.iter().copied()).collect()
    }

    /// The inputs and results of models that an expression is computed from.
    pub(super) fn roots(&self, expr: &Expr) -> Vec<FieldId> {
        let mut fields = Vec::new();
        expr.fields(&mut |field| fields.push(field));
        fields.sort_unstable();
        fields.dedup();
        self.active(fields).into_iter().collect()
    }

    fn use_in(&mut self, segment: usize, roots: &[FieldId]) {
        let others = roots.iter().filter(|root| self.fields[root.0 as usize].segment != Some(segment));
        self.segments[segment].active.extend(others);
    }

    /// The field whose values are the classes `c0`, `c1`, … of shares, of which there are at least so many. A model of a
    /// chain without a target of its own would take the labels of the last model for them.
    pub(super) fn class_target(&mut self, count: usize) -> Rc<str> {
        let (name, known) = match self.classes.take() {
            Some(classes) => classes,
            None => (self.unique("class"), 0),
        };
        self.classes = Some((name.clone(), known.max(count)));
        name
    }

    /// Gives the last model a target.
    pub(super) fn set_target(&mut self, target: Option<Rc<str>>) {
        if let Some(segment) = self.segments.last_mut() {
            segment.target = target;
        }
    }

    /// The fields of a mining schema, which names at least one.
    pub(super) fn write_active(&self, xml: &mut Xml, active: &BTreeSet<FieldId>) {
        let first = self.inputs.first().map(|input| input.field).filter(|_| active.is_empty());
        for &field in active.iter().chain(&first) {
            xml.empty("MiningField", &[("name", &self.name(field))]);
        }
    }

    /// The name of a field.
    pub(super) fn name(&self, field: FieldId) -> Rc<str> {
        self.fields[field.0 as usize].name.clone()
    }

    /// A name that no field has, as near to this one as can be.
    pub(super) fn unique(&mut self, name: &str) -> Rc<str> {
        let mut name: Rc<str> = name.into();
        while !self.names.insert(name.clone()) {
            name = format!("{name}_").into();
        }
        name
    }

    fn numbered(&mut self, what: &str) -> Rc<str> {
        self.counter += 1;
        let name = format!("{what}.{}", self.counter);
        self.unique(&name)
    }

    /// An input or the result of a model.
    fn push(&mut self, name: Rc<str>, segment: Option<usize>) -> FieldId {
        let field = FieldId(self.fields.len() as u32);
        self.fields.push(Field { name, roots: [field].into(), segment });
        field
    }

    /// Defines a function once.
    pub(super) fn define(&mut self, name: &'static str, write: impl FnOnce(&mut Xml)) {
        if !self.functions.iter().any(|(other, _)| *other == name) {
            let mut xml = Xml::default();
            write(&mut xml);
            self.functions.push((name, xml));
        }
    }

    /// The functions and derived fields, which are done.
    pub(super) fn take_transformations(&mut self) -> Xml {
        let mut xml = Xml::default();
        for (_, function) in std::mem::take(&mut self.functions) {
            xml.append(function);
        }
        xml.append(std::mem::take(&mut self.derived));
        xml
    }
}

/// The field of a mining schema that is predicted.
pub(super) fn write_target(xml: &mut Xml, name: &str) {
    xml.empty("MiningField", &[("name", name), ("usageType", "target")]);
}
