use cannery_graph::{Pattern, TokenPattern};
use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

use super::char_map::CharMap;
use crate::error::Error;

/// A pattern carried out on the kinds of characters that it tells apart, one byte each: a regular expression over bytes,
/// whose word boundaries are those of ASCII, is then one over characters with Python's.
///
/// One search takes time linear in the text. Where a short match can be found only after a long one was tried to the end
/// of the text in vain, many searches take the square of it; then the work is bounded.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    map: CharMap,
    regex: Regex,
    has_group: bool,
    /// Characters that searches in one text may look at.
    max_work: usize,
}

/// Memory that is used from text to text.
#[derive(Default)]
pub(super) struct Scratch {
    kinds: Vec<u8>,
    /// Where each character starts, and where the last one ends; empty for a text of ASCII.
    starts: Vec<usize>,
    captures: Option<CaptureLocations>,
}

/// Where searches may look far: a few seconds' work, reached by texts of about 200,000 characters.
const MAX_WORK: usize = u32::MAX as usize;

impl Matcher {
    pub(super) fn new(pattern: &TokenPattern) -> Result<Self, Error> {
        let mut source = String::new();
        write(pattern, pattern.root(), &mut source);
        let regex = RegexBuilder::new(&source).unicode(false).build();
        let regex = regex.map_err(|error| Error::unsupported(format!("this token pattern: {error}")))?;
        let has_group = regex.captures_len() > 1;
        let may_look_far = has_other_ways(pattern.root()) && fails_late(pattern.root());
        let max_work = if may_look_far { MAX_WORK } else { usize::MAX };
        Ok(Self { map: CharMap::new(pattern.classes()), regex, has_group, max_work })
    }

    pub(super) fn each(
        &self,
        text: &str,
        scratch: &mut Scratch,
        mut found: impl FnMut(&str),
    ) -> Result<(), Error> {
        let Scratch { kinds, starts, captures } = scratch;
        self.to_kinds(text, kinds, starts);
        let place = |index: usize| if starts.is_empty() { index } else { starts[index] };
        let captures = captures.get_or_insert_with(|| self.regex.capture_locations());
        let (mut at, mut work) = (0, 0_usize);
        loop {
            work = work.saturating_add(kinds.len() - at);
            if work > self.max_work {
                let message =
                    format!("a text of {} characters is too long for this token pattern", kinds.len());
                return Err(Error::unsupported(message));
            }
            let whole = match self.has_group {
                true => self.regex.captures_read_at(captures, kinds, at),
                false => self.regex.find_at(kinds, at),
            };
            let Some(whole) = whole else { return Ok(()) };
            let (start, end) = match self.has_group {
                true => captures.get(1).unwrap_or_default(),
                false => (whole.start(), whole.end()),
            };
            found(&text[place(start)..place(end)]);
            at = whole.end();
        }
    }

    fn to_kinds(&self, text: &str, kinds: &mut Vec<u8>, starts: &mut Vec<usize>) {
        kinds.clear();
        starts.clear();
        if text.is_ascii() {
            let ascii = self.map.first_page();
            kinds.extend(text.bytes().map(|byte| ascii[usize::from(byte)]));
        } else {
            kinds.extend(text.chars().map(|c| self.map.at(c)));
            starts.extend(text.char_indices().map(|(at, _)| at).chain([text.len()]));
        }
    }
}

/// Whether there is more than one way through the pattern but for how often one character of a set is there.
fn has_other_ways(part: &Pattern) -> bool {
    match part {
        Pattern::Set(_) | Pattern::WordBoundary { .. } | Pattern::Start | Pattern::End => false,
        Pattern::Sequence(parts) => parts.iter().any(has_other_ways),
        Pattern::Choice(_) => true,
        Pattern::Repeat { of, .. } => !matches!(**of, Pattern::Set(_)),
        Pattern::Token(part) => has_other_ways(part),
    }
}

/// Whether something must follow a repeat without bound: after which the match can still fail.
fn fails_late(part: &Pattern) -> bool {
    match part {
        Pattern::Set(_) | Pattern::WordBoundary { .. } | Pattern::Start | Pattern::End => false,
        Pattern::Sequence(parts) => {
            let open = parts.iter().position(is_open);
            parts.iter().any(fails_late)
                || open.is_some_and(|open| parts[open + 1..].iter().any(|p| !is_optional(p)))
        }
        Pattern::Choice(parts) => parts.iter().any(fails_late),
        Pattern::Repeat { of, .. } | Pattern::Token(of) => fails_late(of),
    }
}

fn is_open(part: &Pattern) -> bool {
    match part {
        Pattern::Set(_) | Pattern::WordBoundary { .. } | Pattern::Start | Pattern::End => false,
        Pattern::Sequence(parts) | Pattern::Choice(parts) => parts.iter().any(is_open),
        Pattern::Repeat { of, max, .. } => max.is_none() || is_open(of),
        Pattern::Token(of) => is_open(of),
    }
}

fn is_optional(part: &Pattern) -> bool {
    match part {
        Pattern::Set(_) | Pattern::WordBoundary { .. } | Pattern::Start | Pattern::End => false,
        Pattern::Sequence(parts) => parts.iter().all(is_optional),
        Pattern::Choice(parts) => parts.iter().any(is_optional),
        Pattern::Repeat { of, min, .. } => *min == 0 || is_optional(of),
        Pattern::Token(of) => is_optional(of),
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

#[cfg(test)]
mod tests {
    use cannery_graph::CharSet;

    use super::*;

    fn chars(text: &str) -> Pattern {
        Pattern::Set(CharSet::new(text.chars().map(|c| (c.into(), c.into()))))
    }

    fn any() -> Pattern {
        let of = Box::new(Pattern::Set(CharSet::new([]).negate()));
        Pattern::Repeat { of, min: 0, max: None, greedy: true }
    }

    fn matcher(root: Pattern) -> Matcher {
        let words = CharSet::new([('a'.into(), 'z'.into())]);
        Matcher::new(&TokenPattern::new(root, words).expect("a fine pattern")).expect("a small one")
    }

    #[test]
    fn searches_that_would_take_the_square_of_the_text_end() {
        let far = Pattern::Sequence(vec![chars("a"), any(), chars("b")]);
        let mut matcher = matcher(Pattern::Choice(vec![far, chars("a")]));
        assert_eq!(matcher.max_work, MAX_WORK);
        matcher.max_work = 1_000_000;
        let mut count = 0;
        let short = "a".repeat(1000);
        matcher.each(&short, &mut Scratch::default(), |_| count += 1).expect("a short text");
        assert_eq!(count, 1000);
        let long = "a".repeat(2000);
        let error = matcher.each(&long, &mut Scratch::default(), |_| ()).expect_err("a long text");
        assert!(error.to_string().contains("too long for this token pattern"), "{error}");
    }

    #[test]
    fn long_texts_are_no_matter_where_matches_can_not_fail_late() {
        let plus = |of| Pattern::Repeat { of: Box::new(of), min: 1, max: None, greedy: true };
        let dashed = Pattern::Sequence(vec![chars("-"), plus(chars("xy"))]);
        let more = Pattern::Repeat { of: Box::new(dashed), min: 0, max: None, greedy: true };
        let matcher = matcher(Pattern::Sequence(vec![plus(chars("xy")), more]));
        assert_eq!(matcher.max_work, usize::MAX);
        let mut count = 0;
        let text = "xyx-yy x- ".repeat(200_000);
        matcher
            .each(&text, &mut Scratch::default(), |token| count += usize::from(token != "x"))
            .expect("linear");
        assert_eq!(count, 200_000);
    }
}
