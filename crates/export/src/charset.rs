//! Sets of characters in patterns, as RE2 and Java both write them.

use cannery_graph::CharSet;

/// A space ends a token: terms of several tokens are joined by it.
pub(crate) const SPACE: u32 = 0x20;

/// Code points that no text has.
const SURROGATES: (u32, u32) = (0xd800, 0xdfff);

/// A set by its ranges.
pub(crate) fn class(set: &CharSet) -> String {
    let mut text = String::from("[");
    let (low, high) = SURROGATES;
    for &(first, last) in set.ranges() {
        for (first, last) in [(first, last.min(low - 1)), (first.max(high + 1), last)] {
            if first > last {
                continue;
            }
            text.push_str(&format!("\\x{{{first:X}}}"));
            if first < last {
                text.push_str(&format!("-\\x{{{last:X}}}"));
            }
        }
    }
    // none of all characters
    if text.len() == 1 {
        text.push_str("^\\x{0}-\\x{10FFFF}");
    }
    text.push(']');
    text
}
