mod charset;
mod pattern;

use std::fmt;
use std::sync::Arc;

pub use charset::CharSet;
pub use pattern::{Pattern, TokenPattern};

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// str\[n\] → str\[n,*\]: the tokens of each text. Each step takes what the one before gives:
///
/// 1. lower case, see [`Lowercase`]; 2. accents taken off, see [`Accents`]; 3. tokens or characters, and n-grams of them,
///    see [`Units`]: all of the smallest length, then all of the next.
///
/// Characters are code points, and what is known of them is in [`unicode`](crate::unicode).
/// Source: `_VectorizerMixin.build_analyzer` in scikit-learn's `feature_extraction/text.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct Tokens {
    /// How letters become small, if they do.
    pub lowercase: Option<Lowercase>,
    /// Which accents are taken off.
    pub accents: Accents,
    /// What n-grams are made of.
    pub units: Units,
    /// Fewest units of an n-gram, at least 1.
    pub min_n: usize,
    /// Most units of an n-gram, at least `min_n`, at most [`MAX_N`](Self::MAX_N).
    pub max_n: usize,
}

/// How letters become small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lowercase {
    /// `str.lower` of Python 3: U+0130 becomes `i` and U+0307; a capital sigma becomes ς if a cased letter stands before it
    /// and none behind it, case-ignorable characters not counted; all else by [`unicode::lower`](crate::unicode::lower).
    Full,
    /// `unicode.lower` of Python 2: each character by itself, U+0130 becomes `i`.
    Simple,
}

/// Which accents are taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accents {
    /// None.
    Keep,
    /// NFKD, of which only ASCII stays.
    Ascii,
    /// NFKD without combining characters; text that is all ASCII stays as it is.
    Unicode,
    /// NFKD without combining characters; text that is in NFKD stays as it is, combining characters too. scikit-learn
    /// before 0.22.
    UnicodeUnlessNfkd,
}

/// What n-grams are made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Units {
    /// What a pattern finds; a longer n-gram is joined by single spaces.
    Words {
        /// What finds them.
        pattern: TokenPattern,
        /// Tokens that are left out before n-grams are made.
        stop_words: Arc<[Box<str>]>,
    },
    /// Characters, with each run of two white-space characters or more replaced by one space.
    Chars {
        /// Which characters are such white space.
        spaces: Spaces,
    },
    /// Characters of each word, split at white space, with one space before and one behind it. A word that is not
    /// longer than n with its spaces is itself its n-gram, once, and no longer n-grams are made of it.
    CharsInWords,
}

/// White space of which runs are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spaces {
    /// [`unicode::space`](crate::unicode::space).
    Unicode,
    /// Tab to carriage return, and the space: `\s` of Python 2.
    Ascii,
}

impl Tokens {
    /// The longest n-gram. A text of m units has m·n n-grams, so some bound must be.
    pub const MAX_N: usize = 128;
}

impl Operator for Tokens {
    fn name(&self) -> &'static str {
        "tokens"
    }

    fn family(&self) -> Family {
        Family::Text
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let (min_n, max_n) = (self.min_n, self.max_n);
        if min_n == 0 || min_n > max_n || max_n > Self::MAX_N {
            return Err(format!("tokens in n-grams of {min_n} to {max_n}"));
        }
        match (x.dtype, x.shape) {
            (DType::Str, Shape::Vector) => Ok(Type::ragged(DType::Str)),
            _ => Err(format!("tokens takes a text a row, not {x}")),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.option(self.lowercase, |out, lowercase| out.word(lowercase.word()));
        out.word(self.accents.word());
        match &self.units {
            Units::Words { pattern, stop_words } => {
                out.word("words");
                write_words(pattern, stop_words, out);
            }
            Units::Chars { spaces: Spaces::Unicode } => out.word("chars"),
            Units::Chars { spaces: Spaces::Ascii } => out.word("chars-ascii-spaces"),
            Units::CharsInWords => out.word("chars-in-words"),
        }
        out.count(self.min_n);
        out.count(self.max_n);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
    }
}

/// Stop words count as the set that they are.
fn write_words(pattern: &TokenPattern, stop_words: &[Box<str>], out: &mut Canonical<'_>) {
    let mut stop_words = stop_words.to_vec();
    stop_words.sort_unstable();
    stop_words.dedup();
    out.list(&stop_words, |out, word| out.text(word));
    write_chars(pattern.words(), out);
    write_pattern(pattern.root(), out);
}

fn write_chars(set: &CharSet, out: &mut Canonical<'_>) {
    out.list(set.ranges(), |out, (first, last)| {
        out.int(*first);
        out.int(*last);
    });
}

/// As deep as a pattern may be.
fn write_pattern(part: &Pattern, out: &mut Canonical<'_>) {
    match part {
        Pattern::Set(set) => {
            out.word("set");
            write_chars(set, out);
        }
        Pattern::Sequence(parts) => {
            out.word("sequence");
            out.list(parts, |out, part| write_pattern(part, out));
        }
        Pattern::Choice(parts) => {
            out.word("choice");
            out.list(parts, |out, part| write_pattern(part, out));
        }
        Pattern::Repeat { of, min, max, greedy } => {
            out.word(if *greedy { "greedy" } else { "lazy" });
            out.int(*min);
            out.option(*max, Canonical::int);
            write_pattern(of, out);
        }
        Pattern::Token(part) => {
            out.word("token");
            write_pattern(part, out);
        }
        Pattern::WordBoundary { negated } => out.word(if *negated { "no-boundary" } else { "boundary" }),
        Pattern::Start => out.word("start"),
        Pattern::End => out.word("end"),
    }
}

impl Lowercase {
    fn word(self) -> &'static str {
        match self {
            Self::Full => "lower",
            Self::Simple => "simple-lower",
        }
    }
}

impl Accents {
    fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Ascii => "ascii",
            Self::Unicode => "unicode",
            Self::UnicodeUnlessNfkd => "unicode-unless-nfkd",
        }
    }
}

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.units {
            Units::Words { stop_words, .. } => write!(f, "words without {}", stop_words.len())?,
            Units::Chars { .. } => f.write_str("chars")?,
            Units::CharsInWords => f.write_str("chars-in-words")?,
        }
        if let Some(lowercase) = self.lowercase {
            write!(f, " {}", lowercase.word())?;
        }
        if self.accents != Accents::Keep {
            write!(f, " {}", self.accents.word())?;
        }
        write!(f, " n={}..{}", self.min_n, self.max_n)
    }
}
