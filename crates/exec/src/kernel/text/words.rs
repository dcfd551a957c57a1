use cannery_graph::{CharSet, Pattern, TokenPattern};

use super::char_map::CharMap;
use super::matcher::{self, Matcher};
use crate::error::Error;

/// Finds the tokens of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Words {
    Runs(Runs),
    Matcher(Matcher),
}

impl Words {
    pub(super) fn new(pattern: &TokenPattern) -> Result<Self, Error> {
        match Runs::of(pattern) {
            Some(runs) => Ok(Self::Runs(runs)),
            None => Matcher::new(pattern).map(Self::Matcher),
        }
    }

    /// Calls `found` with each token, in order.
    ///
    /// # Errors
    /// `Unsupported` when finding them in this text would take too long.
    pub(super) fn each(
        &self,
        text: &str,
        scratch: &mut matcher::Scratch,
        found: impl FnMut(&str),
    ) -> Result<(), Error> {
        match self {
            Self::Runs(runs) => {
                runs.each(text, found);
                Ok(())
            }
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
