use std::fmt;

/// Type of the elements on an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DType {
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// Signed 64-bit integer.
    I64,
    /// Truth value.
    Bool,
    /// Text.
    Str,
    /// A value of Python that says what it is: None, a bool, an integer, a float or a text. Two are equal as they are in
    /// Python (`1 == 1.0 == True`); None and NaN are distinct.
    Any,
}

impl DType {
    /// Whether it is one of the two float types.
    pub fn is_float(self) -> bool {
        match self {
            Self::F32 | Self::F64 => true,
            Self::I64 | Self::Bool | Self::Str | Self::Any => false,
        }
    }

    /// The name in text forms: `f32`, `f64`, `i64`, `bool`, `str`, `any`.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I64 => "i64",
            Self::Bool => "bool",
            Self::Str => "str",
            Self::Any => "any",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
