//! Rows with their results, by which a runtime can check that it computes the same.

use std::collections::BTreeSet;
use std::rc::Rc;

use cannery_graph::Scalar;

use super::expr::FieldId;
use super::net::Net;
use super::xml::{Xml, number};
use crate::error::Error;

/// Rows with their results, column by column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verification {
    /// The columns that the caller brings, in the order of the graph.
    pub inputs: Vec<Vec<Scalar>>,
    /// The columns of each result, by its name: `predict`, or `predict_proba.1` of several.
    pub results: Vec<(String, Vec<Vec<Scalar>>)>,
}

/// How far a number may be off, as a fraction of it.
const PRECISION: &str = "1e-9";

/// A field with what it is in each row.
struct Checked<'v> {
    field: Rc<str>,
    values: &'v [Scalar],
}

/// Writes the rows.
///
/// # Errors
/// `Usage` when they don't fit the document.
pub(super) fn write(
    xml: &mut Xml,
    net: &Net,
    inputs: &BTreeSet<FieldId>,
    results: &[(String, Vec<Rc<str>>)],
    verification: &Verification,
) -> Result<(), Error> {
    if verification.inputs.len() != net.inputs.len() {
        let (rows, model) = (verification.inputs.len(), net.inputs.len());
        return Err(Error::Usage(format!("rows of {rows} columns; the model takes {model}")));
    }
    let given = net.inputs.iter().zip(&verification.inputs);
    let given = given.filter(|(input, _)| inputs.contains(&input.field));
    let given = given.map(|(input, values)| Checked { field: net.name(input.field), values });
    let mut all: Vec<Checked<'_>> = given.collect();
    for (method, columns) in &verification.results {
        let Some((_, fields)) = results.iter().find(|(name, _)| name == method) else { continue };
        let found = fields.iter().zip(columns);
        all.extend(found.map(|(field, values)| Checked { field: field.clone(), values }));
    }
    let rows = all.first().map_or(0, |field| field.values.len());
    let (records, fields) = (rows.to_string(), all.len().to_string());
    xml.open("ModelVerification", &[("recordCount", &records), ("fieldCount", &fields)]);
    xml.open("VerificationFields", &[]);
    for (place, Checked { field, .. }) in all.iter().enumerate() {
        let column = format!("v{place}");
        let attributes = [
            ("field", &**field),
            ("column", &column),
            ("precision", PRECISION),
            ("zeroThreshold", PRECISION),
        ];
        xml.empty("VerificationField", &attributes);
    }
    xml.close("VerificationFields");
    xml.open("InlineTable", &[]);
    for row in 0..rows {
        xml.open("row", &[]);
        for (place, Checked { values, .. }) in all.iter().enumerate() {
            if let Some(text) = values.get(row).and_then(text) {
                xml.leaf(&format!("v{place}"), &[], &text);
            }
        }
        xml.close("row");
    }
    xml.close("InlineTable");
    xml.close("ModelVerification");
    Ok(())
}

/// A value as a text; `None` where it is missing.
fn text(value: &Scalar) -> Option<String> {
    match value {
        Scalar::None => None,
        Scalar::Float(value) if value.is_nan() => None,
        Scalar::Float(value) => Some(number(*value)),
        Scalar::Int(value) => Some(value.to_string()),
        Scalar::Bool(value) => Some(value.to_string()),
        Scalar::Str(text) => Some(text.to_string()),
    }
}
