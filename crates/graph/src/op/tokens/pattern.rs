use std::sync::Arc;

use super::CharSet;

/// A regular expression over code points that cuts tokens out of a text.
///
/// Matches are found from left to right, each from where the one before ended. Where there are several from one place,
/// the first counts that a backtracking matcher finds: alternatives in their order, greedy repeats as often as possible
/// first. That is what Python's `re` does. The token is the match, or what [`Pattern::Token`] in it matched last (the
/// empty text if it did not).
///
/// What Python 3.6 and 3.7 do differently, and what takes time exponential in the text, can't be expressed: a match is
/// never empty, nor is what is repeated, and there is no looking around and no reference to what matched before.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenPattern {
    root: Arc<Pattern>,
    words: CharSet,
    classes: Arc<[(u32, u8)]>,
    sets: Arc<[(CharSet, Vec<u8>)]>,
}

/// A part of a [`TokenPattern`].
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// One character out of a set.
    Set(CharSet),
    /// One after another.
    Sequence(Vec<Pattern>),
    /// One of these, the first that leads to a match.
    Choice(Vec<Pattern>),
    /// Several times the same.
    Repeat {
        /// What is repeated.
        of: Box<Pattern>,
        /// How often at least.
        min: u32,
        /// How often at most.
        max: Option<u32>,
        /// Whether rather more often than less.
        greedy: bool,
    },
    /// The part of the match that is the token.
    Token(Box<Pattern>),
    /// A place with a word character on exactly one side; negated, any other place.
    WordBoundary {
        /// Whether the other places are meant.
        negated: bool,
    },
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
}

/// Bounds that no pattern of a real model comes near, so that a matcher can be made without fear.
const MAX_DEPTH: usize = 64;
const MAX_SIZE: u64 = 4096;
const MAX_SETS: usize = 32;
/// Word characters of ASCII, and the other bytes.
const WORD_BYTES: &[u8; 63] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

impl TokenPattern {
    /// A pattern with the characters that count as word characters at a boundary.
    ///
    /// # Errors
    /// What can't be expressed, as a part of a sentence.
    pub fn new(root: Pattern, words: CharSet) -> Result<Self, String> {
        let Measure { shortest, size, tokens } = root.measure(0)?;
        if shortest == 0 {
            return Err("a pattern that matches the empty text".into());
        }
        if size > MAX_SIZE {
            return Err(format!("a pattern of {size} parts; up to {MAX_SIZE} work"));
        }
        if tokens > 1 {
            return Err("more than one capturing group".into());
        }
        let mut sets = Vec::new();
        root.collect(&mut sets);
        if sets.len() > MAX_SETS {
            return Err(format!("a pattern of more than {MAX_SETS} different sets of characters"));
        }
        let (classes, members) = classes(&sets, &words).ok_or("a pattern of too many sets of characters")?;
        let sets = sets.into_iter().zip(members).collect();
        Ok(Self { root: Arc::new(root), words, classes: classes.into(), sets })
    }

    /// The outermost part.
    pub fn root(&self) -> &Pattern {
        &self.root
    }

    /// What counts as word characters at a boundary.
    pub fn words(&self) -> &CharSet {
        &self.words
    }

    /// Characters that the pattern does not tell apart, by a byte for each kind: from which code point on the byte holds,
    /// ascending from 0. The byte is a word character of ASCII just where the character is in [`words`](Self::words).
    ///
    /// So a matcher of bytes in which a boundary is one of ASCII can carry the pattern out on the text's bytes of kinds.
    pub fn classes(&self) -> &[(u32, u8)] {
        &self.classes
    }

    /// The bytes of [`classes`](Self::classes) that a set of the pattern consists of; empty for any other set.
    pub fn bytes_of(&self, set: &CharSet) -> &[u8] {
        self.sets.iter().find(|(other, _)| other == set).map_or(&[], |(_, bytes)| bytes)
    }
}

/// What must be known of a part before it is used.
struct Measure {
    /// Fewest characters it matches.
    shortest: u64,
    /// Number of parts, with repeats written out.
    size: u64,
    tokens: u64,
}

impl Pattern {
    fn measure(&self, depth: usize) -> Result<Measure, String> {
        if depth > MAX_DEPTH {
            return Err(format!("groups nested more than {MAX_DEPTH} deep"));
        }
        let leaf = |shortest| Ok(Measure { shortest, size: 1, tokens: 0 });
        match self {
            Self::Set(set) if set.is_empty() => Err("a set of no character".into()),
            Self::Set(_) => leaf(1),
            Self::WordBoundary { .. } | Self::Start | Self::End => leaf(0),
            Self::Token(part) => part.measure(depth + 1).map(|m| Measure { tokens: m.tokens + 1, ..m }),
            Self::Sequence(parts) => together(parts, depth, 0, u64::saturating_add),
            Self::Choice(parts) if parts.is_empty() => Err("a choice of nothing".into()),
            Self::Choice(parts) => together(parts, depth, u64::MAX, u64::min),
            Self::Repeat { of, min, max, .. } => {
                let Measure { shortest, size, tokens } = of.measure(depth + 1)?;
                if shortest == 0 && *max != Some(1) {
                    return Err("a repeat of what may be empty".into());
                }
                let times = u64::from(max.unwrap_or(*min).max(1));
                let shortest = shortest.saturating_mul((*min).into());
                Ok(Measure { shortest, size: size.saturating_mul(times).saturating_add(1), tokens })
            }
        }
    }

