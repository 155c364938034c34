//! Progress as the site shows it.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{CellRow, ProgressRow, evidence};
use super::rules::{Reason, ReasonKind, chapter_standing, chapters_asked, course_percent};
use crate::courses::{Chapter, Publication};
use crate::db::types::{ChapterId, Ts};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChapterState {
    NotStarted,
    InProgress,
    Completed,
}

/// How far somebody is in a chapter, with the reasons for the percentage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChapterProgress {
    pub state: ChapterState,
    /// 0 to 100.
    pub percent: i64,
    pub opened_at: Option<Ts>,
    pub read_at: Option<Ts>,
    pub completed_at: Option<Ts>,
    /// `rule` or `self`.
    #[schema(example = "rule")]
    pub completed_by: Option<String>,
    pub self_mark_allowed: bool,
    pub reasons: Vec<Reason>,
    pub cells: Vec<CellProgress>,
    pub position: Option<PositionView>,
}

/// How one cell went so far.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CellProgress {
    pub cell_id: String,
    pub runs: i64,
    pub errors: i64,
    /// It ran without an error at least once.
    pub succeeded: bool,
    pub last_success: bool,
    /// Name of the error of the last run.
    pub last_error: Option<String>,
    pub last_duration_ms: i64,
    pub last_run_at: Ts,
}

/// Where reading stopped.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PositionView {
    /// Share of the text above the window's upper edge, 0 to 1.
    pub scroll: f64,
    /// Id of the heading above it.
    pub anchor: Option<String>,
    /// The notebook cell in focus.
    pub cell_id: Option<String>,
    pub at: Ts,
}

impl ChapterProgress {
    pub fn new(chapter: &Chapter, row: Option<&ProgressRow>, cells: Vec<CellRow>) -> Self {
        let standing = chapter_standing(&chapter.rule, chapter.notebook.as_ref(), &evidence(row, &cells));
        let mut reasons = standing.reasons;
        let completed_by = row.and_then(|row| row.completed_by.clone());
        if chapter.rule.self_mark {
            let marked = completed_by.as_deref() == Some("self");
            reasons.push(Reason {
                kind: ReasonKind::SelfMark,
                done: marked,
                value: marked.into(),
                target: 1,
                at: row.filter(|_| marked).and_then(|row| row.completed_at),
            });
        }
        let state = state_of(row);
        Self {
            state,
            // A new publication may ask for less than there is: it is completed with the next thing that happens.
            percent: if state == ChapterState::Completed { 100 } else { standing.percent.min(99) },
            opened_at: row.and_then(|row| row.opened_at),
            read_at: row.and_then(|row| row.read_at),
            completed_at: row.and_then(|row| row.completed_at),
            completed_by,
            self_mark_allowed: chapter.rule.self_mark,
            reasons,
            cells: cells.into_iter().map(CellProgress::from).collect(),
            position: row.and_then(position),
        }
    }
}

impl From<CellRow> for CellProgress {
    fn from(row: CellRow) -> Self {
        Self {
            cell_id: row.cell_id,
            runs: row.runs,
            errors: row.errors,
            succeeded: row.first_success_at.is_some(),
            last_success: row.last_success,
            last_error: row.last_error,
            last_duration_ms: row.last_duration_ms,
            last_run_at: row.last_run_at,
        }
    }
}

fn position(row: &ProgressRow) -> Option<PositionView> {
    Some(PositionView {
        scroll: row.scroll?,
        anchor: row.anchor.clone(),
        cell_id: row.cell_id.clone(),
        at: row.position_at?,
    })
}

pub fn state_of(row: Option<&ProgressRow>) -> ChapterState {
    match row {
        Some(row) if row.completed_at.is_some() => ChapterState::Completed,
        Some(_) => ChapterState::InProgress,
        None => ChapterState::NotStarted,
    }
}

/// How far somebody is in a course.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CourseProgress {
    /// 0 to 100, of the chapters the course asks for.
    pub percent: i64,
    pub completed_chapters: usize,
    /// Chapters that can be completed.
    pub total_chapters: usize,
    /// Chapters the course's rule asks for.
    pub required_chapters: usize,
    pub completed_at: Option<Ts>,
}

impl CourseProgress {
    pub fn new(publication: &Publication, rows: &HashMap<ChapterId, ProgressRow>, completed_at: Option<Ts>) -> Self {
        let total = publication.available().count();
        let completed = completed_chapters(publication, rows);
        let required = chapters_asked(&publication.rule, total);
        Self {
            percent: if completed_at.is_some() { 100 } else { course_percent(completed, required) },
            completed_chapters: completed,
            total_chapters: total,
            required_chapters: required,
            completed_at,
        }
    }
}

pub fn completed_chapters(publication: &Publication, rows: &HashMap<ChapterId, ProgressRow>) -> usize {
    publication
        .available()
        .filter(|chapter| rows.get(&chapter.id).is_some_and(|row| row.completed_at.is_some()))
        .count()
}
