//! `token_pattern`: a regular expression of Python's `re`, understood as it compiles it.

use std::sync::LazyLock;

use cannery_graph::{CharSet, Pattern, TokenPattern, unicode};

/// The pattern of a vectorizer that was given none.
const DEFAULT: &str = r"(?u)\b\w\w+\b";
static PARSED: LazyLock<Result<TokenPattern, String>> = LazyLock::new(|| parse_anew(DEFAULT, false));

/// The pattern, or the construct that can't be carried out as Python does, as a part of a sentence.
///
/// Python 2 takes `\w`, `\d`, `\s` and `\b` for those of ASCII unless the pattern has the flag `u`.
pub(super) fn parse(source: &str, python2: bool) -> Result<TokenPattern, String> {
    // the flag `u` makes both Pythons read it alike
    if source == DEFAULT { PARSED.clone() } else { parse_anew(source, python2) }
}

fn parse_anew(source: &str, python2: bool) -> Result<TokenPattern, String> {
    let mut parser = Parser { rest: source, python2, ascii: python2, ..Parser::default() };
    parser.flags()?;
    let root = parser.choice(0)?;
    if !parser.rest.is_empty() {
        return Err("a parenthesis that closes nothing".into());
    }
    let words = parser.word();
    TokenPattern::new(root, words)
}

/// As many as [`TokenPattern`] takes are nested; no more are read.
const MAX_DEPTH: usize = 30;

#[derive(Default)]
struct Parser<'p> {
    rest: &'p str,
    python2: bool,
    /// Classes are those of ASCII.
    ascii: bool,
    /// The dot takes a line feed too.
    dot_all: bool,
    /// White space and comments mean nothing.
    verbose: bool,
}

