//! The picklers of Python, where they differ.

use cannery_object::{Heap, StreamSpelling, Value};

/// Which of Python's picklers is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// `pickle.dump` of Python 3.7 and later.
    #[default]
    C,
    /// The pickler written in Python, which joblib extends; 3.7 and later.
    Python,
    /// `pickle.dump` of Python 3.6 and earlier.
    C36,
    /// The pickler written in Python, 3.6 and earlier.
    Python36,
    /// `cPickle` of Python 2.
    C27,
    /// `pickle` of Python 2.
    Python27,
}

impl Dialect {
    /// The pickler that wrote a stream, as far as its spelling shows: `is_python` says that joblib did.
    pub(super) fn of(heap: &Heap, root: Value, is_python: bool) -> Self {
        let Value::Ref(id) = root else { return if is_python { Self::Python } else { Self::C } };
        let default = StreamSpelling::default();
        let stream = heap.spelling().and_then(|spelling| spelling.streams.get(&id)).unwrap_or(&default);
        let begins_at_1 = stream.jumps.first() == Some(&(0, 1));
        let is_python = is_python || stream.has_single_rest;
        match (begins_at_1, stream.has_strings, stream.has_small_longs || stream.has_old_frames) {
            (true, ..) => Self::C27,
            (false, true, _) => Self::Python27,
            (false, false, true) if is_python => Self::Python36,
            (false, false, true) => Self::C36,
            (false, false, false) if is_python => Self::Python,
            (false, false, false) => Self::C,
        }
    }

    /// The pickler of an array of objects in a joblib dump, given that of the dump.
    pub(super) fn nested(self) -> Self {
        match self {
            Self::C | Self::Python => Self::C,
            Self::C36 | Self::Python36 => Self::C36,
            Self::C27 | Self::Python27 => Self::Python27,
        }
    }

    /// A frame with fewer bytes has no FRAME.
    pub(super) fn least_frame(self) -> usize {
        match self {
            Self::C | Self::Python => 4,
            Self::C36 | Self::Python36 | Self::C27 | Self::Python27 => 0,
        }
    }

    /// Whether a text or bytes of 65,536 bytes or more stand outside frames.
    pub(super) fn long_data_outside(self) -> bool {
        matches!(self, Self::C | Self::Python)
    }

    /// Whether a list's last element behind full batches is a batch of its own.
    pub(super) fn has_batch_of_one(self) -> bool {
        matches!(self, Self::C | Self::C36)
    }

    /// Whether an empty batch follows full ones of a dict or set.
    pub(super) fn has_empty_batch(self) -> bool {
        matches!(self, Self::C | Self::C36 | Self::C27)
    }

    /// Whether an `int` of 32 bits is written as `long` at protocol 0.
    pub(super) fn writes_longs(self) -> bool {
        matches!(self, Self::C36 | Self::Python36)
    }

    /// Whether only a backslash and a line feed are escaped at protocol 0.
    pub(super) fn escapes_less(self) -> bool {
        !matches!(self, Self::C | Self::Python)
    }

    /// Whether floats have 17 digits at protocol 0.
    pub(super) fn has_17_digits(self) -> bool {
        self == Self::C27
    }
}
