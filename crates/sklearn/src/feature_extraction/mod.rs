//! `sklearn.feature_extraction`: numbers from texts.

mod analyzer;
mod count_vectorizer;
mod hashing_vectorizer;
mod pattern;
mod stop_words;
mod tfidf_transformer;
mod tfidf_vectorizer;
mod vocabulary;
mod weights;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] =
    &[count_vectorizer::ENTRY, hashing_vectorizer::ENTRY, tfidf_transformer::ENTRY, tfidf_vectorizer::ENTRY];
