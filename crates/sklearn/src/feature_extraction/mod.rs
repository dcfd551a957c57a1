//! `sklearn.feature_extraction`: numbers from texts.

mod analyzer;
mod count_vectorizer;
mod dict_vectorizer;
mod feature_hasher;
mod hashing_vectorizer;
mod pattern;
mod stop_words;
mod tfidf_transformer;
mod tfidf_vectorizer;
mod vocabulary;
mod weights;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[
    count_vectorizer::ENTRY,
    dict_vectorizer::ENTRY,
    feature_hasher::ENTRY,
    hashing_vectorizer::ENTRY,
    tfidf_transformer::ENTRY,
    tfidf_vectorizer::ENTRY,
];
