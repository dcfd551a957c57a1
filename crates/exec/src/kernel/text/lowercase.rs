use cannery_graph::Lowercase;
use cannery_graph::unicode::{self, Case};

/// Writes the small letters of a text over `out`.
pub(super) fn lowercase(text: &str, how: Lowercase, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
        return;
    }
    for (at, c) in text.char_indices() {
        match (c, how) {
            ('\u{130}', Lowercase::Full) => out.push_str("i\u{307}"),
            ('\u{130}', Lowercase::Simple) => out.push('i'),
            ('Σ', Lowercase::Full) => out.push(if ends_word(text, at) { 'ς' } else { 'σ' }),
            _ => out.push(unicode::lower(c)),
        }
    }
}

/// Whether the capital sigma at a position has a cased letter before it and none behind it.
fn ends_word(text: &str, at: usize) -> bool {
    let cased = |c| match unicode::case(c) {
        Case::Ignorable => None,
        Case::Cased => Some(true),
        Case::Uncased => Some(false),
    };
    let mut behind = text[at..].chars().skip(1);
    text[..at].chars().rev().find_map(cased) == Some(true) && behind.find_map(cased) != Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lower(text: &str, how: Lowercase) -> String {
        let mut out = String::from("before");
        lowercase(text, how, &mut out);
        out
    }

    #[test]
    fn sigmas_and_dots() {
        for (text, full, simple) in [
            ("ABC x_1", "abc x_1", "abc x_1"),
            ("ΟΔΥΣΣΕΥΣ Σ ΣΑ", "οδυσσευς σ σα", "οδυσσευσ σ σα"),
            ("ΑΣ'Σ' ΑΣ.Α ΑΣ,Α", "ασ'ς' ασ.α ας,α", "ασ'σ' ασ.α ασ,α"),
            ("İSTANBUL ÇAY", "i\u{307}stanbul çay", "istanbul çay"),
        ] {
            assert_eq!(lower(text, Lowercase::Full), full);
            assert_eq!(lower(text, Lowercase::Simple), simple);
        }
    }
}
