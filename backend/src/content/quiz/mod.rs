//! `quiz.yaml`: what is asked, how answers are scored, and when they are shown.
//!
//! A kind of question is one file in `kinds`: how it is written, what a browser is shown of it, how an answer is
//! scored, and what is told afterwards. Nothing in `Asked` tells the answer.

mod kinds;
mod order;
mod read;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{EnumString, VariantNames};
use utoipa::ToSchema;

use super::format::Locale;
use super::words::{Texts, TextsDraft};
use crate::db::types::ChapterId;

pub use super::words::{Words, WordsIn};
pub use kinds::{Answer, Asked, Solution, Task};
pub use order::Order;
pub(super) use read::read;

/// A quiz as it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quiz {
    pub rules: Rules,
    pub questions: Vec<Question>,
    /// All words, as HTML; questions refer to them.
    texts: Texts,
}

/// A quiz whose words wait for the ids of chapters.
#[derive(Debug, Clone, PartialEq)]
pub struct QuizDraft {
    rules: Rules,
    questions: Vec<Question>,
    texts: TextsDraft,
}

/// How a quiz may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rules {
    /// How often it may be taken; without a number, as often as one likes.
    pub attempts: Option<u32>,
    /// Minutes for one attempt.
    pub minutes: Option<u16>,
    /// The share of the points with which it is passed, 1 to 100.
    pub pass_percent: u8,
    pub counts: Counts,
    /// Questions and options stand in another order for each attempt.
    pub shuffle: bool,
    pub answers: AnswersShown,
}

/// Which of several attempts counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, ToSchema, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Counts {
    #[default]
    Best,
    Last,
    First,
}

/// When a trainee is shown what was right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, ToSchema, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AnswersShown {
    /// With each attempt's result.
    AfterAttempt,
    /// Once it is passed, or no attempt is left.
    #[default]
    AtTheEnd,
    Never,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Its name within the quiz: what is answered and counted by it stays the same when the words change.
    pub key: String,
    pub points: u32,
    pub text: Words,
    /// Why it is so: shown with the answer.
    pub explanation: Option<Words>,
    #[serde(flatten)]
    pub task: Task,
}

/// What an answer is worth, and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// 0 for wrong to 1 for right.
    pub credit: f64,
    /// In the order of what was chosen.
    pub feedback: Vec<Words>,
}

impl Scored {
    fn all_or_nothing(right: bool) -> Self {
        Self { credit: if right { 1.0 } else { 0.0 }, feedback: Vec::new() }
    }
}

impl Quiz {
    /// Its words in a language.
    pub fn words_in(&self, locale: Locale) -> WordsIn<'_> {
        self.texts.in_language(locale)
    }

    /// All points there are.
    pub fn points(&self) -> u32 {
        self.questions.iter().map(|question| question.points).sum()
    }
}

impl QuizDraft {
    /// Fills in the ids of chapters.
    pub fn fill(&self, own: ChapterId, id_of: impl Fn(&str) -> Option<ChapterId>) -> Quiz {
        Quiz { rules: self.rules, questions: self.questions.clone(), texts: self.texts.fill(own, id_of) }
    }

    /// File names of the images it shows.
    pub fn images(&self) -> BTreeSet<&String> {
        self.texts.images()
    }
}

#[cfg(test)]
mod tests;
