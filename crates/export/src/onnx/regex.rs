//! Patterns in the language of RE2, which finds what Python's `re` finds where there is no looking around.

use cannery_graph::{CharSet, Pattern, TokenPattern, unicode};

use crate::charset::{SPACE, class};

/// White space, or all other characters.
pub(super) fn space(negated: bool) -> String {
    let spaces = CharSet::new(unicode::space().iter().copied());
    class(&if negated { spaces.negate() } else { spaces })
}

/// A pattern of tokens. RE2 knows word boundaries of ASCII only, so these are left out where they say nothing: around as
/// many word characters as there are.
///
/// # Errors
/// What RE2 can't express, as a part of a sentence.
pub(super) fn of_tokens(pattern: &TokenPattern) -> Result<String, String> {
    if let Some(least) = runs_of_words(pattern) {
        return Ok(format!("{}{{{least},}}", class(pattern.words())));
    }
    let mut text = String::new();
    write(pattern.root(), &mut text)?;
    Ok(text)
}

/// At least how many word characters there must be, where the pattern is `\b\w\w+\b` or the like.
fn runs_of_words(pattern: &TokenPattern) -> Option<u32> {
    let Pattern::Sequence(parts) = pattern.root() else { return None };
    let is_boundary = |part: &Pattern| matches!(part, Pattern::WordBoundary { negated: false });
    let [first, middle @ .., last] = &parts[..] else { return None };
    if !is_boundary(first) || !is_boundary(last) || pattern.words().contains(SPACE) {
        return None;
    }
    let is_word = |part: &Pattern| matches!(part, Pattern::Set(set) if set == pattern.words());
    let (mut least, mut is_open) = (0_u32, false);
    for part in middle {
        match part {
            Pattern::Repeat { of, min, max: None, greedy: true } if is_word(of) => {
                (least, is_open) = (least.checked_add(*min)?, true);
            }
            part if is_word(part) => least = least.checked_add(1)?,
            _ => return None,
        }
    }
    // RE2 repeats up to 1000 times
    (is_open && (1..=1000).contains(&least)).then_some(least)
}

/// The depth of patterns is bounded where they are made.
fn write(pattern: &Pattern, out: &mut String) -> Result<(), String> {
    match pattern {
        Pattern::Set(set) if set.contains(SPACE) => Err("tokens with spaces in them".into()),
        Pattern::Set(set) => {
            out.push_str(&class(set));
            Ok(())
        }
        Pattern::Sequence(parts) => parts.iter().try_for_each(|part| write(part, out)),
        Pattern::Choice(parts) => {
            out.push_str("(?:");
            for (index, part) in parts.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "|" });
                write(part, out)?;
            }
            out.push(')');
            Ok(())
        }
        Pattern::Repeat { of, min, max, greedy } => {
            if *min > 1000 || max.is_some_and(|max| max > 1000) {
                return Err("RE2 repeats a pattern 1000 times at most".into());
            }
            out.push_str("(?:");
            write(of, out)?;
            let max = max.map_or(String::new(), |max| max.to_string());
            out.push_str(&format!("){{{min},{max}}}{}", if *greedy { "" } else { "?" }));
            Ok(())
        }
        Pattern::Token(_) => Err("a token that is a part of what its pattern matches".into()),
        Pattern::WordBoundary { .. } => Err("RE2 knows word boundaries of ASCII only".into()),
        Pattern::Start | Pattern::End => Err("a token only at the start or the end of a text".into()),
    }
}
