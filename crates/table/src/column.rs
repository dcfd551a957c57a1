/// What a method gives for the rows of a batch.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name of the method: `predict`, `decision_function`, …
    pub name: String,
    /// Values for each row; `None` for one value, which numpy gives as a 1-d array.
    pub width: Option<usize>,
    /// The values, row by row.
    pub values: Values,
}

/// Values of one type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
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
    Str(Vec<String>),
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
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that the values take in a numpy array.
    pub(crate) fn bytes(&self) -> u64 {
        let itemsize = match self {
            Self::F64(_) | Self::I64(_) => 8,
            Self::F32(_) => 4,
            Self::Bool(_) => 1,
            Self::Str(texts) => 4 * texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(1),
        };
        self.len() as u64 * itemsize as u64
    }

    /// The text of one value, as Python prints it.
    pub(crate) fn text(&self, index: usize) -> String {
        match self {
            Self::F64(v) => float_text(v[index], format!("{:?}", v[index])),
            Self::F32(v) => float_text(f64::from(v[index]), format!("{:?}", v[index])),
            Self::I64(v) => v[index].to_string(),
            Self::Bool(v) => if v[index] { "True" } else { "False" }.to_owned(),
            Self::Str(v) => v[index].clone(),
        }
    }

    /// Appends the values of a later batch, which are of the same type.
    pub(crate) fn append(&mut self, more: Self) {
        match (self, more) {
            (Self::F64(a), Self::F64(b)) => a.extend(b),
            (Self::F32(a), Self::F32(b)) => a.extend(b),
            (Self::I64(a), Self::I64(b)) => a.extend(b),
            (Self::Bool(a), Self::Bool(b)) => a.extend(b),
            (Self::Str(a), Self::Str(b)) => a.extend(b),
            (a, b) => debug_assert!(b.is_empty(), "a method changed its type from {a:?}"),
        }
    }
}

fn float_text(value: f64, text: String) -> String {
    match value {
        v if v.is_nan() => "nan".to_owned(),
        v if v.is_infinite() => if v > 0.0 { "inf" } else { "-inf" }.to_owned(),
        _ => text,
    }
}
