//! How a vectorizer makes tokens: the options that CountVectorizer, TfidfVectorizer and HashingVectorizer share.

use std::borrow::Cow;
use std::sync::Arc;

use cannery_graph::{Accents, DType, Lowercase, Spaces, TokenPattern, Tokens, Units};
use cannery_object::known::Version;
use cannery_object::{Element, Node, Value, View};

use super::{pattern, stop_words};
use crate::error::Error;
use crate::state::State;

/// The analyzer that the options describe. `decode_error` and `encoding` mean nothing for text that is text.
pub(super) fn tokens(state: &State<'_>) -> Result<Tokens, Error> {
    let input = state.text("input")?;
    if input.as_deref() != Some("content") {
        let message =
            format!("{}; only texts themselves work", input.map_or("no text".into(), |i| format!("{i:?}")));
        return Err(state.unsupported("input", message));
    }
    if !state.is_none("preprocessor")? {
        return Err(state.unsupported("preprocessor", "a Python function"));
    }
    let python2 = state.is_of_python2();
    let (min_n, max_n) = ngram_range(state)?;
    let how = if python2 { Lowercase::Simple } else { Lowercase::Full };
    Ok(Tokens {
        lowercase: state.bool("lowercase")?.then_some(how),
        accents: accents(state)?,
        units: units(state, python2)?,
        min_n,
        max_n,
    })
}

/// The dtype that a vectorizer counts in: a class of numpy or Python, a numpy dtype, or its name.
pub(super) fn dtype(state: &State<'_>) -> Result<DType, Error> {
    let (heap, value) = (state.heap(), state.value("dtype")?);
    let name = match (heap.global_name(value), heap.view(value)) {
        (Some(("numpy" | "builtins" | "__builtin__", name)), _) => name.to_owned(),
        (_, View::DType) => {
            let dtype = cannery_object::DType::from_value(heap, value);
            dtype.map_err(|error| Error::in_view(state.path_of("dtype"), &error))?.to_string()
        }
        _ => heap.as_str(value).unwrap_or_default().into_owned(),
    };
    match name.as_str() {
        "float64" | "float" | "<f8" | "f8" | "double" => Ok(DType::F64),
        "float32" | "<f4" | "f4" | "single" => Ok(DType::F32),
        "int64" | "int" | "<i8" | "i8" => Ok(DType::I64),
        _ => Err(state.unsupported("dtype", format!("{name:?}; float64, float32 and int64 work"))),
    }
}

fn ngram_range(state: &State<'_>) -> Result<(usize, usize), Error> {
    const NAME: &str = "ngram_range";
    let &[min_n, max_n] = state.sequence(NAME)? else {
        return Err(state.malformed(NAME, "not a pair of lengths"));
    };
    let (min_n, max_n) = (state.int_in(min_n, NAME)?, state.int_in(max_n, NAME)?);
    match (usize::try_from(min_n), usize::try_from(max_n)) {
        (Ok(min @ 1..), Ok(max)) if min <= max && max <= Tokens::MAX_N => Ok((min, max)),
        _ => {
            let message = format!("n-grams of {min_n} to {max_n}; from 1 to {} work", Tokens::MAX_N);
            Err(state.unsupported(NAME, message))
        }
    }
}

/// What 'unicode' does to text that is in NFKD changed in 0.22.
fn accents(state: &State<'_>) -> Result<Accents, Error> {
    const NAME: &str = "strip_accents";
    if state.is_none(NAME)? {
        return Ok(Accents::Keep);
    }
    match state.text(NAME)?.as_deref() {
        Some("ascii") => Ok(Accents::Ascii),
        Some("unicode") if state.version().is_some_and(|version| version >= Version::new(0, 22)) => {
            Ok(Accents::Unicode)
        }
        Some("unicode") => Ok(Accents::UnicodeUnlessNfkd),
        Some(other) => Err(state.unsupported(NAME, format!("{other:?}; 'ascii' and 'unicode' work"))),
        None => Err(state.unsupported(NAME, "a Python function")),
    }
}

