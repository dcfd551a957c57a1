use std::fmt;

/// Texts in one buffer, one after the other.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Texts {
    buffer: String,
    /// Where each text ends in the buffer.
    ends: Vec<usize>,
}

impl Texts {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a text at the end.
    pub fn push(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
    }

    /// The text at an index below [`len`](Self::len).
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.buffer.get(start..end)
    }

    /// The texts in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator + Clone {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Adds the texts of another one.
    pub fn append(&mut self, more: &Self) {
        let before = self.buffer.len();
        self.buffer.push_str(&more.buffer);
        self.ends.extend(more.ends.iter().map(|end| before + end));
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut all = Self::new();
        all.extend(texts);
        all
    }
}

impl<T: AsRef<str>> Extend<T> for Texts {
    fn extend<I: IntoIterator<Item = T>>(&mut self, texts: I) {
        texts.into_iter().for_each(|text| self.push(text.as_ref()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_was_pushed() {
        let words = ["", "é", "", "naïve", "a"];
        let mut texts: Texts = words.into_iter().collect();
        assert_eq!(texts.iter().collect::<Vec<_>>(), words);
        assert_eq!((texts.len(), texts.get(3), texts.get(5)), (5, Some("naïve"), None));
        texts.append(&["b", ""].into_iter().collect());
        assert_eq!(texts.iter().rev().take(3).collect::<Vec<_>>(), ["", "b", "a"]);
        assert_eq!(format!("{texts:?}"), r#"["", "é", "", "naïve", "a", "b", ""]"#);
    }
}
