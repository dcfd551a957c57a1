use crate::cell::{Cell, bool_text, float_text};
use crate::dtype::DType;
use crate::texts::Texts;
use crate::view::ValuesView;

/// Values of one type.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `float64`.
    F64(Vec<f64>),
    /// `float32`.
    F32(Vec<f32>),
    /// `int64`.
    I64(Vec<i64>),
    /// `bool`.
    Bool(Vec<bool>),
    /// `str`.
    Str(Texts),
    /// Python objects, each with a type of its own: numpy's dtype `object`.
    Any(Vec<Cell>),
}

impl Values {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::F64(v) => v.len(),
            Self::F32(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::Str(v) => v.len(),
            Self::Any(v) => v.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Type of the values.
    pub fn dtype(&self) -> DType {
        self.view().dtype()
    }

    /// The values, borrowed.
    pub fn view(&self) -> ValuesView<'_> {
        match self {
            Self::F64(v) => ValuesView::F64(v),
            Self::F32(v) => ValuesView::F32(v),
            Self::I64(v) => ValuesView::I64(v),
            Self::Bool(v) => ValuesView::Bool(v),
            Self::Str(v) => ValuesView::Texts(v),
            Self::Any(v) => ValuesView::Cells(v),
        }
    }

    /// The values at these places, which are there.
    pub fn picked(&self, places: impl Iterator<Item = usize>) -> Self {
        match self {
            Self::F64(v) => Self::F64(places.map(|place| v[place]).collect()),
            Self::F32(v) => Self::F32(places.map(|place| v[place]).collect()),
            Self::I64(v) => Self::I64(places.map(|place| v[place]).collect()),
            Self::Bool(v) => Self::Bool(places.map(|place| v[place]).collect()),
            Self::Str(v) => Self::Str(places.filter_map(|place| v.get(place)).collect()),
            Self::Any(v) => Self::Any(places.map(|place| v[place].clone()).collect()),
        }
    }

    /// The values at these places, which are there; where there is none, zero, an empty text or None.
    pub fn spread(&self, mut places: impl Iterator<Item = Option<usize>>) -> Self {
        fn pick<T: Copy + Default>(values: &[T], places: impl Iterator<Item = Option<usize>>) -> Vec<T> {
            places
                .map(|place| place.and_then(|place| values.get(place)).copied().unwrap_or_default())
                .collect()
        }
        match self {
            Self::F64(v) => Self::F64(pick(v, places)),
            Self::F32(v) => Self::F32(pick(v, places)),
            Self::I64(v) => Self::I64(pick(v, places)),
            Self::Bool(v) => Self::Bool(pick(v, places)),
            Self::Str(v) => {
                let text = |place: Option<usize>| place.and_then(|place| v.get(place)).unwrap_or_default();
                Self::Str(places.by_ref().map(text).collect())
            }
            Self::Any(v) => {
                let cell = |place: Option<usize>| place.and_then(|place| v.get(place)).cloned();
                Self::Any(places.map(|place| cell(place).unwrap_or(Cell::None)).collect())
            }
        }
    }

    /// Adds what makes the value at a place differ from others to a key.
    pub fn key(&self, place: usize, key: &mut Vec<u8>) {
        let mut text = |tag: u8, text: &str| {
            key.push(tag);
            key.extend(text.len().to_le_bytes());
            key.extend(text.as_bytes());
        };
        match self {
            Self::F64(v) => key.extend(v[place].to_bits().to_le_bytes()),
            Self::F32(v) => key.extend(v[place].to_bits().to_le_bytes()),
            Self::I64(v) => key.extend(v[place].to_le_bytes()),
            Self::Bool(v) => key.push(v[place].into()),
            Self::Str(v) => text(0, v.get(place).unwrap_or_default()),
            Self::Any(v) => match &v[place] {
                Cell::None => text(1, ""),
                Cell::Bool(value) => text(2, bool_text(*value)),
                Cell::Int(value) => text(3, &value.to_string()),
                Cell::Float(value) => text(4, &value.to_bits().to_string()),
                Cell::Str(value) => text(5, value),
            },
        }
    }

