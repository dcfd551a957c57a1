//! A few thousand characters against what Python says of each: `scripts/unicode_tables.py` wrote them.

use cannery_graph::CharSet;
use cannery_graph::unicode::{self, Case};

const CHARACTERS: &str = include_str!("unicode/characters.tsv");

fn text(points: &str) -> String {
    let point = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    points.split(' ').filter_map(point).collect()
}

#[test]
fn every_character_is_what_python_says() {
    let sets = [('w', unicode::word()), ('s', unicode::space()), ('d', unicode::digit())];
    let sets = sets.map(|(kind, ranges)| (kind, CharSet::new(ranges.iter().copied())));
    for line in CHARACTERS.lines() {
        let &[point, kinds, combining, lower, stripped] = &line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("five columns: {line}")
        };
        let c = text(point).chars().next().expect("a character");
        for (kind, set) in &sets {
            assert_eq!(set.contains(c.into()), kinds.contains(*kind), "{line}: {kind}");
        }
        assert_eq!(unicode::is_space(c), kinds.contains('s'), "{line}");
        assert_eq!(unicode::combining(c).to_string(), combining, "{line}");
        if c != '\u{130}' {
            assert_eq!(unicode::lower(c).to_string(), text(lower), "{line}");
        }
        let mut out = String::new();
        unicode::push_stripped(c, &mut out);
        assert_eq!(out, text(stripped), "{line}");
        if combining == "0" {
            assert_eq!(unicode::is_decomposable(c), text(stripped) != c.to_string(), "{line}");
        }
    }
    assert!(CHARACTERS.lines().count() > 4000);
    assert_eq!(unicode::case('ⅷ'), Case::Cased);
}
