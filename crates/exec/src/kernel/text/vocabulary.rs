use std::hash::BuildHasher;

use cannery_graph::Terms;
use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Terms, to be found by their text.
#[derive(Debug)]
pub(super) struct Vocabulary {
    terms: Terms,
    columns: HashTable<u32>,
    hasher: RandomState,
    /// Bytes of the longest term.
    longest: usize,
}

impl Vocabulary {
    pub(super) fn new(terms: &Terms) -> Self {
        let (mut columns, hasher) = (HashTable::with_capacity(terms.len()), RandomState::default());
        let hash = |term: &str| hasher.hash_one(term);
        for (column, term) in (0..).zip(terms.iter()) {
            columns.insert_unique(hash(term), column, |&column: &u32| hash(terms.term(column as usize)));
        }
        let longest = terms.iter().map(str::len).max().unwrap_or(0);
        Self { terms: terms.clone(), columns, hasher, longest }
    }

    /// The column of a term.
    pub(super) fn column(&self, token: &str) -> Option<u32> {
        if token.len() > self.longest {
            return None;
        }
        let is_term = |&column: &u32| self.terms.term(column as usize) == token;
        self.columns.find(self.hasher.hash_one(token), is_term).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_found_and_nothing_else() {
        let words = Vec::from_iter((0..3000).map(|i| format!("{i}é")));
        let terms = Terms::new(words.iter().map(String::as_str).chain([""])).expect("few");
        let vocabulary = Vocabulary::new(&terms);
        for (column, word) in (0..).zip(&words) {
            assert_eq!(vocabulary.column(word), Some(column));
        }
        assert_eq!(vocabulary.column(""), Some(3000));
        assert_eq!(
            [vocabulary.column("3000é"), vocabulary.column("10"), vocabulary.column("11111111é")],
            [None; 3]
        );
    }
}