    /// The text of one value, as Python's `str` gives it.
    pub fn text(&self, index: usize) -> String {
        match self {
            Self::F64(v) => float_text(v[index], format!("{:?}", v[index])),
            Self::F32(v) => float_text(f64::from(v[index]), format!("{:?}", v[index])),
            Self::I64(v) => v[index].to_string(),
            Self::Bool(v) => bool_text(v[index]).to_owned(),
            Self::Str(v) => v.get(index).unwrap_or_default().to_owned(),
            Self::Any(v) => v[index].text(),
        }
    }

    /// Appends the values of a later batch. Where its type is another one, all become what holds both: float64 of numbers,
    /// else objects.
    pub fn append(&mut self, more: Self) {
        match (self, more) {
            (Self::F64(a), Self::F64(b)) => a.extend(b),
            (Self::F32(a), Self::F32(b)) => a.extend(b),
            (Self::I64(a), Self::I64(b)) => a.extend(b),
            (Self::Bool(a), Self::Bool(b)) => a.extend(b),
            (Self::Str(a), Self::Str(b)) => a.append(&b),
            (Self::Any(a), Self::Any(b)) => a.extend(b),
            (a, b) => *a = a.joined(&b),
        }
    }

    /// Values of different types, one after the other.
    fn joined(&self, more: &Self) -> Self {
        match (self.floats(), more.floats()) {
            (Some(mut floats), Some(more)) => {
                floats.extend(more);
                Self::F64(floats)
            }
            _ => Self::Any(
                (0..self.len())
                    .map(|at| self.cell(at))
                    .chain((0..more.len()).map(|at| more.cell(at)))
                    .collect(),
            ),
        }
    }

    /// Numbers as float64.
    fn floats(&self) -> Option<Vec<f64>> {
        match self {
            Self::F64(v) => Some(v.clone()),
            Self::F32(v) => Some(v.iter().map(|&value| value.into()).collect()),
            Self::I64(v) => Some(v.iter().map(|&value| value as f64).collect()),
            Self::Bool(_) | Self::Str(_) | Self::Any(_) => None,
        }
    }

    /// One value as an object.
    pub fn cell(&self, index: usize) -> Cell {
        match self {
            Self::F64(v) => Cell::Float(v[index]),
            Self::F32(v) => Cell::Float(v[index].into()),
            Self::I64(v) => Cell::Int(v[index]),
            Self::Bool(v) => Cell::Bool(v[index]),
            Self::Str(v) => Cell::Str(v.get(index).unwrap_or_default().into()),
            Self::Any(v) => v[index].clone(),
        }
    }
}

/// What stands for Python objects where each value must have the same type.
pub enum Plain {
    /// float64.
    Numbers(Vec<f64>),
    /// Text.
    Texts(Texts),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_appended_widens_what_is_there() {
        let texts = |texts: &[&str]| Values::Str(texts.iter().collect());
        for (mut values, more, want) in [
            (Values::I64(vec![1]), Values::F64(vec![0.5]), Values::F64(vec![1.0, 0.5])),
            (Values::F32(vec![0.5]), Values::I64(vec![1]), Values::F64(vec![0.5, 1.0])),
            (texts(&["a"]), texts(&["b"]), texts(&["a", "b"])),
            (
                Values::Bool(vec![true]),
                texts(&["a"]),
                Values::Any(vec![Cell::Bool(true), Cell::Str("a".into())]),
            ),
            (
                texts(&["a"]),
                Values::Any(vec![Cell::None]),
                Values::Any(vec![Cell::Str("a".into()), Cell::None]),
            ),
        ] {
            values.append(more);
            assert_eq!(values, want);
        }
    }
}
