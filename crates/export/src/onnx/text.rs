//! Texts to numbers.
//!
//! ONNX Runtime has a tokenizer of its own (`com.microsoft`), and `TfIdfVectorizer` counts n-grams of what it gives. A
//! tensor of texts has rows of one length, so shorter ones are filled up; no n-gram of the vocabulary has what fills them.

use std::borrow::Cow;

use cannery_graph as graph;
use cannery_graph::{Accents, DType, Lowercase, Spaces, TfIdf, Tokens, VocabCounts};

use super::emit::{Arg, Made, Value};
use super::net::{Net, int, int_list, ints, of_tensor, text, text_list, texts};
use super::regex;

/// What n-grams are made of.
#[derive(Clone, Debug)]
pub(super) struct Units {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) min_n: usize,
    pub(super) max_n: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Words,
    Chars,
    /// With the words that the characters are of, each between two spaces: str\[n,m\], `""` behind the last.
    CharsInWords(String),
}

/// Why records can't be exported.
pub(super) const RECORDS: &str = "ONNX has no records";

/// Fills rows up: more than a character, and no word.
pub(super) const PAD: &str = "\u{1}\u{1}";

/// Why tokens can't be expressed; `None` if they can.
pub(super) fn refuses(tokens: &Tokens) -> Option<String> {
    if tokens.accents != Accents::Keep {
        return Some("ONNX can't take accents off".into());
    }
    if tokens.lowercase == Some(Lowercase::Simple) {
        return Some("ONNX can't make letters small as Python 2 does".into());
    }
    match &tokens.units {
        graph::Units::Words { pattern, .. } => regex::of_tokens(pattern).err(),
        graph::Units::Chars { spaces: Spaces::Unicode } | graph::Units::CharsInWords => None,
        graph::Units::Chars { spaces: Spaces::Ascii } => Some("white space as Python 2 knows it".into()),
    }
}

/// Words or characters of each text.
pub(super) fn tokens(net: &mut Net, x: Arg<'_>, tokens: &Tokens) -> Made {
    let mut y = x.tensor()?.to_owned();
    if tokens.lowercase.is_some() {
        y = super::lowercase::lowercase(net, &y);
    }
    let space = net.texts([" "]);
    let (name, kind) = match &tokens.units {
        graph::Units::Words { pattern, stop_words } => {
            let words = cut(net, &y, &regex::of_tokens(pattern)?);
            let words = padded(net, &words, &y);
            (without(net, &words, stop_words), Kind::Words)
        }
        graph::Units::Chars { .. } => {
            let runs = format!("{}{{2,}}", regex::space(false));
            let chars = cut(net, &y, &format!("(?s){runs}|."));
            let chars = padded(net, &chars, &y);
            let is_run = net.op_with("RegexFullMatch", &[&chars], vec![text("pattern", &runs)]);
            (net.op("Where", &[&is_run, &space, &chars]), Kind::Chars)
        }
        graph::Units::CharsInWords => {
            let words = words_in_spaces(net, &y, &space);
            (chars_of(net, &words, &y), Kind::CharsInWords(words))
        }
    };
    Ok(Value::Tokens(Units { name, kind, min_n: tokens.min_n, max_n: tokens.max_n }))
}

/// What a pattern finds in each text.
fn cut(net: &mut Net, x: &str, pattern: &str) -> String {
    let attributes =
        vec![int("mark", 0), int("mincharnum", 1), text("pad_value", PAD), text("tokenexp", pattern)];
    net.microsoft("Tokenizer", &[x], attributes)
}

/// One more column, so that there is one.
fn padded(net: &mut Net, tokens: &str, x: &str) -> String {
    let pad = net.texts([PAD]);
    let pad = net.reshape(&pad, &[1, 1]);
    let pad = net.for_each_row(&pad, &[1], x);
    net.concat(&[tokens.to_owned(), pad], 1)
}

/// Without these words: the others in their order, then what fills the row up.
fn without(net: &mut Net, words: &str, stop_words: &[Box<str>]) -> String {
    if stop_words.is_empty() {
        return words.to_owned();
    }
    let mut stops: Vec<&str> = stop_words.iter().map(|word| &**word).chain([PAD]).collect();
    stops.sort_unstable();
    stops.dedup();
    let count = stops.len();
    let attributes = vec![
        of_tensor("keys_tensor", texts(stops)),
        of_tensor("values_tensor", ints(&[count], &vec![1; count])),
        of_tensor("default_tensor", ints(&[1], &[0])),
    ];
    let is_stop = net.ml("LabelEncoder", &[words], attributes);
    // stop words are ordered behind all others
    let length = net.op_with("Shape", &[words], vec![int("start", 1), int("end", 2)]);
    let [zero, one] = [0, 1].map(|value| net.ints(&[], &[value]));
    let end = net.squeeze(&length, 0);
    let places = net.op("Range", &[&zero, &end, &one]);
    let behind = net.op("Mul", &[&is_stop, &end]);
    let order = net.op("Add", &[&places, &behind]);
    let attributes = vec![int("axis", 1), int("largest", 0), int("sorted", 1)];
    let order = net.push("", "TopK", &[&order, &length], attributes, 2).swap_remove(1);
    let is_stop = net.cast(&is_stop, DType::Bool);
    let pad = net.texts([PAD]);
    let words = net.op("Where", &[&is_stop, &pad, words]);
    net.op_with("GatherElements", &[&words, &order], vec![int("axis", 1)])
}

