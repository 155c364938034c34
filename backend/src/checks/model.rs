//! Runs and their queries.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::Serialize;
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use super::outcome::Outcome;
use crate::db::schema::check_runs;
use crate::db::types::{ChapterId, ChapterVersionId, CheckRunId, Json, SubmissionId, Ts, UserId};
use crate::db::{AnyConnection, Both};

/// What waits or runs.
const OPEN: [&str; 2] = ["queued", "running"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, EnumString, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RunState {
    Queued,
    Running,
    /// There is a result, good or bad.
    Done,
    /// It could not be run here, however often it was tried.
    Failed,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = check_runs)]
pub struct RunRow {
    pub id: CheckRunId,
    pub user_id: UserId,
    pub chapter_version_id: ChapterVersionId,
    pub submission_id: Option<SubmissionId>,
    pub notebook_sha256: String,
    pub handout_sha256: String,
    state: String,
    pub tries: i64,
    pub queued_at: Ts,
    pub finished_at: Option<Ts>,
    pub result: Option<Json<Outcome>>,
}

impl RunRow {
    pub fn state(&self) -> RunState {
        // The database has a list of them, too.
        self.state.parse().unwrap_or(RunState::Queued)
    }
}

/// Something to be checked.
#[derive(Debug, Clone)]
pub struct NewRun {
    pub user: UserId,
    pub chapter: ChapterId,
    pub version: ChapterVersionId,
    /// None where a trainee tries for themselves.
    pub submission: Option<SubmissionId>,
    pub notebook_sha256: String,
    pub handout_sha256: String,
}

/// Queues a run; nothing where one of the same person or submission is there already.
pub fn enqueue(tx: &mut AnyConnection, new: NewRun) -> QueryResult<usize> {
    let row = (
        check_runs::user_id.eq(new.user),
        check_runs::chapter_id.eq(new.chapter),
        check_runs::chapter_version_id.eq(new.version),
        check_runs::submission_id.eq(new.submission),
        check_runs::notebook_sha256.eq(new.notebook_sha256),
        check_runs::handout_sha256.eq(new.handout_sha256),
        check_runs::state.eq("queued"),
        check_runs::tries.eq(0),
        check_runs::queued_at.eq(Ts::now()),
    );
    Both(diesel::insert_into(check_runs::table).values(row).on_conflict_do_nothing()).execute(tx)
}

/// Queues a run somebody asks for themselves. One that waits takes the newer notebook; false where one is being run.
pub fn enqueue_trial(tx: &mut AnyConnection, new: NewRun) -> QueryResult<bool> {
    let waiting = check_runs::table
        .filter(check_runs::user_id.eq(new.user))
        .filter(check_runs::chapter_id.eq(new.chapter))
        .filter(check_runs::submission_id.is_null())
        .filter(check_runs::state.eq("queued"));
    let renewed = diesel::update(waiting)
        .set((
            check_runs::chapter_version_id.eq(new.version),
            check_runs::notebook_sha256.eq(&new.notebook_sha256),
            check_runs::handout_sha256.eq(&new.handout_sha256),
            check_runs::tries.eq(0),
        ))
        .execute(tx)?;
    Ok(renewed > 0 || enqueue(tx, new)? > 0)
}

/// The run of what was handed in.
pub fn of_submission(db: &mut AnyConnection, id: SubmissionId) -> QueryResult<Option<RunRow>> {
    let runs = check_runs::table.filter(check_runs::submission_id.eq(id));
    runs.select(RunRow::as_select()).first(db).optional()
}

/// The last run somebody asked for themselves.
pub fn trial_of(db: &mut AnyConnection, user: UserId, chapter: ChapterId) -> QueryResult<Option<RunRow>> {
    check_runs::table
        .filter(check_runs::user_id.eq(user))
        .filter(check_runs::chapter_id.eq(chapter))
        .filter(check_runs::submission_id.is_null())
        .order(check_runs::id.desc())
        .select(RunRow::as_select())
        .first(db)
        .optional()
}

/// Gives up what was begun so often and has never come to an end, be it that the process ended each time: it would be
/// the oldest for ever. How many there were.
pub fn give_up(tx: &mut AnyConnection, now: Ts, tries: i64) -> QueryResult<usize> {
    let forsaken = check_runs::table
        .filter(check_runs::state.eq("running"))
        .filter(check_runs::lease_until.lt(now).assume_not_null())
        .filter(check_runs::tries.ge(tries));
    diesel::update(forsaken)
        .set((check_runs::state.eq("failed"), check_runs::lease_until.eq(None::<Ts>), check_runs::finished_at.eq(now)))
        .execute(tx)
}

/// Takes the oldest run that nobody has, or whose holder is not heard of any more.
pub fn take(tx: &mut AnyConnection, now: Ts, lease: TimeDelta) -> QueryResult<Option<RunRow>> {
    let forsaken = check_runs::state.eq("running").and(check_runs::lease_until.lt(now));
    let found = check_runs::table
        .filter(check_runs::state.eq_any(OPEN))
        .filter(check_runs::state.eq("queued").or(forsaken.assume_not_null()))
        .order((check_runs::queued_at, check_runs::id))
        .select(RunRow::as_select())
        .first::<RunRow>(tx)
        .optional()?;
    let Some(run) = found else { return Ok(None) };
    // Another process may have seen it at the same moment: one of them has it.
    let as_seen =
        check_runs::table.find(run.id).filter(check_runs::tries.eq(run.tries)).filter(check_runs::state.eq(&run.state));
    let taken = diesel::update(as_seen)
        .set((
            check_runs::state.eq("running"),
            check_runs::tries.eq(run.tries + 1),
            check_runs::lease_until.eq(now + lease),
        ))
        .execute(tx)?;
    Ok((taken > 0).then(|| RunRow { tries: run.tries + 1, ..run }))
}

/// Takes away a run that has not ended: what it is of does not wait for a tutor any more. Whoever has it finds that out.
pub fn drop_open(tx: &mut AnyConnection, submission: SubmissionId) -> QueryResult<usize> {
    let run = check_runs::table.filter(check_runs::submission_id.eq(submission)).filter(check_runs::state.eq_any(OPEN));
    diesel::delete(run).execute(tx)
}

/// A run as whoever took it has it: nothing where somebody else took it after them.
macro_rules! held {
    ($run:expr) => {
        check_runs::table.find($run.id).filter(check_runs::state.eq("running")).filter(check_runs::tries.eq($run.tries))
    };
}

/// Says that this process still has it; nothing where that is not so.
pub fn renew(tx: &mut AnyConnection, run: &RunRow, until: Ts) -> QueryResult<usize> {
    diesel::update(held!(run)).set(check_runs::lease_until.eq(until)).execute(tx)
}

/// Ends a run, or gives it back; nothing where somebody else has it by now.
pub fn leave(tx: &mut AnyConnection, run: &RunRow, state: RunState, result: Option<Outcome>) -> QueryResult<usize> {
    let state: &str = state.into();
    let finished = (!OPEN.contains(&state)).then(Ts::now);
    diesel::update(held!(run))
        .set((
            check_runs::state.eq(state),
            check_runs::lease_until.eq(None::<Ts>),
            check_runs::finished_at.eq(finished),
            check_runs::result.eq(result.map(Json)),
        ))
        .execute(tx)
}
