//! `assignment.yaml`: what is handed in, what is looked at, and how it is scored.
//!
//! Criteria are for tutors, checks for a program (`checks.py`); together their points are all there are.

mod read;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{EnumString, VariantNames};
use utoipa::ToSchema;

use super::words::{Texts, TextsDraft, Words, WordsIn};
use crate::blobs::BlobId;
use crate::content::format::Locale;
use crate::db::types::ChapterId;

pub(super) use read::read;

/// An assignment as it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub rules: HandInRules,
    pub rubric: Vec<Criterion>,
    pub checks: Vec<Check>,
    /// `checks.py`, which no trainee sees.
    pub checks_sha256: Option<BlobId>,
    texts: Texts,
}

/// An assignment whose words wait for the ids of chapters.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignmentDraft {
    rules: HandInRules,
    rubric: Vec<Criterion>,
    checks: Vec<Check>,
    texts: TextsDraft,
}

/// How it is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandInRules {
    /// How often it is graded; without a number, as often as it takes. What gave way before a tutor came to it is free.
    pub attempts: Option<u32>,
    /// The share of the points with which it is passed, 1 to 100; what a tutor decides counts.
    pub pass_percent: u8,
    pub late: Late,
    /// Tutors do not see whose work it is.
    #[serde(default)]
    pub blind: bool,
}

/// What happens to work that comes after the due date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, ToSchema, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Late {
    /// It is taken, and marked as late.
    #[default]
    Accepted,
    Refused,
}

/// One thing a tutor looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub key: String,
    pub title: Words,
    /// From the lowest to the highest.
    pub levels: Vec<Level>,
}

/// How well a criterion is met.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    pub points: u32,
    pub text: Words,
}

/// One test of `checks.py`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Name of the function.
    pub test: String,
    pub points: u32,
    pub title: Words,
    /// Said where it fails.
    pub hint: Option<Words>,
    /// Trainees may run it before they hand in.
    pub visible: bool,
}

impl Criterion {
    pub fn points(&self) -> u32 {
        self.levels.last().map_or(0, |level| level.points)
    }
}

impl Assignment {
    /// Its words in a language.
    pub fn words_in(&self, locale: Locale) -> WordsIn<'_> {
        self.texts.in_language(locale)
    }

    /// All points there are.
    pub fn points(&self) -> u32 {
        let looked_at: u32 = self.rubric.iter().map(Criterion::points).sum();
        let checked: u32 = self.checks.iter().map(|check| check.points).sum();
        looked_at + checked
    }
}

impl AssignmentDraft {
    /// Fills in the ids of chapters.
    pub fn fill(
        &self,
        checks_sha256: Option<BlobId>,
        own: ChapterId,
        id_of: impl Fn(&str) -> Option<ChapterId>,
    ) -> Assignment {
        Assignment {
            rules: self.rules,
            rubric: self.rubric.clone(),
            checks: self.checks.clone(),
            checks_sha256,
            texts: self.texts.fill(own, id_of),
        }
    }

    /// File names of the images it shows.
    pub fn images(&self) -> BTreeSet<&String> {
        self.texts.images()
    }
}

#[cfg(test)]
mod tests;
