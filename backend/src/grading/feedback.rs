//! What a tutor says: levels of the rubric, points, comments at cells, a message, a verdict. One document, saved as a
//! whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use crate::assignments::SubmissionState;
use crate::content::assignment::Assignment;
use crate::http::problem::{INVALID_FIELDS, Problem};

const LONGEST_MESSAGE: usize = 10_000;
const LONGEST_COMMENT: usize = 4_000;
const MOST_COMMENTS: usize = 200;
const LONGEST_ID: usize = 200;
const MOST_LEVELS: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    NeedsWork,
    Passed,
}

impl From<Verdict> for SubmissionState {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::NeedsWork => Self::NeedsWork,
            Verdict::Passed => Self::Passed,
        }
    }
}

/// What a tutor says of a submission.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Feedback {
    /// By the key of a criterion, the level it meets, from 0.
    pub levels: BTreeMap<String, usize>,
    /// In place of the sum of levels and checks.
    pub points: Option<u32>,
    /// To the whole; plain text.
    pub message: String,
    pub comments: Vec<Comment>,
    pub verdict: Option<Verdict>,
}

/// What is said of a cell, or of a line in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// Made by whoever writes it; its own within the document.
    pub id: String,
    pub cell: String,
    /// From 1.
    pub line: Option<u32>,
    /// Plain text.
    pub text: String,
}

impl Feedback {
    /// Whether it can be kept. It need not be complete: it is a draft.
    pub fn check(&self, assignment: &Assignment) -> Result<(), Problem> {
        let mut wrong = Vec::new();
        let mut refuse = |pointer: String, code: &'static str, detail: String| wrong.push((pointer, code, detail));
        let long = |text: &str, most: usize| text.chars().count() > most;
        if long(&self.message, LONGEST_MESSAGE) {
            refuse("/feedback/message".into(), "too_long", format!("≤ {LONGEST_MESSAGE}"));
        }
        if self.comments.len() > MOST_COMMENTS {
            refuse("/feedback/comments".into(), "too_long", format!("≤ {MOST_COMMENTS}"));
        }
        if self.levels.len() > MOST_LEVELS {
            refuse("/feedback/levels".into(), "too_long", format!("≤ {MOST_LEVELS}"));
        }
        for (index, comment) in self.comments.iter().take(MOST_COMMENTS).enumerate() {
            let fields = [
                ("text", &comment.text, LONGEST_COMMENT),
                ("cell", &comment.cell, LONGEST_ID),
                ("id", &comment.id, LONGEST_ID),
            ];
            for (name, text, most) in fields {
                if long(text, most) {
                    refuse(format!("/feedback/comments/{index}/{name}"), "too_long", format!("≤ {most}"));
                }
            }
        }
        for (key, level) in self.levels.iter().take(MOST_LEVELS) {
            let known = assignment.rubric.iter().find(|criterion| criterion.key == *key);
            if known.is_none_or(|criterion| *level >= criterion.levels.len()) {
                refuse(format!("/feedback/levels/{}", pointer(key)), "unknown", format!("{key:.40}: {level}"));
            }
        }
        if self.points.is_some_and(|points| points > assignment.points()) {
            refuse("/feedback/points".into(), "out_of_range", format!("≤ {}", assignment.points()));
        }
        refused(wrong)
    }

    /// Whether it can be sent: every criterion is looked at, and who has to go on is told why.
    pub fn check_complete(&self, assignment: &Assignment) -> Result<Verdict, Problem> {
        self.check(assignment)?;
        let mut wrong = Vec::new();
        for criterion in assignment.rubric.iter().filter(|criterion| !self.levels.contains_key(&criterion.key)) {
            wrong.push((format!("/feedback/levels/{}", pointer(&criterion.key)), "required", criterion.key.clone()));
        }
        let told =
            !self.message.trim().is_empty() || self.comments.iter().any(|comment| !comment.text.trim().is_empty());
        if self.verdict == Some(Verdict::NeedsWork) && !told {
            wrong.push(("/feedback/message".to_owned(), "reason_required", String::new()));
        }
        if self.verdict.is_none() {
            wrong.push(("/feedback/verdict".to_owned(), "required", String::new()));
        }
        refused(wrong)?;
        self.verdict.ok_or_else(|| INVALID_FIELDS.problem())
    }

    /// As it is sent: without comments that say nothing.
    pub fn tidied(mut self) -> Self {
        self.comments.retain(|comment| !comment.text.trim().is_empty());
        self
    }

    /// The points it comes to, with those that the checks propose.
    pub fn score(&self, assignment: &Assignment, proposed: Option<u32>) -> u32 {
        self.points.unwrap_or_else(|| self.levels_score(assignment) + proposed.unwrap_or(0))
    }

    fn levels_score(&self, assignment: &Assignment) -> u32 {
        let level = |key: &str, index: usize| {
            let criterion = assignment.rubric.iter().find(|criterion| criterion.key == key)?;
            criterion.levels.get(index).map(|level| level.points)
        };
        self.levels.iter().filter_map(|(key, index)| level(key, *index)).sum()
    }
}

fn pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn refused(wrong: Vec<(String, &'static str, String)>) -> Result<(), Problem> {
    if wrong.is_empty() {
        return Ok(());
    }
    let problem = wrong
        .into_iter()
        .fold(INVALID_FIELDS.problem(), |problem, (pointer, code, detail)| problem.at(&pointer, code, detail));
    Err(problem)
}
