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

use crate::estimator::Class;

const MODULE: &str = "sklearn.feature_extraction.text";

pub(crate) const CLASSES: &[Class] = &[
    Class { module: MODULE, name: "CountVectorizer", read: count_vectorizer::read },
    Class { module: MODULE, name: "HashingVectorizer", read: hashing_vectorizer::read },
    Class { module: MODULE, name: "TfidfTransformer", read: tfidf_transformer::read },
    Class { module: MODULE, name: "TfidfVectorizer", read: tfidf_vectorizer::read },
];
