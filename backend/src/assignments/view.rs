//! What trainees are shown of an assignment and of what they handed in. Nothing in here tells a hidden check.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{SubmissionRow, SubmissionState};
use crate::accounts::Locale;
use crate::checks::CheckRun;
use crate::content::assignment::{Assignment, Criterion, HandInRules, Late, Level};
use crate::db::types::{ChapterId, SubmissionId, Ts};
use crate::organisations::late_by;

/// An assignment, and what one has handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentOverview {
    pub rules: HandInRules,
    /// All points there are.
    pub points: u32,
    pub rubric: Vec<CriterionView>,
    /// The checks one may run oneself.
    pub checks: Vec<CheckView>,
    pub hidden_checks: HiddenChecks,
    pub due_at: Option<Ts>,
    /// Null: as often as it takes.
    pub attempts_left: Option<u32>,
    /// Why nothing can be handed in now; null where it can.
    pub closed: Option<Closed>,
    /// Whether checks are run at this site.
    pub checks_run: bool,
    /// The last checks one asked for oneself.
    pub trial: Option<CheckRun>,
    /// Of what one handed in last, as far as it may be shown.
    pub checked: Option<CheckRun>,
    /// One's own, the newest first.
    pub submissions: Vec<Submission>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CriterionView {
    pub key: String,
    /// HTML, as all words here.
    pub title: String,
    /// From the lowest to the highest.
    pub levels: Vec<LevelView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LevelView {
    pub points: u32,
    pub text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CheckView {
    #[schema(example = "test_split")]
    pub test: String,
    pub title: String,
    pub points: u32,
}

/// Checks that run once it is handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct HiddenChecks {
    pub count: usize,
    pub points: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    Passed,
    /// A tutor has begun with what was handed in last.
    BeingGraded,
    /// Another tutor is to look at it again.
    Appealed,
    Overdue,
    NoAttemptsLeft,
}

/// What was handed in: the receipt for it, and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Submission {
    pub id: SubmissionId,
    pub chapter_id: ChapterId,
    /// The how manieth it is.
    pub number: i64,
    pub state: SubmissionState,
    /// Of the notebook, as it was read and kept.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
    /// Of the notebook, in bytes.
    pub size: i64,
    pub submitted_at: Ts,
    /// When it was due, as it was then.
    pub due_at: Option<Ts>,
    /// Null where it came in time.
    pub late_seconds: Option<i64>,
    /// When it came to stand as it does.
    pub changed_at: Ts,
    /// A tutor has begun with it.
    pub being_graded: bool,
}

impl From<&SubmissionRow> for Submission {
    fn from(row: &SubmissionRow) -> Self {
        Self {
            id: row.id,
            chapter_id: row.chapter_id,
            number: row.number,
            state: row.state(),
            sha256: row.notebook_sha256.clone(),
            size: row.size,
            submitted_at: row.submitted_at,
            due_at: row.due_at,
            late_seconds: late_by(row.due_at, row.submitted_at).map(|late| late.num_seconds()),
            changed_at: row.changed_at,
            being_graded: row.state().is_queued() && row.holder(Ts::now()).is_some(),
        }
    }
}

/// What is known of somebody at an assignment.
#[derive(Debug)]
pub struct Known {
    pub rows: Vec<SubmissionRow>,
    pub trial: Option<CheckRun>,
    pub checked: Option<CheckRun>,
}

impl AssignmentOverview {
    pub fn new(assignment: &Assignment, due_at: Option<Ts>, known: Known, checks_run: bool, locale: Locale) -> Self {
        let rows = known.rows.as_slice();
        let words = assignment.words_in(locale);
        let hidden = assignment.checks.iter().filter(|check| !check.visible);
        Self {
            rules: assignment.rules,
            points: assignment.points(),
            rubric: criteria(assignment, locale),
            checks: assignment
                .checks
                .iter()
                .filter(|check| check.visible)
                .map(|check| CheckView {
                    test: check.test.clone(),
                    title: words.of(check.title).to_owned(),
                    points: check.points,
                })
                .collect(),
            hidden_checks: HiddenChecks {
                count: hidden.clone().count(),
                points: hidden.map(|check| check.points).sum(),
            },
            due_at,
            attempts_left: attempts_left(assignment, rows),
            closed: closed(assignment, due_at, rows, Ts::now()),
            checks_run,
            submissions: rows.iter().rev().map(Submission::from).collect(),
            trial: known.trial,
            checked: known.checked,
        }
    }
}

/// What a tutor looks at.
pub fn criteria(assignment: &Assignment, locale: Locale) -> Vec<CriterionView> {
    let words = assignment.words_in(locale);
    let level = |level: &Level| LevelView { points: level.points, text: words.of(level.text).to_owned() };
    let criterion = |criterion: &Criterion| CriterionView {
        key: criterion.key.clone(),
        title: words.of(criterion.title).to_owned(),
        levels: criterion.levels.iter().map(level).collect(),
    };
    assignment.rubric.iter().map(criterion).collect()
}

/// Null: as many as it takes. One that waits gives its place to the next.
pub fn attempts_left(assignment: &Assignment, rows: &[SubmissionRow]) -> Option<u32> {
    let graded = rows.iter().filter(|row| row.state().is_graded()).count();
    assignment.rules.attempts.map(|most| most.saturating_sub(u32::try_from(graded).unwrap_or(u32::MAX)))
}

/// Why nothing can be handed in at this moment.
pub fn closed(assignment: &Assignment, due_at: Option<Ts>, rows: &[SubmissionRow], at: Ts) -> Option<Closed> {
    if rows.iter().any(|row| row.state() == SubmissionState::Passed) {
        return Some(Closed::Passed);
    }
    if rows.iter().any(|row| row.state() == SubmissionState::Appealed) {
        return Some(Closed::Appealed);
    }
    if rows.iter().any(|row| row.state() == SubmissionState::Waiting && row.holder(at).is_some()) {
        return Some(Closed::BeingGraded);
    }
    if attempts_left(assignment, rows) == Some(0) {
        return Some(Closed::NoAttemptsLeft);
    }
    let late = assignment.rules.late == Late::Refused && late_by(due_at, at).is_some();
    late.then_some(Closed::Overdue)
}