    /// The different sets in the pattern.
    fn collect(&self, sets: &mut Vec<CharSet>) {
        match self {
            Self::Set(set) if sets.contains(set) => {}
            Self::Set(set) => sets.push(set.clone()),
            Self::Sequence(parts) | Self::Choice(parts) => parts.iter().for_each(|part| part.collect(sets)),
            Self::Repeat { of, .. } | Self::Token(of) => of.collect(sets),
            Self::WordBoundary { .. } | Self::Start | Self::End => {}
        }
    }
}

fn together(
    parts: &[Pattern],
    depth: usize,
    shortest: u64,
    combine: impl Fn(u64, u64) -> u64,
) -> Result<Measure, String> {
    let start = Measure { shortest, size: 1, tokens: 0 };
    parts.iter().try_fold(start, |sum, part| {
        let part = part.measure(depth + 1)?;
        Ok(Measure {
            shortest: combine(sum.shortest, part.shortest),
            size: sum.size.saturating_add(part.size),
            tokens: sum.tokens.saturating_add(part.tokens),
        })
    })
}

/// From which code point on which byte holds.
type Starts = Vec<(u32, u8)>;
/// The bytes of each set.
type Members = Vec<Vec<u8>>;

/// The kinds of characters and which of them each set has. `None` when there are too few bytes.
fn classes(sets: &[CharSet], words: &CharSet) -> Option<(Starts, Members)> {
    let all = || sets.iter().chain([words]);
    let ends = |&(first, last): &(u32, u32)| [first, last + 1];
    let mut starts: Vec<u32> = all().flat_map(|set| set.ranges().iter().flat_map(ends)).chain([0]).collect();
    starts.sort_unstable();
    starts.dedup();
    let mut kinds: Vec<(u64, u8)> = Vec::new();
    let mut classes = Starts::new();
    let mut bytes = (WORD_BYTES.iter().copied(), (0..=u8::MAX).filter(|byte| !WORD_BYTES.contains(byte)));
    for start in starts {
        let kind = all().enumerate().fold(0, |kind, (i, set)| kind | u64::from(set.contains(start)) << i);
        let byte = match kinds.iter().find(|(known, _)| *known == kind) {
            Some(&(_, byte)) => byte,
            None => {
                let byte = if words.contains(start) { bytes.0.next()? } else { bytes.1.next()? };
                kinds.push((kind, byte));
                byte
            }
        };
        if classes.last().is_none_or(|&(_, before)| before != byte) {
            classes.push((start, byte));
        }
    }
    let members =
        |i: usize| kinds.iter().filter(|(kind, _)| kind >> i & 1 == 1).map(|&(_, byte)| byte).collect();
    Some((classes, (0..sets.len()).map(members).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Pattern {
        Pattern::Set(CharSet::new(text.chars().map(|c| (c.into(), c.into()))))
    }

    fn repeat(of: Pattern, min: u32, max: Option<u32>) -> Pattern {
        Pattern::Repeat { of: Box::new(of), min, max, greedy: true }
    }

    fn new(root: Pattern) -> Result<TokenPattern, String> {
        TokenPattern::new(root, CharSet::new([(97, 122)]))
    }

    #[test]
    fn what_can_not_be_expressed_is_named() {
        let deep = (0..70).fold(set("a"), |inner, _| Pattern::Sequence(vec![inner]));
        let token = || Pattern::Token(Box::new(set("a")));
        let cases = [
            (repeat(set("a"), 0, None), "matches the empty text"),
            (repeat(repeat(set("a"), 0, Some(1)), 1, None), "a repeat of what may be empty"),
            (repeat(repeat(repeat(set("a"), 99, Some(99)), 99, None), 9, None), "parts; up to"),
            (deep, "nested more than"),
            (Pattern::Sequence(vec![token(), token()]), "more than one capturing group"),
            (set(""), "a set of no character"),
            (Pattern::WordBoundary { negated: false }, "matches the empty text"),
        ];
        for (root, message) in cases {
            let error = new(root).expect_err(message);
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn characters_that_are_not_told_apart_share_a_byte() {
        let pattern = new(Pattern::Sequence(vec![set("abé"), set("b-")])).expect("a fine pattern");
        let byte = |c: char| {
            let at = pattern.classes().partition_point(|&(start, _)| start <= c.into());
            pattern.classes()[at - 1].1
        };
        assert_eq!(byte('c'), byte('z'));
        assert_eq!(byte(' '), byte('東'));
        let kinds = ['a', 'b', 'c', 'é', '-', ' '].map(byte);
        assert!((1..kinds.len()).all(|i| !kinds[..i].contains(&kinds[i])), "{kinds:?}");
        assert_eq!(kinds.map(|b| b.is_ascii_alphanumeric()), [true, true, true, false, false, false]);
        let Pattern::Set(first) = set("abé") else { unreachable!("just made") };
        let mut members = pattern.bytes_of(&first).to_vec();
        let mut want = ['a', 'b', 'é'].map(byte).to_vec();
        members.sort_unstable();
        want.sort_unstable();
        assert_eq!(members, want);
    }
}