/// Each word with a space before and one behind it, and empty texts behind the last.
fn words_in_spaces(net: &mut Net, x: &str, space: &str) -> String {
    let words = cut(net, x, &format!("{}+", regex::space(true)));
    let words = padded(net, &words, x);
    let before = net.op("StringConcat", &[space, &words]);
    let spaced = net.op("StringConcat", &[&before, space]);
    let pad = net.texts([PAD]);
    let is_pad = net.op("Equal", &[&words, &pad]);
    // a tokenizer finds no character in an empty text
    let empty = net.texts([""]);
    net.op("Where", &[&is_pad, &empty, &spaced])
}

/// The characters of all words of a text.
fn chars_of(net: &mut Net, words: &str, x: &str) -> String {
    let chars = cut(net, words, "(?s).");
    let rows = net.op("Shape", &[x]);
    let rest = net.ints(&[1], &[-1]);
    let dims = net.concat(&[rows, rest], 0);
    net.op("Reshape", &[&chars, &dims])
}

/// How often each term of the vocabulary is among the n-grams.
pub(super) fn vocab_counts(net: &mut Net, x: Arg<'_>, counts: &VocabCounts) -> Made {
    let units = x.units()?;
    let mut by_length: Vec<Vec<(Vec<Cow<'_, str>>, i64)>> = vec![vec![]; units.max_n];
    let mut least = units.min_n;
    for (column, term) in counts.vocabulary.iter().enumerate() {
        let gram = units.gram(term).unwrap_or_else(|| units.absent(column));
        least = least.min(gram.len());
        by_length[gram.len() - 1].push((gram, column as i64));
    }
    let (mut pool, mut starts, mut columns) = (Vec::new(), Vec::new(), Vec::new());
    for grams in by_length {
        starts.push(pool.len() as i64);
        for (gram, column) in grams {
            pool.extend(gram);
            columns.push(column);
        }
    }
    if columns.is_empty() {
        return Err("an empty vocabulary".into());
    }
    let attributes = vec![
        text("mode", "TF"),
        int("min_gram_length", least as i64),
        int("max_gram_length", units.max_n as i64),
        int("max_skip_count", 0),
        int_list("ngram_counts", starts),
        int_list("ngram_indexes", columns),
        text_list("pool_strings", pool.iter().map(|unit| &**unit)),
    ];
    let mut found = net.op_with("TfIdfVectorizer", &[&units.name], attributes);
    if counts.binary {
        let zero = net.float(DType::F32, 0.0);
        found = net.op("Greater", &[&found, &zero]);
    }
    Ok(Value::Tensor(net.cast(&found, counts.dtype)))
}

impl Units {
    /// A term in units; `None` if no n-gram is it.
    fn gram<'t>(&self, term: &'t str) -> Option<Vec<Cow<'t, str>>> {
        let gram: Vec<Cow<'t, str>> = match &self.kind {
            Kind::Words => term.split(' ').map(Cow::Borrowed).collect(),
            Kind::Chars | Kind::CharsInWords(_) => {
                term.char_indices().map(|(at, c)| Cow::Borrowed(&term[at..at + c.len_utf8()])).collect()
            }
        };
        // a word that is shorter than all n-grams is one itself
        let is_short_word = matches!(self.kind, Kind::CharsInWords(_))
            && (3..self.min_n).contains(&gram.len())
            && term.starts_with(' ')
            && term.ends_with(' ');
        let fits = (self.min_n..=self.max_n).contains(&gram.len()) || is_short_word;
        (fits && gram.iter().all(|unit| !unit.is_empty() && unit != PAD)).then_some(gram)
    }

    /// An n-gram that no text has, so that a column stays 0.
    fn absent(&self, column: usize) -> Vec<Cow<'static, str>> {
        vec![Cow::Owned(format!("{PAD}{column}")); self.min_n]
    }
}

/// Counts weighted. What is not stored is 0 here, and stays 0.
pub(super) fn tf_idf(net: &mut Net, x: Arg<'_>, weights: &TfIdf) -> Made {
    let dtype = x.ty.dtype;
    let mut y = x.tensor()?.to_owned();
    if weights.sublinear {
        let (zero, one) = (net.float(dtype, 0.0), net.float(dtype, 1.0));
        let is_zero = net.op("Equal", &[&y, &zero]);
        let log = net.op("Log", &[&y]);
        let log = net.op("Add", &[&log, &one]);
        y = net.op("Where", &[&is_zero, &zero, &log]);
    }
    if let Some(idf) = &weights.idf {
        let idf = net.floats(DType::F64, &[idf.len()], idf);
        y = super::columns::in_f64(net, &y, dtype, |net, y| net.op("Mul", &[y, &idf]));
    }
    Ok(Value::Tensor(y))
}
