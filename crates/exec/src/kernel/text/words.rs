use cannery_graph::{CharSet, Pattern, TokenPattern};
use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

use super::char_map::CharMap;
use crate::error::Error;

/// Finds the tokens of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Words {
    Runs(Runs),
    Matcher(Matcher),
}

/// Memory that [`Words::each`] uses from text to text.
#[derive(Default)]
pub(super) struct Scratch {
    kinds: Vec<u8>,
    /// Where each character starts, and where the last one ends; empty for a text of ASCII.
    starts: Vec<usize>,
    captures: Option<CaptureLocations>,
}

impl Words {
    pub(super) fn new(pattern: &TokenPattern) -> Result<Self, Error> {
        match Runs::of(pattern) {
            Some(runs) => Ok(Self::Runs(runs)),
            None => Matcher::new(pattern).map(Self::Matcher),
        }
    }

    /// Calls `found` with each token, in order.
    pub(super) fn each(&self, text: &str, scratch: &mut Scratch, found: impl FnMut(&str)) {
        match self {
            Self::Runs(runs) => runs.each(text, found),
            Self::Matcher(matcher) => matcher.each(text, scratch, found),
        }
    }
}

/// The tokens of a pattern such as `\b\w\w+\b` or `[a-z]{3,}`: longest runs of characters of one set.
///
/// With boundaries around it, a run counts only if what stands before and behind it is no word character. That is so
/// when all of the set are word characters, as there is then no boundary inside a run.
#[derive(Clone, Debug)]
pub(super) struct Runs {
    /// Bits [`MEMBER`] and [`WORD`]; the latter is not set without boundaries.
    map: CharMap,
    at_least: usize,
}

const MEMBER: u8 = 1;
const WORD: u8 = 2;

impl Runs {
    fn of(pattern: &TokenPattern) -> Option<Self> {
        let mut parts = Vec::new();
        flatten(pattern.root(), &mut parts);
        let boundary = Pattern::WordBoundary { negated: false };
        let is_bounded = match (parts.first()?, parts.last()?) {
            (first, last) if **first == boundary && **last == boundary && parts.len() > 2 => true,
            (first, last) if **first == boundary || **last == boundary => return None,
            _ => false,
        };
        let inner = if is_bounded { &parts[1..parts.len() - 1] } else { &parts[..] };
        let (set, at_least) = one_set(inner)?;
        let words = pattern.words();
        if is_bounded && !set.is_subset_of(words) {
            return None;
        }
        let none = CharSet::new([]);
        let words = if is_bounded && set != words { words } else { &none };
        Some(Self { map: CharMap::of_sets(&[set, words]), at_least: at_least.try_into().ok()? })
    }

    fn each(&self, text: &str, mut found: impl FnMut(&str)) {
        let (ascii, bytes) = (self.map.first_page(), text.as_bytes());
        let (mut at, mut before) = (0, 0);
        let (mut start, mut chars, mut starts_word) = (0, 0, true);
        while let Some(&byte) = bytes.get(at) {
            let (kind, width) = match byte {
                0..128 => (ascii[usize::from(byte)], 1),
                _ => text[at..].chars().next().map_or((0, 1), |c| (self.map.at(c), c.len_utf8())),
            };
            if kind & MEMBER != 0 {
                if before & MEMBER == 0 {
                    (start, chars, starts_word) = (at, 0, before & WORD == 0);
                }
                chars += 1;
            } else if before & MEMBER != 0 && starts_word && kind & WORD == 0 && chars >= self.at_least {
                found(&text[start..at]);
            }
            before = kind;
            at += width;
        }
        if before & MEMBER != 0 && starts_word && chars >= self.at_least {
            found(&text[start..]);
        }
    }
}

/// The parts in a row, a token that is the whole of what is around it taken as what it is of.
fn flatten<'p>(pattern: &'p Pattern, parts: &mut Vec<&'p Pattern>) {
    match pattern {
        Pattern::Sequence(inner) => {
            let is_boundary = |part: &Pattern| matches!(part, Pattern::WordBoundary { .. });
            let is_whole = inner.iter().filter(|part| !is_boundary(part)).count() == 1;
            for part in inner {
                match part {
                    Pattern::Token(_) if !is_whole => parts.push(part),
                    _ => flatten(part, parts),
                }
            }
        }
        Pattern::Token(inner) => flatten_token(inner, parts),
        _ => parts.push(pattern),
    }
}

