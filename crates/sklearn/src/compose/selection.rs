//! Which columns a transformer of a `ColumnTransformer` takes.
//!
//! Source: `sklearn.utils._get_column_indices`. A callable is not among what is read: `transformers_` holds what it gave.

use std::collections::HashMap;

use cannery_object::{Element, Kind, NdArray, Value, View, views};

use crate::error::Error;
use crate::state::State;

/// The columns at fit.
pub(super) struct Columns<'n> {
    pub(super) count: usize,
    /// Position of each name.
    pub(super) names: Option<HashMap<&'n str, usize>>,
}

/// Some of the columns.
#[derive(Debug, PartialEq)]
pub(super) struct Selection {
    /// Positions at fit, below their number.
    pub(super) columns: Vec<usize>,
    /// One column as a vector, not as a matrix of one column.
    pub(super) is_scalar: bool,
}

impl Columns<'_> {
    /// What a value in `transformers_` selects.
    pub(super) fn select(&self, state: &State<'_>, value: Value, place: &str) -> Result<Selection, Error> {
        let heap = state.heap();
        if let Some(elements) = heap.as_sequence(value) {
            let elements = elements.iter().map(|&value| state.scalar_of(place, value));
            return self.of_elements(state, &elements.collect::<Result<Vec<_>, _>>()?, place);
        }
        match heap.view(value) {
            View::NdArray => self.of_array(state, &state.array_in(value, place)?, place),
            View::Index(index) => {
                let wrap = |error| Error::in_view(state.path_of(place), &error);
                match heap.pandas_values(value).map_err(wrap)? {
                    views::Values::Array(array) => self.of_array(state, &array, place),
                    views::Values::Texts(texts) => {
                        let name = |at| Element::Str(texts.get(at).unwrap_or_default().to_owned());
                        self.of_elements(state, &(0..texts.len()).map(name).collect::<Vec<_>>(), place)
                    }
                    _ => Err(state.unsupported(place, format!("columns by a {}", index.class().1))),
                }
            }
            View::Builtin(slice) if slice.name == "slice" => {
                let parts = slice.elements().map_err(|error| Error::in_view(state.path_of(place), &error))?;
                Ok(Selection { columns: self.of_slice(state, parts, place)?, is_scalar: false })
            }
            // a list that warns, of 1.5 to 1.8
            View::Object(object) if object.class().1 == "_RemainderColsList" => {
                let list = object.attr("data").and_then(|data| heap.as_list(data));
                let list = list.ok_or_else(|| state.malformed(place, "a list without elements"))?;
                let elements = list.iter().map(|&value| state.scalar_of(place, value));
                self.of_elements(state, &elements.collect::<Result<Vec<_>, _>>()?, place)
            }
            _ => {
                let column = self.of_element(state, &state.scalar_of(place, value)?, place)?;
                Ok(Selection { columns: vec![column], is_scalar: true })
            }
        }
    }

    fn of_array(&self, state: &State<'_>, array: &NdArray<'_>, place: &str) -> Result<Selection, Error> {
        if array.ndim() > 1 || matches!(array.dtype.kind, Kind::Float | Kind::Complex) {
            let message = format!("columns by an array of dtype {} and shape {:?}", array.dtype, array.shape);
            return Err(state.unsupported(place, message));
        }
        let elements = array.elements().map(|element| match element {
            Ok(Element::Object(value)) => state.scalar_of(place, value),
            Ok(element) => Ok(element),
            Err(error) => Err(Error::in_view(state.path_of(place), &error)),
        });
        self.of_elements(state, &elements.collect::<Result<Vec<_>, _>>()?, place)
    }

    /// A mask over all columns, or positions or names.
    fn of_elements(
        &self,
        state: &State<'_>,
        elements: &[Element<'_>],
        place: &str,
    ) -> Result<Selection, Error> {
        let is_mask = !elements.is_empty() && elements.iter().all(|e| matches!(e, Element::Bool(_)));
        let columns = if is_mask {
            if elements.len() != self.count {
                let message = format!("a mask of {} columns, of {}", elements.len(), self.count);
                return Err(state.malformed(place, message));
            }
            let is_set = |&column: &usize| elements[column] == Element::Bool(true);
            (0..self.count).filter(is_set).collect()
        } else {
            elements.iter().map(|e| self.of_element(state, e, place)).collect::<Result<_, _>>()?
        };
        Ok(Selection { columns, is_scalar: false })
    }

    /// A position, from the end if it is below 0, or a name.
    fn of_element(&self, state: &State<'_>, element: &Element<'_>, place: &str) -> Result<usize, Error> {
        let position = match element {
            Element::Int(position) => Some(*position),
            Element::UInt(position) => i64::try_from(*position).ok(),
            Element::Str(name) => return self.of_name(state, name, place),
            Element::Bytes(name) => {
                let name = std::str::from_utf8(name).map_err(|_| state.malformed(place, "no UTF-8"))?;
                return self.of_name(state, name, place);
            }
            _ => return Err(state.unsupported(place, "columns that are not positions, names or a mask")),
        };
        let count = i64::try_from(self.count).unwrap_or(i64::MAX);
        let position =
            position.map(|position| if position < 0 { position.saturating_add(count) } else { position });
        let position = position.and_then(|position| usize::try_from(position).ok());
        position
            .filter(|&position| position < self.count)
            .ok_or_else(|| state.malformed(place, format!("{element:?} of {} columns", self.count)))
    }

    fn of_name(&self, state: &State<'_>, name: &str, place: &str) -> Result<usize, Error> {
        let Some(names) = &self.names else {
            let message = format!("column {name:?}, and the names of the columns at fit are not kept");
            return Err(state.unsupported(place, message));
        };
        let position = names.get(name).copied();
        position.ok_or_else(|| state.malformed(place, format!("column {name:?} did not exist at fit")))
    }

    /// `range(count)[start:stop:step]`; names include the last one.
    fn of_slice(&self, state: &State<'_>, parts: &[Value], place: &str) -> Result<Vec<usize>, Error> {
        let &[start, stop, step] = parts else {
            return Err(state.malformed(place, "a slice of no three parts"));
        };
        let count = i64::try_from(self.count).unwrap_or(i64::MAX);
        let step = if step == Value::None { 1 } else { state.int_in(step, place)? };
        let end = |value: Value, is_last: i64| -> Result<Option<i64>, Error> {
            if value == Value::None {
                return Ok(None);
            }
            match state.scalar_of(place, value)? {
                Element::Str(name) => Ok(Some(self.of_name(state, &name, place)? as i64 + is_last)),
                _ => state.int_in(value, place).map(Some),
            }
        };
        let clamp = |end: i64, low: i64, high: i64| {
            let end = if end < 0 { end.saturating_add(count) } else { end };
            end.clamp(low, high)
        };
        let (start, stop) = (end(start, 0)?, end(stop, 1)?);
        let mut columns = Vec::new();
        if step > 0 {
            let mut at = start.map_or(0, |start| clamp(start, 0, count));
            let stop = stop.map_or(count, |stop| clamp(stop, 0, count));
            while at < stop {
                columns.push(at as usize);
                at = at.saturating_add(step);
            }
        } else if step < 0 {
            let mut at = start.map_or(count - 1, |start| clamp(start, -1, count - 1));
            let stop = stop.map_or(-1, |stop| clamp(stop, -1, count - 1));
            while at > stop {
                columns.push(at as usize);
                at = at.saturating_add(step);
            }
        } else {
            return Err(state.malformed(place, "a slice of step 0"));
        }
        Ok(columns)
    }
}
