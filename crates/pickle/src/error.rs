use std::fmt;

use cannery_object::LimitError;

use crate::opcode::Opcode;

/// Why a pickle stream can't be read, and where.
#[derive(Debug)]
pub struct Error(Box<Inner>);

/// In which way a stream breaks the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Breach {
    /// In any way that is none of the others.
    #[default]
    Rule,
    /// It ends too early.
    CutShort,
    /// Something follows its end.
    Trailing,
    /// Every unpickler fails here: an opcode that does not exist, a number that is none, a stack that is empty.
    Impossible,
}

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    breach: Breach,
    offset: usize,
    opcode: Option<Opcode>,
    message: String,
}

/// Whose problem an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The stream breaks the rules of pickle.
    Malformed,
    /// The stream is fine, and this build can't read it.
    Unsupported,
    /// A limit was hit.
    Limit(LimitError),
}

impl Error {
    /// The stream breaks the rules of pickle.
    pub fn malformed(offset: usize, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, offset, message.into())
    }

    /// The stream is fine, and this build can't read it.
    pub fn unsupported(offset: usize, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, offset, message.into())
    }

    /// A limit was hit.
    pub fn limit(offset: usize, limit: LimitError) -> Self {
        Self::new(ErrorKind::Limit(limit), offset, limit.to_string())
    }

    /// The same error, with the number of bytes that the file lacks.
    #[must_use]
    pub(crate) fn missing(mut self, bytes: u64) -> Self {
        self.0.message = cut_short(Some(bytes), "");
        self
    }

    /// What a view on the Heap says about the object just read.
    pub fn from_view(offset: usize, error: &cannery_object::Error) -> Self {
        let kind = match error.kind() {
            cannery_object::ErrorKind::Limit(limit) => ErrorKind::Limit(limit),
            cannery_object::ErrorKind::Unsupported => ErrorKind::Unsupported,
            _ => ErrorKind::Malformed,
        };
        Self::new(kind, offset, error.to_string())
    }

    /// The stream ends too early: so many bytes are missing where that is known, and `what` says of what or why.
    pub fn cut_short(offset: usize, missing: Option<u64>, what: &str) -> Self {
        Self::malformed(offset, cut_short(missing, what)).of_breach(Breach::CutShort)
    }

    fn new(kind: ErrorKind, offset: usize, message: String) -> Self {
        Self(Box::new(Inner { kind, breach: Breach::Rule, offset, opcode: None, message }))
    }

    /// The same error, said of an opcode.
    #[must_use]
    pub fn at(mut self, opcode: Opcode) -> Self {
        self.0.opcode.get_or_insert(opcode);
        self
    }

    /// The same error, said to be of this kind of breach.
    #[must_use]
    pub fn of_breach(mut self, breach: Breach) -> Self {
        self.0.breach = breach;
        self
    }

    /// In which way the stream breaks the rules, if it does.
    pub fn breach(&self) -> Breach {
        self.0.breach
    }

    /// Whose problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What is wrong, without the place.
    pub fn into_message(self) -> String {
        self.0.message
    }

    /// Byte offset in the buffer that was read: of the opcode, or of the first byte that is wrong.
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The opcode that could not be carried out, when there is one.
    pub fn opcode(&self) -> Option<Opcode> {
        self.0.opcode
    }
}

/// How a file that ends too early is described, in all formats: `cut short: 1,204 bytes are missing`, or why it is known
/// to be cut where the number is not.
///
/// ```
/// use cannery_pickle::cut_short;
/// assert_eq!(cut_short(Some(1204), "from an array"), "cut short: 1,204 bytes are missing from an array");
/// assert_eq!(cut_short(None, "the line has no end"), "cut short: the line has no end");
/// ```
pub fn cut_short(missing: Option<u64>, what: &str) -> String {
    let Some(missing) = missing else { return format!("cut short: {what}") };
    let bytes = if missing == 1 { "byte is" } else { "bytes are" };
    let space = if what.is_empty() { "" } else { " " };
    format!("cut short: {} {bytes} missing{space}{what}", grouped(missing))
}

/// A number as people read it: `1,204`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { offset, opcode, message, .. } = &*self.0;
        match opcode {
            Some(opcode) => write!(f, "{message} (byte {offset}, {})", opcode.name()),
            None => write!(f, "{message} (byte {offset})"),
        }
    }
}

impl std::error::Error for Error {}