fn flatten_token<'p>(inner: &'p Pattern, parts: &mut Vec<&'p Pattern>) {
    match inner {
        Pattern::Sequence(inner) => parts.extend(inner),
        _ => parts.push(inner),
    }
}

/// The set of which all parts are and how many characters there must be, if there may be any number more.
fn one_set<'p>(parts: &[&'p Pattern]) -> Option<(&'p CharSet, u64)> {
    let (mut only, mut at_least, mut is_open) = (None, 0_u64, false);
    for part in parts {
        let (set, min) = match part {
            Pattern::Set(set) => (set, 1),
            Pattern::Repeat { of, min, max: None, greedy: true } => match &**of {
                Pattern::Set(set) => {
                    is_open = true;
                    (set, u64::from(*min))
                }
                _ => return None,
            },
            _ => return None,
        };
        if only.is_some_and(|only| only != set) {
            return None;
        }
        only = Some(set);
        at_least = at_least.saturating_add(min);
    }
    only.filter(|_| is_open).map(|set| (set, at_least))
}

/// A pattern carried out on the kinds of characters that it tells apart, one byte each: a regular expression over bytes,
/// whose word boundaries are those of ASCII, is then one over characters with Python's. Time is linear in the text.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    map: CharMap,
    regex: Regex,
    has_group: bool,
}

impl Matcher {
    fn new(pattern: &TokenPattern) -> Result<Self, Error> {
        let mut source = String::new();
        write(pattern, pattern.root(), &mut source);
        let regex = RegexBuilder::new(&source).unicode(false).build();
        let regex = regex.map_err(|error| Error::unsupported(format!("this token pattern: {error}")))?;
        let has_group = regex.captures_len() > 1;
        Ok(Self { map: CharMap::new(pattern.classes()), regex, has_group })
    }

    fn each(&self, text: &str, scratch: &mut Scratch, mut found: impl FnMut(&str)) {
        let Scratch { kinds, starts, captures } = scratch;
        kinds.clear();
        starts.clear();
        if text.is_ascii() {
            let ascii = self.map.first_page();
            kinds.extend(text.bytes().map(|byte| ascii[usize::from(byte)]));
        } else {
            kinds.extend(text.chars().map(|c| self.map.at(c)));
            starts.extend(text.char_indices().map(|(at, _)| at).chain([text.len()]));
        }
        let place = |index: usize| if starts.is_empty() { index } else { starts[index] };
        let mut at = 0;
        if !self.has_group {
            while let Some(found_at) = self.regex.find_at(kinds, at) {
                found(&text[place(found_at.start())..place(found_at.end())]);
                at = found_at.end();
            }
            return;
        }
        let captures = captures.get_or_insert_with(|| self.regex.capture_locations());
        while let Some(whole) = self.regex.captures_read_at(captures, kinds, at) {
            let (start, end) = captures.get(1).unwrap_or_default();
            found(&text[place(start)..place(end)]);
            at = whole.end();
        }
    }
}

/// A pattern in the syntax of the crate `regex`. What is written takes one character at least, so that matches end.
fn write(pattern: &TokenPattern, part: &Pattern, out: &mut String) {
    match part {
        Pattern::Set(set) => {
            out.push('[');
            pattern.bytes_of(set).iter().for_each(|byte| out.push_str(&format!("\\x{byte:02X}")));
            out.push(']');
        }
        Pattern::Sequence(parts) => group("(?:", out, |out| {
            parts.iter().for_each(|part| write(pattern, part, out));
        }),
        Pattern::Choice(parts) => group("(?:", out, |out| {
            for (index, part) in parts.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "|" });
                write(pattern, part, out);
            }
        }),
        Pattern::Repeat { of, min, max, greedy } => {
            group("(?:", out, |out| write(pattern, of, out));
            let max = max.map_or(String::new(), |max| max.to_string());
            out.push_str(&format!("{{{min},{max}}}{}", if *greedy { "" } else { "?" }));
        }
        Pattern::Token(part) => group("(", out, |out| write(pattern, part, out)),
        Pattern::WordBoundary { negated } => out.push_str(if *negated { r"\B" } else { r"\b" }),
        Pattern::Start => out.push_str(r"\A"),
        Pattern::End => out.push_str(r"\z"),
    }
}

fn group(open: &str, out: &mut String, inner: impl FnOnce(&mut String)) {
    out.push_str(open);
    inner(out);
    out.push(')');
}
