use cannery_graph::{Accents, unicode};

/// A text without its accents: itself, or what is written over `out`.
pub(super) fn strip<'t>(text: &'t str, accents: Accents, out: &'t mut String) -> &'t str {
    let stays = match accents {
        Accents::Keep => true,
        Accents::Ascii | Accents::Unicode => text.is_ascii(),
        Accents::UnicodeUnlessNfkd => is_nfkd(text),
    };
    if stays {
        return text;
    }
    out.clear();
    for c in text.chars() {
        let start = out.len();
        unicode::push_stripped(c, out);
        if accents == Accents::Ascii && !c.is_ascii() {
            keep_ascii(out, start);
        }
    }
    out
}

/// Takes everything from a position on away that is not ASCII.
fn keep_ascii(text: &mut String, start: usize) {
    if !text[start..].is_ascii() {
        let kept: String = text[start..].chars().filter(char::is_ascii).collect();
        text.truncate(start);
        text.push_str(&kept);
    }
}

/// Whether nothing comes apart and combining characters are in their order.
fn is_nfkd(text: &str) -> bool {
    if text.is_ascii() {
        return true;
    }
    let mut before = 0;
    text.chars().all(|c| {
        let class = unicode::combining(c);
        let in_order = class == 0 || before <= class;
        before = class;
        in_order && !unicode::is_decomposable(c)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays() {
        let strip = |text: &str, accents| strip(text, accents, &mut String::new()).to_owned();
        for (text, ascii, unicode, old) in [
            ("plain", "plain", "plain", "plain"),
            ("café ﬁ ½ Ελλά", "cafe fi 12 ", "cafe fi 1⁄2 Ελλα", "cafe fi 1⁄2 Ελλα"),
            ("e\u{301}", "e", "e", "e\u{301}"),
            ("e\u{301}\u{327}", "e", "e", "e"),
            ("é e\u{301}", "e e", "e e", "e e"),
        ] {
            assert_eq!(strip(text, Accents::Keep), text);
            assert_eq!(strip(text, Accents::Ascii), ascii);
            assert_eq!(strip(text, Accents::Unicode), unicode);
            assert_eq!(strip(text, Accents::UnicodeUnlessNfkd), old);
        }
    }
}
