use cannery_graph::{RecordCounts, RecordForm, RecordNames};
use serde_json::Value;

use super::murmur::murmur3;
use super::vocabulary::Vocabulary;
use crate::buffer::ViewMut;
use crate::csr::Stored;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Values of records in the columns of their names.
#[derive(Debug)]
pub(crate) struct Records {
    graph: RecordCounts,
    vocabulary: Option<Vocabulary>,
}

/// Values with their columns, as they are found.
type Found = Vec<(u32, f64)>;

impl Records {
    pub(crate) fn new(graph: &RecordCounts) -> Self {
        let vocabulary = match &graph.names {
            RecordNames::Known(terms) => Some(Vocabulary::new(terms)),
            RecordNames::Hashed { .. } => None,
        };
        Self { graph: graph.clone(), vocabulary }
    }

    /// Adds the values of a record, or says what is wrong with it.
    fn record(&self, record: &Value, found: &mut Found) -> Result<(), String> {
        match (&self.graph.form, record) {
            (RecordForm::Object { separator }, Value::Object(pairs)) => {
                pairs.iter().try_for_each(|(name, value)| self.pair(name, value, separator, found))
            }
            (RecordForm::Pairs { separator }, Value::Array(pairs)) => {
                pairs.iter().try_for_each(|pair| match pair.as_array().map(Vec::as_slice) {
                    Some([Value::String(name), value]) => self.pair(name, value, separator, found),
                    _ => Err(format!("{pair} is not a name with a value")),
                })
            }
            (RecordForm::Names, Value::Array(names)) => names.iter().try_for_each(|name| match name {
                Value::String(name) => {
                    self.put(name, 1.0, found);
                    Ok(())
                }
                name => Err(format!("{name} is not a text")),
            }),
            (RecordForm::Labels, Value::Array(labels)) => {
                labels.iter().try_for_each(|label| self.label(label, found))
            }
            (RecordForm::Object { .. }, other) => Err(format!("{} is not an object", kind(other))),
            (_, other) => Err(format!("{} is not an array", kind(other))),
        }
    }

    fn label(&self, label: &Value, found: &mut Found) -> Result<(), String> {
        match label {
            Value::String(label) => self.put(&format!("\"{label}"), 1.0, found),
            Value::Number(label) => match label.as_f64().filter(|x| x.fract() == 0.0 && x.abs() < 9e15) {
                Some(integer) => self.put(&(integer as i64).to_string(), 1.0, found),
                None => self.put(&label.to_string(), 1.0, found),
            },
            other => return Err(format!("{} is not a label", kind(other))),
        }
        Ok(())
    }

    fn pair(&self, name: &str, value: &Value, separator: &str, found: &mut Found) -> Result<(), String> {
        match value {
            Value::Number(value) => self.put(name, value.as_f64().unwrap_or(f64::NAN), found),
            Value::Bool(value) => self.put(name, f64::from(u8::from(*value)), found),
            Value::Null => self.put(name, f64::NAN, found),
            Value::String(text) => self.put(&format!("{name}{separator}{text}"), 1.0, found),
            Value::Array(texts) if self.vocabulary.is_some() => {
                for text in texts {
                    let Value::String(text) = text else {
                        return Err(format!("{name} holds {}, which is not a text", kind(text)));
                    };
                    self.put(&format!("{name}{separator}{text}"), 1.0, found);
                }
            }
            other => return Err(format!("{name} is {}", kind(other))),
        }
        Ok(())
    }

    fn put(&self, name: &str, value: f64, found: &mut Found) {
        match (&self.vocabulary, &self.graph.names) {
            (Some(vocabulary), _) => found.extend(vocabulary.column(name).map(|column| (column, value))),
            (None, RecordNames::Hashed { columns, alternate_sign, .. }) if value != 0.0 => {
                let hash = murmur3(name.as_bytes());
                let column = hash.unsigned_abs() as usize % columns;
                found.push((column as u32, if hash < 0 && *alternate_sign { -value } else { value }));
            }
            (None, _) => {}
        }
    }

    /// What the values of one column come to.
    fn sum(&self, values: &[(u32, f64)]) -> f64 {
        let sum = values.iter().skip(1).fold(values[0].1, |sum, (_, value)| sum + value);
        match (&self.graph.form, &self.graph.names) {
            (RecordForm::Labels, _) => 1.0,
            (_, RecordNames::Hashed { absolute: true, .. }) => sum.abs(),
            _ => sum,
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

impl Kernel for Records {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error> {
        let (out, mut found) = (output.csr(), Found::new());
        for (row, text) in inputs.x().strs().iter().enumerate() {
            let at = |what: String| {
                Error::usage(format!("row {}, counted from 0: {what}", inputs.first_row() + row))
            };
            let record = serde_json::from_str(text).map_err(|error| at(format!("not JSON: {error}")))?;
            found.clear();
            self.record(&record, &mut found).map_err(at)?;
            found.sort_by_key(|(column, _)| *column);
            for values in found.chunk_by(|a, b| a.0 == b.0) {
                let sum = self.sum(values);
                out.columns.push(values[0].0);
                match &mut out.values {
                    Stored::F32(values) => values.push(sum as f32),
                    Stored::F64(values) => values.push(sum),
                    Stored::I64(values) => values.push(sum as i64),
                }
            }
            out.end_row();
        }
        Ok(())
    }
}
