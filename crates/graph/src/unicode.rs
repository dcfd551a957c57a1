//! Characters as Python 3.13 knows them: what the operators on text compute with.
//!
//! The tables come from Python itself (`scripts/unicode_tables.py`), not from the Unicode files: `\w` of Python's `re` is
//! not what Unicode recommends (it has no combining marks), and a model means what Python did. Older Pythons had older
//! Unicode versions; characters that were assigned or changed since are read as [`VERSION`] has them.

mod tables;

use std::sync::LazyLock;

use tables::{CASE_IGNORABLE, CASED, COMBINING, DIGIT, LOWER, SPACE, WORD};

/// The Unicode version of the tables.
pub const VERSION: &str = tables::VERSION;

/// `\w` of a `str` pattern: `str.isalnum` or the underscore. First and last code points, ascending.
pub fn word() -> &'static [(u32, u32)] {
    &WORD
}

/// `\s` of a `str` pattern, and what `str.split` splits at. First and last code points, ascending.
pub fn space() -> &'static [(u32, u32)] {
    &SPACE
}

/// `\d` of a `str` pattern: decimal digits. First and last code points, ascending.
pub fn digit() -> &'static [(u32, u32)] {
    &DIGIT
}

/// Whether `str.isspace`.
pub fn is_space(c: char) -> bool {
    if c.is_ascii() { matches!(c, '\t'..='\r' | '\x1c'..=' ') } else { contains(&SPACE, c) }
}

/// The lower case of one character by itself: the same one where there is none, and for U+0130, whose lower case is two.
/// The capital sigma becomes the small one that is not at the end of a word.
pub fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let point = u32::from(c);
    let after = LOWER.partition_point(|&(first, ..)| first <= point);
    match after.checked_sub(1).map(|index| LOWER[index]) {
        Some((first, last, step, delta)) if point <= last && (point - first) % step == 0 => {
            point.checked_add_signed(delta).and_then(char::from_u32).unwrap_or(c)
        }
        _ => c,
    }
}

/// What a character says about a capital sigma beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// A letter that has case, and is not ignorable.
    Cased,
    /// Looked through, such as an apostrophe or a combining mark.
    Ignorable,
    /// Neither.
    Uncased,
}

/// What a character says about a capital sigma beside it.
pub fn case(c: char) -> Case {
    if c.is_ascii_alphabetic() || contains(&CASED, c) {
        Case::Cased
    } else if contains(&CASE_IGNORABLE, c) {
        Case::Ignorable
    } else {
        Case::Uncased
    }
}

/// `unicodedata.combining`: the canonical combining class, 0 for what is no combining character.
pub fn combining(c: char) -> u8 {
    let point = u32::from(c);
    if point < COMBINING[0].0 {
        return 0;
    }
    let at = COMBINING.partition_point(|&(_, last, _)| last < point);
    COMBINING.get(at).filter(|&&(first, ..)| first <= point).map_or(0, |&(.., class)| class)
}

/// Whether NFKD makes something else of a character that stands alone.
pub fn is_decomposable(c: char) -> bool {
    !c.is_ascii() && (hangul(c).is_some() || DECOMPOSITIONS.find(c).is_some())
}

/// Appends NFKD of a character without the combining characters in it.
pub fn push_stripped(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c);
    } else if let Some(jamo) = hangul(c) {
        out.extend(jamo.into_iter().flatten());
    } else if let Some(text) = DECOMPOSITIONS.find(c) {
        out.push_str(text);
    } else if combining(c) == 0 {
        out.push(c);
    }
}

fn contains(ranges: &[(u32, u32)], c: char) -> bool {
    let point = u32::from(c);
    let at = ranges.partition_point(|&(_, last)| last < point);
    ranges.get(at).is_some_and(|&(first, _)| first <= point)
}

/// The conjoining jamo of a Hangul syllable. Source: section 3.12 of the Unicode standard.
fn hangul(c: char) -> Option<[Option<char>; 3]> {
    const FIRST: u32 = 0xAC00;
    const SYLLABLES: u32 = 11_172;
    const LEADING: u32 = 0x1100;
    const VOWEL: u32 = 0x1161;
    const TRAILING: u32 = 0x11A7;
    let index = u32::from(c).checked_sub(FIRST).filter(|&index| index < SYLLABLES)?;
    let trailing = index % 28;
    Some([
        char::from_u32(LEADING + index / 588),
        char::from_u32(VOWEL + index % 588 / 28),
        (trailing != 0).then(|| char::from_u32(TRAILING + trailing)).flatten(),
    ])
}

/// The decompositions of characters that are no Hangul syllables, without combining characters.
static DECOMPOSITIONS: LazyLock<Decompositions> = LazyLock::new(Decompositions::parse);

#[derive(Default)]
struct Decompositions {
    /// Ascending; to each belongs the text up to its end.
    points: Vec<u32>,
    ends: Vec<usize>,
    text: String,
}

impl Decompositions {
    /// Lines of a code point, a tab, and the code points of its decomposition. All hexadecimal.
    fn parse() -> Self {
        let mut all = Self::default();
        let number = |text| u32::from_str_radix(text, 16).ok();
        for line in include_str!("unicode/decompositions.tsv").lines() {
            let (point, text) = line.split_once('\t').unwrap_or((line, ""));
            all.text.extend(text.split(' ').filter_map(number).filter_map(char::from_u32));
            all.points.extend(number(point));
            all.ends.push(all.text.len());
        }
        all
    }

    fn find(&self, c: char) -> Option<&str> {
        let at = self.points.binary_search(&c.into()).ok()?;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        Some(&self.text[start..self.ends[at]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> String {
        let mut out = String::new();
        text.chars().for_each(|c| push_stripped(c, &mut out));
        out
    }

    #[test]
    fn lower_case_of_single_characters() {
        let pairs =
            [('A', 'a'), ('z', 'z'), ('É', 'é'), ('Σ', 'σ'), ('İ', 'İ'), ('Ā', 'ā'), ('ā', 'ā'), ('ǅ', 'ǆ')];
        for (c, want) in
            pairs.into_iter().chain([('Ა', 'ა'), ('Ꭰ', 'ꭰ'), ('K', 'k'), ('東', '東'), ('𐐀', '𐐨')])
        {
            assert_eq!(lower(c), want);
        }
    }

    #[test]
    fn accents_ligatures_and_syllables_come_apart() {
        assert_eq!(stripped("café ﬁn ½ Ǆ 각 e\u{301} ß"), "cafe fin 1⁄2 DZ \u{1100}\u{1161}\u{11a8} e ß");
        assert!(is_decomposable('각') && is_decomposable('é') && !is_decomposable('\u{301}'));
    }

    #[test]
    fn combining_marks_are_no_word_characters() {
        assert_eq!([combining('\u{301}'), combining('\u{345}'), combining('a')], [230, 240, 0]);
        assert!(!contains(word(), '\u{301}') && contains(word(), '²') && contains(word(), '_'));
        assert!(contains(digit(), '٣') && !contains(digit(), '²'));
        assert!(is_space('\u{1f}') && is_space('\u{85}') && !is_space('\u{200b}'));
    }

    #[test]
    fn letters_apostrophes_and_spaces_beside_a_sigma() {
        assert_eq!([case('a'), case('\''), case(' ')], [Case::Cased, Case::Ignorable, Case::Uncased]);
    }
}