/// What stands between brackets: a character, or a class such as `\w`.
enum Member {
    Char(char),
    Class(CharSet),
}

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Flags at the start, the only place where every version of Python takes them.
    fn flags(&mut self) -> Result<(), String> {
        while let Some((flags, rest)) = self.rest.strip_prefix("(?").and_then(|rest| rest.split_once(')')) {
            if flags.is_empty() || !flags.chars().all(|c| c.is_ascii_alphabetic()) {
                break;
            }
            for flag in flags.chars() {
                match flag {
                    'u' => self.ascii = false,
                    'a' if !self.python2 => self.ascii = true,
                    's' => self.dot_all = true,
                    'x' => self.verbose = true,
                    _ => return Err(format!("the flag (?{flag})")),
                }
            }
            self.rest = rest;
        }
        Ok(())
    }

    fn choice(&mut self, depth: usize) -> Result<Pattern, String> {
        if depth > MAX_DEPTH {
            return Err(format!("groups nested more than {MAX_DEPTH} deep"));
        }
        let mut branches = vec![self.sequence(depth)?];
        while self.eat("|") {
            branches.push(self.sequence(depth)?);
        }
        Ok(if branches.len() == 1 { branches.swap_remove(0) } else { Pattern::Choice(branches) })
    }

    fn sequence(&mut self, depth: usize) -> Result<Pattern, String> {
        let mut parts = Vec::new();
        while let Some(c) = self.skip_blank() {
            if matches!(c, '|' | ')') {
                break;
            }
            let Some(part) = self.part(depth)? else { continue };
            parts.push(self.repeats(part)?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Pattern::Sequence(parts) })
    }

    /// The next character; with the flag `x` the next that means something.
    fn skip_blank(&mut self) -> Option<char> {
        while self.verbose {
            match self.peek()? {
                ' ' | '\t'..='\r' => drop(self.next()),
                '#' => while self.next().is_some_and(|c| c != '\n') {},
                _ => break,
            }
        }
        self.peek()
    }

    /// One part without what says how often; `None` for a comment.
    fn part(&mut self, depth: usize) -> Result<Option<Pattern>, String> {
        let before = self.rest;
        let part = match self.next() {
            Some('.') if self.dot_all => Pattern::Set(CharSet::new([]).negate()),
            Some('.') => Pattern::Set(CharSet::char('\n').negate()),
            Some('^') => Pattern::Start,
            Some('$') => return Err("$, which may look at what stands behind a match".into()),
            Some('(') => return self.group(depth),
            Some('[') => Pattern::Set(self.brackets()?),
            Some('\\') => self.escape()?,
            Some(c @ ('*' | '+' | '?')) => return Err(format!("{c} with nothing to repeat")),
            Some('{') => {
                self.rest = before;
                if self.counts()?.is_some() {
                    return Err("{} with nothing to repeat".into());
                }
                self.rest = &before[1..];
                Pattern::Set(CharSet::char('{'))
            }
            Some(c) => Pattern::Set(CharSet::char(c)),
            None => return Err("an end where something should follow".into()),
        };
        Ok(Some(part))
    }

    /// A part with what says how often it is there.
    fn repeats(&mut self, part: Pattern) -> Result<Pattern, String> {
        self.skip_blank();
        let Some((min, max)) = self.counts()? else { return Ok(part) };
        if matches!(part, Pattern::WordBoundary { .. } | Pattern::Start | Pattern::End) {
            return Err("a place that is repeated".into());
        }
        let greedy = !self.eat("?");
        if self.rest.starts_with('+') {
            return Err("a possessive repeat".into());
        }
        self.skip_blank();
        if self.counts()?.is_some() {
            return Err("a repeat of a repeat".into());
        }
        Ok(Pattern::Repeat { of: Box::new(part), min, max, greedy })
    }

    /// How often: `*`, `+`, `?`, `{m,n}`. Braces that do not say it are characters.
    fn counts(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        for (sign, counts) in [("*", (0, None)), ("+", (1, None)), ("?", (0, Some(1)))] {
            if self.eat(sign) {
                return Ok(Some(counts));
            }
        }
        let Some((inner, rest)) = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
            return Ok(None);
        };
        let (low, high) = inner.split_once(',').unwrap_or((inner, inner));
        let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if inner.is_empty() || !is_number(low) || !is_number(high) {
            return Ok(None);
        }
        let number = |text: &str, default| match text {
            "" => Ok(default),
            _ => text.parse().map(Some).map_err(|_| format!("the count {text}")),
        };
        let (min, max) = (number(low, Some(0))?.unwrap_or(0), number(high, None)?);
        if max.is_some_and(|max| max < min) {
            return Err(format!("{{{inner}}}, which is at most less than at least"));
        }
        self.rest = rest;
        Ok(Some((min, max)))
    }

    fn group(&mut self, depth: usize) -> Result<Option<Pattern>, String> {
        let is_token = if self.eat("?:") {
            false
        } else if self.eat("?P<") {
            let (_, rest) = self.rest.split_once('>').ok_or("a group name that does not end")?;
            self.rest = rest;
            true
        } else if self.eat("?#") {
            let (_, rest) = self.rest.split_once(')').ok_or("a comment that does not end")?;
            self.rest = rest;
            return Ok(None);
        } else if self.rest.starts_with('?') {
            return Err(self.extension());
        } else {
            true
        };
        let inner = self.choice(depth + 1)?;
        if !self.eat(")") {
            return Err("a group that does not end".into());
        }
        Ok(Some(if is_token { Pattern::Token(Box::new(inner)) } else { grouped(inner) }))
    }

    /// What a group that can't be carried out is.
    fn extension(&self) -> String {
        let known = [
            ("?=", "look-ahead (?=…)"),
            ("?!", "look-ahead (?!…)"),
            ("?<=", "look-behind (?<=…)"),
            ("?<!", "look-behind (?<!…)"),
            ("?>", "an atomic group (?>…)"),
            ("?P=", "a back-reference (?P=…)"),
            ("?(", "a condition (?(…)…)"),
        ];
        match known.iter().find(|(start, _)| self.rest.starts_with(start)) {
            Some((_, name)) => (*name).into(),
            None => format!("({}…)", self.rest.chars().take(2).collect::<String>()),
        }
    }

    /// What a backslash stands before, outside brackets.
    fn escape(&mut self) -> Result<Pattern, String> {
        Ok(match self.peek() {
            Some('b' | 'B') => Pattern::WordBoundary { negated: self.next() == Some('B') },
            Some('A') => {
                self.next();
                Pattern::Start
            }
            Some('Z') => {
                self.next();
                Pattern::End
            }
            Some('1'..='9') => {
                let octal =
                    self.rest.get(..3).filter(|digits| digits.bytes().all(|b| (b'0'..=b'7').contains(&b)));
                let octal = octal.ok_or("a back-reference")?;
                let c = u32::from_str_radix(octal, 8).ok().filter(|&c| c < 256).and_then(char::from_u32);
                self.rest = &self.rest[3..];
                Pattern::Set(CharSet::char(c.ok_or("an octal escape above \\377")?))
            }
            _ => match self.member()? {
                Member::Char(c) => Pattern::Set(CharSet::char(c)),
                Member::Class(set) => Pattern::Set(set),
            },
        })
    }

    /// What a backslash stands before, in brackets or out of them.
    fn member(&mut self) -> Result<Member, String> {
        let c = self.next().ok_or("a backslash at the end")?;
        let class =
            |set: CharSet, is_negated: bool| Member::Class(if is_negated { set.negate() } else { set });
        Ok(match c {
            'd' | 'D' => class(self.digit(), c == 'D'),
            's' | 'S' => class(self.space(), c == 'S'),
            'w' | 'W' => class(self.word(), c == 'W'),
            'a' => Member::Char('\x07'),
            'f' => Member::Char('\x0c'),
            'n' => Member::Char('\n'),
            'r' => Member::Char('\r'),
            't' => Member::Char('\t'),
            'v' => Member::Char('\x0b'),
            'x' => Member::Char(self.code(2)?),
            'u' if !self.python2 => Member::Char(self.code(4)?),
            'U' if !self.python2 => Member::Char(self.code(8)?),
            '0' => {
                let digits = self.rest.bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
                let (octal, rest) = self.rest.split_at(digits);
                self.rest = rest;
                let code = if octal.is_empty() { Ok(0) } else { u32::from_str_radix(octal, 8) };
                Member::Char(code.ok().and_then(char::from_u32).ok_or("an octal escape")?)
            }
            c if c.is_ascii_alphanumeric() => return Err(format!("the escape \\{c}")),
            c => Member::Char(c),
        })
    }

    /// The character of a hexadecimal escape.
    fn code(&mut self, digits: usize) -> Result<char, String> {
        let hex = self.rest.get(..digits).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let c = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        let c = c.ok_or("an escape that is not a character")?;
        self.rest = &self.rest[digits..];
        Ok(c)
    }

    /// A set in brackets, behind the one that opens.
    fn brackets(&mut self) -> Result<CharSet, String> {
        let is_negated = self.eat("^");
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let mut is_first = true;
        loop {
            if !is_first && self.eat("]") {
                break;
            }
            is_first = false;
            let low = self.in_brackets()?;
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            if !is_range {
                match low {
                    Member::Char(c) => ranges.push((c.into(), c.into())),
                    Member::Class(set) => ranges.extend(set.ranges()),
                }
                continue;
            }
            self.next();
            match (low, self.in_brackets()?) {
                (Member::Char(low), Member::Char(high)) if low <= high => {
                    ranges.push((low.into(), high.into()));
                }
                _ => return Err("a range in brackets that is none".into()),
            }
        }
        let set = CharSet::new(ranges);
        Ok(if is_negated { set.negate() } else { set })
    }

    fn in_brackets(&mut self) -> Result<Member, String> {
        match self.next().ok_or("brackets that do not end")? {
            '\\' if self.eat("b") => Ok(Member::Char('\x08')),
            '\\' if self.rest.starts_with(|c| ('1'..='7').contains(&c)) => {
                Err("an octal escape in brackets".into())
            }
            '\\' => self.member(),
            c => Ok(Member::Char(c)),
        }
    }

    fn word(&self) -> CharSet {
        match self.ascii {
            true => CharSet::new(
                [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')].map(|(a, b)| (a.into(), b.into())),
            ),
            false => CharSet::new(unicode::word().iter().copied()),
        }
    }

    fn space(&self) -> CharSet {
        match self.ascii {
            true => CharSet::new([('\t', '\r'), (' ', ' ')].map(|(a, b)| (a.into(), b.into()))),
            false => CharSet::new(unicode::space().iter().copied()),
        }
    }

    fn digit(&self) -> CharSet {
        match self.ascii {
            true => CharSet::new([('0'.into(), '9'.into())]),
            false => CharSet::new(unicode::digit().iter().copied()),
        }
    }
}

