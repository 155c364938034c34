//! `course.yaml`: what a course is made of, and how it is read.

mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};
use utoipa::ToSchema;

use super::report::Position;

pub(super) use read::{name, read};

/// A language a course may be written in.
pub use crate::locale::Locale;

/// One text in each language of the course.
pub type Localised = BTreeMap<Locale, String>;

/// The text in this language, or in the first there is.
pub fn localise(texts: &Localised, locale: Locale) -> &str {
    texts.get(&locale).or_else(|| texts.values().next()).map_or("", String::as_str)
}

/// Lower case letters, digits and single hyphens between them: what becomes part of addresses and file names.
pub fn is_slug(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() <= LONGEST_SLUG && text.split('-').all(|part| !part.is_empty() && part.bytes().all(plain))
}

const LONGEST_SLUG: usize = 64;

/// What a chapter is for its reader.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr, ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Kind {
    Text,
    Coding,
    Quiz,
    Assignment,
}

impl Kind {
    /// Whether its text stands beside a notebook.
    pub fn has_notebook(self) -> bool {
        matches!(self, Self::Coding | Self::Assignment)
    }
}

/// What a notebook server of the course is given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    pub memory_mb: u32,
    pub cpu: f64,
}

impl Default for Profile {
    fn default() -> Self {
        Self { memory_mb: 1024, cpu: 0.5 }
    }
}

/// When a course is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CourseRule {
    /// The share of its available chapters, 1 to 100; 100 is all of them.
    pub chapters_percent: u8,
}

/// When a chapter is completed: everything asked for, or the trainee's own mark where that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChapterRule {
    /// The text was read to its end.
    pub read: bool,
    /// The share of the notebook's code cells that ran without an error; 0 asks for none, 100 for all.
    pub cells_percent: u8,
    /// The trainee may mark it completed.
    pub self_mark: bool,
    /// The quiz, or the assignment, was passed.
    #[serde(default)]
    pub passed: bool,
}

impl ChapterRule {
    /// What holds where `course.yaml` says nothing.
    pub fn default_of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self { read: true, cells_percent: 0, self_mark: false, passed: false },
            Kind::Coding => Self { read: true, cells_percent: 100, self_mark: false, passed: false },
            Kind::Quiz => Self { read: false, cells_percent: 0, self_mark: false, passed: true },
            Kind::Assignment => Self { read: false, cells_percent: 0, self_mark: false, passed: true },
        }
    }
}

/// A course as `course.yaml` describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    pub slug: String,
    pub languages: Vec<Locale>,
    pub title: Localised,
    pub summary: Localised,
    pub profile: Profile,
    pub completion: CourseRule,
    pub sections: Vec<Section>,
}

impl Course {
    /// All chapters, in order.
    pub fn chapters(&self) -> impl Iterator<Item = &Chapter> {
        self.sections.iter().flat_map(|section| &section.chapters)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: Localised,
    pub chapters: Vec<Chapter>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Its name in the content repository; with the course, its identity.
    pub key: String,
    /// The key it had before it was renamed, so that it stays the same chapter.
    pub was: Option<String>,
    pub kind: Kind,
    pub title: Localised,
    pub minutes: u16,
    pub completion: ChapterRule,
    /// Where `course.yaml` names it.
    pub at: Position,
}
