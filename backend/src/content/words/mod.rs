//! The words of quizzes and assignments: kept in one list, so that what is asked is the same in every language.

mod reader;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::format::{Locale, Localised, localise};
use super::html::Rendered;
use crate::db::types::ChapterId;

pub(super) use reader::Reader;

/// Words in all languages of the course, by their place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(usize);

/// All words of a quiz or an assignment, as HTML.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Texts(Vec<Localised>);

/// Words that wait for the ids of chapters.
#[derive(Debug, Clone, PartialEq)]
pub struct TextsDraft(Vec<BTreeMap<Locale, Rendered>>);

impl Texts {
    pub fn in_language(&self, locale: Locale) -> WordsIn<'_> {
        WordsIn { texts: &self.0, locale }
    }
}

impl TextsDraft {
    /// Fills in the ids of chapters.
    pub fn fill(&self, own: ChapterId, id_of: impl Fn(&str) -> Option<ChapterId>) -> Texts {
        let filled = |texts: &BTreeMap<Locale, Rendered>| {
            texts.iter().map(|(locale, text)| (*locale, text.html.fill(own, &id_of))).collect()
        };
        Texts(self.0.iter().map(filled).collect())
    }

    /// File names of the images they show.
    pub fn images(&self) -> BTreeSet<&String> {
        self.0.iter().flat_map(BTreeMap::values).flat_map(|text| &text.images).collect()
    }
}

/// The words in one language.
#[derive(Debug, Clone, Copy)]
pub struct WordsIn<'q> {
    texts: &'q [Localised],
    locale: Locale,
}

impl<'q> WordsIn<'q> {
    /// As HTML.
    pub fn of(&self, words: Words) -> &'q str {
        self.texts.get(words.0).map_or("", |text| localise(text, self.locale))
    }

    pub fn of_all(&self, words: &[Words]) -> Vec<String> {
        words.iter().map(|&words| self.of(words).to_owned()).collect()
    }
}
