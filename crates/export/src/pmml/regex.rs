//! Patterns in the language of Java.

use cannery_graph::{Pattern, TokenPattern};

use crate::charset::{SPACE, class};

/// A pattern whose first group is a token.
///
/// # Errors
/// What can't be expressed, as a part of a sentence.
pub(super) fn of_tokens(pattern: &TokenPattern) -> Result<String, String> {
    let mut writer = Writer { words: class(pattern.words()), out: String::new(), tokens: 0 };
    writer.write(pattern.root(), false)?;
    match writer.tokens {
        0 => Ok(format!("({})", writer.out)),
        1 => Ok(writer.out),
        _ => Err("several groups that are tokens".into()),
    }
}

struct Writer {
    words: String,
    out: String,
    tokens: usize,
}

impl Writer {
    /// The depth of patterns is bounded where they are made.
    fn write(&mut self, pattern: &Pattern, is_repeated: bool) -> Result<(), String> {
        match pattern {
            Pattern::Set(set) if set.contains(SPACE) => return Err("tokens with spaces in them".into()),
            Pattern::Set(set) => self.out.push_str(&class(set)),
            Pattern::Sequence(parts) => {
                parts.iter().try_for_each(|part| self.write(part, is_repeated))?;
            }
            Pattern::Choice(parts) => {
                self.out.push_str("(?:");
                for (index, part) in parts.iter().enumerate() {
                    self.out.push_str(if index == 0 { "" } else { "|" });
                    self.write(part, is_repeated)?;
                }
                self.out.push(')');
            }
            Pattern::Repeat { of, min, max, greedy } => {
                self.out.push_str("(?:");
                self.write(of, true)?;
                let max = max.map_or(String::new(), |max| max.to_string());
                self.out.push_str(&format!("){{{min},{max}}}{}", if *greedy { "" } else { "?" }));
            }
            Pattern::Token(_) if is_repeated => return Err("a repeated group that is a token".into()),
            Pattern::Token(part) => {
                self.tokens += 1;
                self.out.push('(');
                self.write(part, false)?;
                self.out.push(')');
            }
            Pattern::WordBoundary { negated } => {
                let words = &self.words;
                let boundary = match negated {
                    false => format!("(?:(?<={words})(?!{words})|(?<!{words})(?={words}))"),
                    true => format!("(?:(?<={words})(?={words})|(?<!{words})(?!{words}))"),
                };
                self.out.push_str(&boundary);
            }
            Pattern::Start => self.out.push_str("\\A"),
            Pattern::End => self.out.push_str("(?=\\n?\\z)"),
        }
        Ok(())
    }
}

/// A text as it is.
pub(super) fn literal(text: &str) -> String {
    text.chars().map(|c| format!("\\x{{{:X}}}", u32::from(c))).collect()
}
