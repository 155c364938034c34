//! What is shown of a run. Trainees see nothing of hidden checks, whatever came of them.

use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{RunRow, RunState};
use super::outcome::{Cells, Execution, RunStatus, TestStatus};
use crate::accounts::Locale;
use crate::content::assignment::{Assignment, Check};
use crate::db::types::{CheckRunId, Ts};

/// Checks that wait, run or have run.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckRun {
    pub id: CheckRunId,
    pub state: RunState,
    pub queued_at: Ts,
    /// For trainees whole tens of seconds after it was queued.
    pub finished_at: Option<Ts>,
    /// Null until it is done.
    pub result: Option<CheckResult>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CheckResult {
    pub status: RunStatus,
    /// For trainees in whole tens.
    pub seconds: f64,
    pub execution: Execution,
    pub cells: Cells,
    /// Those one may see, in the assignment's order.
    pub checks: Vec<CheckedTest>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedTest {
    pub test: String,
    /// HTML.
    pub title: String,
    pub points: u32,
    /// Not shown to trainees.
    pub hidden: bool,
    pub status: TestStatus,
    /// Why it failed, in the author's words; plain text.
    pub message: String,
    /// What to look at, where it failed; HTML.
    pub hint: Option<String>,
}

impl CheckRun {
    /// As trainees may see it. A function that a hidden check calls can take its time, and so tell what it was given:
    /// neither how long that was nor the moment of its end is told exactly.
    pub fn new(run: &RunRow, assignment: &Assignment, locale: Locale) -> Self {
        let mut shown = Self::with(run, assignment, locale, |check| check.visible);
        if let Some(result) = &mut shown.result {
            result.seconds = (result.seconds / 10.0).ceil() * 10.0;
        }
        shown.finished_at = run.finished_at.map(|at| {
            let tens = (at - run.queued_at).num_seconds() / 10;
            run.queued_at + TimeDelta::seconds(tens * 10)
        });
        shown
    }

    /// With the hidden ones: for tutors.
    pub fn whole(run: &RunRow, assignment: &Assignment, locale: Locale) -> Self {
        Self::with(run, assignment, locale, |_| true)
    }

    fn with(run: &RunRow, assignment: &Assignment, locale: Locale, shown: fn(&Check) -> bool) -> Self {
        let words = assignment.words_in(locale);
        let result = run.result.as_ref().map(|outcome| {
            let outcome = &outcome.0;
            let told = assignment.checks.iter().filter(|check| shown(check)).map(|check| {
                let known = outcome.tests.get(&check.test);
                let status = known.map_or(TestStatus::NotRun, |test| test.status);
                CheckedTest {
                    test: check.test.clone(),
                    title: words.of(check.title).to_owned(),
                    points: check.points,
                    hidden: !check.visible,
                    status,
                    message: known.map(|test| test.message.clone()).unwrap_or_default(),
                    hint: check.hint.filter(|_| status == TestStatus::Failed).map(|hint| words.of(hint).to_owned()),
                }
            });
            CheckResult {
                status: outcome.status,
                seconds: outcome.seconds,
                execution: outcome.execution.clone(),
                cells: outcome.cells.clone(),
                checks: told.collect(),
            }
        });
        Self { id: run.id, state: run.state(), queued_at: run.queued_at, finished_at: run.finished_at, result }
    }
}

/// The points of the checks that passed; nothing where they did not run to their end, or there are none.
pub fn proposed(run: Option<&RunRow>, assignment: &Assignment) -> Option<u32> {
    let outcome = &run?.result.as_ref()?.0;
    let passed = |check: &&Check| outcome.tests.get(&check.test).is_some_and(|test| test.status == TestStatus::Passed);
    Some(assignment.checks.iter().filter(passed).map(|check| check.points).sum())
}