/// `tokenizer`, `token_pattern` and `stop_words` mean nothing where characters are counted.
fn units(state: &State<'_>, python2: bool) -> Result<Units, Error> {
    match state.text("analyzer")?.as_deref() {
        Some("word") => {
            if !state.is_none("tokenizer")? {
                return Err(state.unsupported("tokenizer", "a Python function"));
            }
            Ok(Units::Words { pattern: token_pattern(state, python2)?, stop_words: stop_words_of(state)? })
        }
        // `\s` of Python 2 is that of ASCII
        Some("char") if python2 => Ok(Units::Chars { spaces: Spaces::Ascii }),
        Some("char") => Ok(Units::Chars { spaces: Spaces::Unicode }),
        Some("char_wb") => Ok(Units::CharsInWords),
        Some(other) => {
            Err(state.unsupported("analyzer", format!("{other:?}; 'word', 'char' and 'char_wb' work")))
        }
        None => Err(state.unsupported("analyzer", "a Python function")),
    }
}

fn token_pattern(state: &State<'_>, python2: bool) -> Result<TokenPattern, Error> {
    const NAME: &str = "token_pattern";
    let value = state.value(NAME)?;
    let source = text(state, value).ok_or_else(|| state.unsupported(NAME, "not a text"))?;
    pattern::parse(&source, python2).map_err(|what| state.unsupported(NAME, format!("{source:?} has {what}")))
}

fn stop_words_of(state: &State<'_>) -> Result<Arc<[Box<str>]>, Error> {
    const NAME: &str = "stop_words";
    if state.is_none(NAME)? {
        return Ok(Arc::default());
    }
    match state.text(NAME)?.as_deref() {
        Some("english") => return Ok(stop_words::ENGLISH.split(' ').map(Into::into).collect()),
        Some(other) => return Err(state.unsupported(NAME, format!("{other:?}; 'english' or the words work"))),
        None => {}
    }
    let words = texts(state, NAME, state.value(NAME)?)?;
    let words =
        words.ok_or_else(|| state.unsupported(NAME, "neither 'english' nor a list or set of texts"))?;
    Ok(words.into())
}

/// The texts in a list, tuple, set, frozenset or array, in the order of the file; `None` for anything else.
pub(super) fn texts(state: &State<'_>, name: &str, value: Value) -> Result<Option<Vec<Box<str>>>, Error> {
    let heap = state.heap();
    let elements = match (heap.node_of(value), heap.view(value)) {
        (Some(Node::List(items) | Node::Tuple(items) | Node::Set(items) | Node::FrozenSet(items)), _) => {
            heap.items(items)
        }
        (_, View::Builtin(builtin)) if matches!(builtin.name, "set" | "frozenset" | "list" | "tuple") => {
            builtin.elements().map_err(|error| Error::in_view(state.path_of(name), &error))?
        }
        (_, View::NdArray) => return array_texts(state, name, value),
        _ => return Ok(None),
    };
    Ok(elements.iter().map(|&element| text(state, element).map(Into::into)).collect())
}

fn array_texts(state: &State<'_>, name: &str, value: Value) -> Result<Option<Vec<Box<str>>>, Error> {
    let array = state.array_in(value, name)?;
    let read = |element| match element {
        Ok(Element::Str(text)) => Ok(Some(text.as_str().into())),
        Ok(Element::Object(value)) => Ok(text(state, value).map(Into::into)),
        Ok(_) => Ok(None),
        Err(error) => Err(Error::in_view(state.path_of(name), &error)),
    };
    array.elements().map(read).collect()
}

/// A `str`, or a `numpy.str_`; that of Python 2 if it is ASCII, as others equal no text. `None` for one with lone
/// surrogates.
pub(super) fn text<'h>(state: &State<'h>, value: Value) -> Option<Cow<'h, str>> {
    let heap = state.heap();
    let bytes = match heap.node_of(value)? {
        Node::Str(blob) => heap.bytes(blob),
        Node::Str8(blob) => Some(heap.bytes(blob)).filter(|bytes| bytes.is_ascii())?,
        _ => match heap.view(value) {
            View::Scalar(scalar) => match scalar.read() {
                Ok((_, Element::Str(text))) => return Some(text.as_str().to_owned().into()),
                _ => return None,
            },
            _ => return None,
        },
    };
    std::str::from_utf8(bytes).ok().map(Into::into)
}
