//! The words of a quiz: kept in one list, so that questions are the same in every language.

use serde::{Deserialize, Serialize};

use crate::content::format::{Locale, Localised, localise};

/// Words of a quiz in all its languages, by their place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(pub(super) usize);

/// The words of a quiz in one language.
#[derive(Debug, Clone, Copy)]
pub struct WordsIn<'q> {
    texts: &'q [Localised],
    locale: Locale,
}

impl<'q> WordsIn<'q> {
    pub(super) fn new(texts: &'q [Localised], locale: Locale) -> Self {
        Self { texts, locale }
    }

    /// As HTML.
    pub fn of(&self, words: Words) -> &'q str {
        self.texts.get(words.0).map_or("", |text| localise(text, self.locale))
    }

    pub fn of_all(&self, words: &[Words]) -> Vec<String> {
        words.iter().map(|&words| self.of(words).to_owned()).collect()
    }
}
