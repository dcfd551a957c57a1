use std::mem::take;

use cannery_graph::{Accents, Lowercase, Spaces, Tokens, Units, unicode};
use foldhash::HashSet;

use super::{accents, lowercase, matcher, words};
use crate::error::Error;

/// Makes tokens of texts as [`Tokens`] says.
#[derive(Debug)]
pub(super) struct Analyzer {
    lowercase: Option<Lowercase>,
    accents: Accents,
    units: Matter,
    min_n: usize,
    max_n: usize,
}

/// What n-grams are made of.
#[derive(Debug)]
enum Matter {
    Words(words::Words, HashSet<Box<str>>),
    Chars(Spaces),
    CharsInWords,
}

/// Memory that is used from text to text, so that none is asked for once it is large enough.
#[derive(Default)]
pub(super) struct Scratch {
    lowered: String,
    stripped: String,
    words: matcher::Scratch,
    /// The units of n-grams in one piece of text, so that an n-gram is a part of it.
    joined: String,
    /// Start and end of each token in `joined`.
    spans: Vec<(usize, usize)>,
    /// Start of each character in `joined`, and the end of the last one.
    starts: Vec<usize>,
}

impl Analyzer {
    pub(super) fn new(tokens: &Tokens) -> Result<Self, Error> {
        let units = match &tokens.units {
            Units::Words { pattern, stop_words } => {
                Matter::Words(words::Words::new(pattern)?, stop_words.iter().cloned().collect())
            }
            Units::Chars { spaces } => Matter::Chars(*spaces),
            Units::CharsInWords => Matter::CharsInWords,
        };
        let Tokens { lowercase, accents, min_n, max_n, .. } = *tokens;
        Ok(Self { lowercase, accents, units, min_n, max_n })
    }

    /// Calls `found` with every token of a text; those of one length in their order.
    ///
    /// # Errors
    /// `Unsupported` when finding them in this text would take too long.
    pub(super) fn each(
        &self,
        text: &str,
        scratch: &mut Scratch,
        found: impl FnMut(&str),
    ) -> Result<(), Error> {
        let (mut lowered, mut stripped) = (take(&mut scratch.lowered), take(&mut scratch.stripped));
        let text = match self.lowercase {
            None => text,
            Some(how) => {
                lowercase::lowercase(text, how, &mut lowered);
                &lowered
            }
        };
        let text = accents::strip(text, self.accents, &mut stripped);
        let result = match &self.units {
            Matter::Words(words, stop_words) if self.max_n == 1 => {
                single(words, stop_words, text, &mut scratch.words, found)
            }
            Matter::Words(words, stop_words) => self.word_grams(words, stop_words, text, scratch, found),
            Matter::Chars(spaces) => {
                self.char_grams(*spaces, text, scratch, found);
                Ok(())
            }
            Matter::CharsInWords => {
                self.grams_in_words(text, scratch, found);
                Ok(())
            }
        };
        (scratch.lowered, scratch.stripped) = (lowered, stripped);
        result
    }

    fn word_grams(
        &self,
        words: &words::Words,
        stop_words: &HashSet<Box<str>>,
        text: &str,
        scratch: &mut Scratch,
        mut found: impl FnMut(&str),
    ) -> Result<(), Error> {
        let Scratch { words: word_scratch, joined, spans, .. } = scratch;
        joined.clear();
        spans.clear();
        single(words, stop_words, text, word_scratch, |token| {
            if !spans.is_empty() {
                joined.push(' ');
            }
            let start = joined.len();
            joined.push_str(token);
            spans.push((start, joined.len()));
        })?;
        for n in self.min_n..=self.max_n.min(spans.len()) {
            for (first, last) in spans.iter().zip(&spans[n - 1..]) {
                found(&joined[first.0..last.1]);
            }
        }
        Ok(())
    }

    fn char_grams(&self, spaces: Spaces, text: &str, scratch: &mut Scratch, mut found: impl FnMut(&str)) {
        let Scratch { joined, starts, .. } = scratch;
        collapse(text, spaces, joined);
        char_starts(joined, starts);
        for n in self.min_n..=self.max_n.min(starts.len() - 1) {
            starts.iter().zip(&starts[n..]).for_each(|(&start, &end)| found(&joined[start..end]));
        }
    }

    fn grams_in_words(&self, text: &str, scratch: &mut Scratch, mut found: impl FnMut(&str)) {
        let Scratch { joined, starts, .. } = scratch;
        for word in text.split(unicode::is_space).filter(|word| !word.is_empty()) {
            joined.clear();
            joined.push(' ');
            joined.push_str(word);
            joined.push(' ');
            char_starts(joined, starts);
            let chars = starts.len() - 1;
            for n in self.min_n..=self.max_n {
                if n >= chars {
                    found(joined);
                    break;
                }
                starts.iter().zip(&starts[n..]).for_each(|(&start, &end)| found(&joined[start..end]));
            }
        }
    }
}

/// The tokens that are no stop words.
fn single(
    words: &words::Words,
    stop_words: &HashSet<Box<str>>,
    text: &str,
    scratch: &mut matcher::Scratch,
    mut found: impl FnMut(&str),
) -> Result<(), Error> {
    if stop_words.is_empty() {
        return words.each(text, scratch, found);
    }
    words.each(text, scratch, |token| {
        if !stop_words.contains(token) {
            found(token);
        }
    })
}

/// Writes a text with single spaces in place of runs of two white-space characters or more over `out`.
fn collapse(text: &str, spaces: Spaces, out: &mut String) {
    let is_space = |c: char| match spaces {
        Spaces::Unicode => unicode::is_space(c),
        Spaces::Ascii => matches!(c, '\t'..='\r' | ' '),
    };
    out.clear();
    let mut rest = text;
    while let Some(at) = rest.find(is_space) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let after = from.trim_start_matches(is_space);
        let run = &from[..from.len() - after.len()];
        out.push_str(if run.chars().nth(1).is_some() { " " } else { run });
        rest = after;
    }
    out.push_str(rest);
}

fn char_starts(text: &str, starts: &mut Vec<usize>) {
    starts.clear();
    if text.is_ascii() {
        starts.extend(0..=text.len());
    } else {
        starts.extend(text.char_indices().map(|(start, _)| start).chain([text.len()]));
    }
}