/// What a group that captures nothing is of; a place in it may not be taken for a bare one, which can't be repeated.
fn grouped(inner: Pattern) -> Pattern {
    match inner {
        Pattern::Repeat { .. } | Pattern::WordBoundary { .. } | Pattern::Start | Pattern::End => {
            Pattern::Sequence(vec![inner])
        }
        _ => inner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_a_run_of_word_characters_between_boundaries() {
        let pattern = parse(r"(?u)\b\w\w+\b", false).expect("the default of scikit-learn");
        let boundary = Pattern::WordBoundary { negated: false };
        let word = Pattern::Set(CharSet::new(unicode::word().iter().copied()));
        let more = Pattern::Repeat { of: Box::new(word.clone()), min: 1, max: None, greedy: true };
        assert_eq!(*pattern.root(), Pattern::Sequence(vec![boundary.clone(), word, more, boundary]));
        assert_eq!(*pattern.words(), CharSet::new(unicode::word().iter().copied()));
        let old = parse(r"\b\w\w+\b", true).expect("without the flag");
        assert!(old.words().contains(u32::from('z')) && !old.words().contains(u32::from('é')));
    }

    #[test]
    fn what_python_refuses_or_can_not_be_carried_out_is_named() {
        for (source, message) in [
            ("(?i)a", "the flag (?i)"),
            ("a(?=b)", "look-ahead"),
            ("(?<!a)b", "look-behind"),
            (r"(a)\1", "a back-reference"),
            ("(?P<x>a)(?P=x)", "a back-reference"),
            ("(?>a)", "an atomic group"),
            ("a++", "a possessive repeat"),
            ("a**", "a repeat of a repeat"),
            ("*a", "nothing to repeat"),
            ("{2}a", "nothing to repeat"),
            (r"\b+a", "a place that is repeated"),
            ("a$", "$"),
            ("(a", "does not end"),
            ("a)", "closes nothing"),
            ("[a", "do not end"),
            ("[z-a]", "a range in brackets"),
            (r"[\w-z]", "a range in brackets"),
            (r"\q", r"the escape \q"),
            (r"\N{BULLET}", r"the escape \N"),
            ("a{3,2}", "at most less than at least"),
            ("a{99999999999}", "the count"),
            ("a*", "matches the empty text"),
            ("(a)(b)", "more than one capturing group"),
            ("(?(1)a|b)", "a condition"),
            ("(?i:a)", "(?i…)"),
            ("a(?u)b", "(?u…)"),
            ("a\\", "a backslash at the end"),
            (r"\x4", "not a character"),
            (r"\ud800", "not a character"),
        ] {
            let error = parse(source, false).expect_err(source);
            assert!(error.contains(message), "{source}: {error}");
        }
        assert!(parse(&"(?:".repeat(40), false).expect_err("deep").contains("nested more than"));
        assert!(parse(r"\u0041", true).is_err(), "Python 2 has no such escape");
    }

    #[test]
    fn braces_that_do_not_count_are_characters() {
        for source in ["a{,x}", "{", "a{}", "x{1", "{a}"] {
            assert!(parse(source, false).is_ok(), "{source}");
        }
        let open = parse("a{,2}b", false).expect("a count without its start");
        let Pattern::Sequence(parts) = open.root() else { panic!("two parts") };
        assert!(matches!(parts[0], Pattern::Repeat { min: 0, max: Some(2), .. }));
    }
}
