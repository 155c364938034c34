//! When a chapter and a course are completed, and why. Pure.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::content::format::{ChapterRule, CourseRule};
use crate::content::{CellKind, NotebookEntry};
use crate::db::types::Ts;

/// One condition of a chapter: what it asks, how far it is met, and by what evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    pub kind: ReasonKind,
    pub done: bool,
    /// What there is of what is asked.
    pub value: i64,
    pub target: i64,
    /// When it was met, where that is a moment.
    pub at: Option<Ts>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// The text was read to its end.
    Read,
    /// So many of the notebook's code cells ran without an error.
    Cells,
    /// The quiz was passed.
    Passed,
    /// The trainee marked it.
    #[serde(rename = "self")]
    SelfMark,
}

/// What is known of a trainee in a chapter.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    pub read_at: Option<Ts>,
    pub passed_at: Option<Ts>,
    /// Cells that ran without an error at least once.
    pub succeeded: HashSet<String>,
}

/// How far the rule is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub reasons: Vec<Reason>,
    /// 0 to 100; 100 only where the rule is met.
    pub percent: i64,
    pub met: bool,
}

pub fn chapter_standing(rule: &ChapterRule, notebook: Option<&NotebookEntry>, evidence: &Evidence) -> Standing {
    let mut reasons = Vec::new();
    if rule.read {
        let done = evidence.read_at.is_some();
        reasons.push(Reason { kind: ReasonKind::Read, done, value: done.into(), target: 1, at: evidence.read_at });
    }
    if let Some(target) = cells_asked(rule, notebook) {
        let value = notebook
            .into_iter()
            .flat_map(|notebook| &notebook.cells)
            .filter(|cell| cell.kind == CellKind::Code && evidence.succeeded.contains(&cell.id))
            .count();
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        reasons.push(Reason { kind: ReasonKind::Cells, done: value >= target, value, target, at: None });
    }
    if rule.passed {
        let done = evidence.passed_at.is_some();
        reasons.push(Reason { kind: ReasonKind::Passed, done, value: done.into(), target: 1, at: evidence.passed_at });
    }
    let met = !reasons.is_empty() && reasons.iter().all(|reason| reason.done);
    Standing { percent: share_met(&reasons, met), met, reasons }
}

/// How many cells the rule asks for, where it asks for any. Of a part of the cells, never less than one.
fn cells_asked(rule: &ChapterRule, notebook: Option<&NotebookEntry>) -> Option<i64> {
    let cells = notebook?.cells.iter().filter(|cell| cell.kind == CellKind::Code).count();
    let asked = (cells * usize::from(rule.cells_percent)).div_ceil(100);
    (asked > 0).then(|| i64::try_from(asked).unwrap_or(i64::MAX))
}

/// Every condition weighs the same; rounding never claims the whole.
fn share_met(reasons: &[Reason], met: bool) -> i64 {
    if met {
        return 100;
    }
    let conditions = i64::try_from(reasons.len()).unwrap_or(1).max(1);
    let parts: i64 = reasons.iter().map(|reason| 100 * reason.value.min(reason.target) / reason.target.max(1)).sum();
    (parts / conditions).min(99)
}

/// How many chapters complete a course.
pub fn chapters_asked(rule: &CourseRule, available: usize) -> usize {
    (available * usize::from(rule.chapters_percent)).div_ceil(100)
}

/// 0 to 100; 100 only at the end.
pub fn course_percent(completed: usize, asked: usize) -> i64 {
    if asked == 0 {
        return 0;
    }
    i64::try_from(100 * completed.min(asked) / asked).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::blobs::BlobId;
    use crate::content::Cell;

    fn notebook(code_cells: usize) -> NotebookEntry {
        let cells = (0..code_cells)
            .map(|index| Cell { id: format!("c{index}"), index, kind: CellKind::Code, source_sha256: String::new() })
            .collect();
        NotebookEntry { path: "course/chapter.ipynb".to_owned(), handout_sha256: BlobId::of(b""), cells }
    }

    fn evidence(read: bool, cells: impl IntoIterator<Item = usize>) -> Evidence {
        Evidence {
            read_at: read.then(Ts::now),
            passed_at: None,
            succeeded: cells.into_iter().map(|index| format!("c{index}")).collect(),
        }
    }

    const READ_AND_ALL_CELLS: ChapterRule =
        ChapterRule { read: true, cells_percent: 100, self_mark: false, passed: false };

    #[test]
    fn reading_and_all_cells_complete_a_chapter() {
        let standing = chapter_standing(&READ_AND_ALL_CELLS, Some(&notebook(2)), &evidence(true, [0, 1]));
        assert!(standing.met);
        assert_eq!(standing.percent, 100);
    }

    #[test]
    fn reading_alone_is_half_of_it() {
        let standing = chapter_standing(&READ_AND_ALL_CELLS, Some(&notebook(2)), &evidence(true, []));
        assert!(!standing.met);
        assert_eq!(standing.percent, 50);
    }

    #[test]
    fn cells_the_handout_does_not_have_count_for_nothing() {
        let standing = chapter_standing(&READ_AND_ALL_CELLS, Some(&notebook(2)), &evidence(true, [0, 7, 8, 9]));
        assert!(!standing.met);
        assert_eq!(standing.reasons[1].value, 1);
    }

    #[test]
    fn a_share_of_the_cells_is_rounded_up() {
        let rule = ChapterRule { read: false, cells_percent: 50, self_mark: false, passed: false };
        assert!(!chapter_standing(&rule, Some(&notebook(3)), &evidence(false, [0])).met);
        assert!(chapter_standing(&rule, Some(&notebook(3)), &evidence(false, [0, 1])).met);
    }

    #[test]
    fn a_rule_that_asks_for_nothing_is_never_met_by_itself() {
        let rule = ChapterRule { read: false, cells_percent: 0, self_mark: true, passed: false };
        assert!(!chapter_standing(&rule, None, &evidence(true, [])).met);
    }

    proptest! {
        #[test]
        fn more_evidence_never_lowers_the_percentage(
            cells in 0_usize..12, percent in 0_u8..=100, read: bool, done in proptest::collection::vec(0_usize..14, 0..12),
        ) {
            let rule = ChapterRule { read, cells_percent: percent, self_mark: false, passed: false };
            let handout = notebook(cells);
            let mut last = 0;
            for upto in 0..=done.len() {
                let standing = chapter_standing(&rule, Some(&handout), &evidence(false, done[..upto].iter().copied()));
                prop_assert!(standing.percent >= last);
                prop_assert_eq!(standing.percent == 100, standing.met);
                last = standing.percent;
            }
        }

        #[test]
        fn a_course_is_at_100_exactly_when_enough_chapters_are(available in 1_usize..60, percent in 1_u8..=100, completed in 0_usize..60) {
            let asked = chapters_asked(&CourseRule { chapters_percent: percent }, available);
            prop_assert!(asked >= 1 && asked <= available);
            prop_assert_eq!(course_percent(completed, asked) == 100, completed >= asked);
        }
    }
}
