//! Rows of grading and their queries.

use diesel::prelude::*;
use strum::{EnumString, IntoStaticStr};

use super::feedback::{Feedback, Verdict};
use crate::assignments::SubmissionRow;
use crate::db::schema::{appeals, decisions, grading_drafts, grading_events, openings};
use crate::db::types::{ChapterId, CohortId, DecisionId, Json, SubmissionId, Ts, UserId};
use crate::db::{AnyConnection, Both};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = grading_drafts)]
pub struct DraftRow {
    pub revision: i64,
    pub feedback: Json<Feedback>,
    pub saved_at: Ts,
    pub decided_at: Option<Ts>,
    pub points: Option<i64>,
}

pub fn draft(db: &mut AnyConnection, submission: SubmissionId, tutor: UserId) -> QueryResult<Option<DraftRow>> {
    grading_drafts::table.find((submission, tutor)).select(DraftRow::as_select()).first(db).optional()
}

/// What is decided: the moment, and the points it comes to.
pub type Decided = Option<(Ts, i64)>;

/// Writes a draft in place of the one there was.
pub fn save_draft(
    tx: &mut AnyConnection,
    submission: SubmissionId,
    tutor: UserId,
    revision: i64,
    feedback: Feedback,
    decided: Decided,
) -> QueryResult<DraftRow> {
    let values = (
        grading_drafts::revision.eq(revision),
        grading_drafts::feedback.eq(Json(feedback)),
        grading_drafts::saved_at.eq(Ts::now()),
        grading_drafts::decided_at.eq(decided.map(|(at, _)| at)),
        grading_drafts::points.eq(decided.map(|(_, points)| points)),
    );
    let known = diesel::update(grading_drafts::table.find((submission, tutor))).set(values.clone()).execute(tx)?;
    if known == 0 {
        let place = (grading_drafts::submission_id.eq(submission), grading_drafts::tutor_id.eq(tutor));
        diesel::insert_into(grading_drafts::table).values((place, values)).execute(tx)?;
    }
    grading_drafts::table.find((submission, tutor)).select(DraftRow::as_select()).first(tx)
}

/// It is a draft again.
pub fn reopen_draft(tx: &mut AnyConnection, submission: SubmissionId, tutor: UserId) -> QueryResult<()> {
    diesel::update(grading_drafts::table.find((submission, tutor)))
        .set((grading_drafts::decided_at.eq(None::<Ts>), grading_drafts::points.eq(None::<i64>)))
        .execute(tx)
        .map(drop)
}

pub fn delete_draft(tx: &mut AnyConnection, submission: SubmissionId, tutor: UserId) -> QueryResult<()> {
    diesel::delete(grading_drafts::table.find((submission, tutor))).execute(tx).map(drop)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = decisions)]
pub struct DecisionRow {
    pub id: DecisionId,
    pub submission_id: SubmissionId,
    pub tutor_id: UserId,
    verdict: String,
    pub points: i64,
    pub feedback: Json<Feedback>,
    pub sent_at: Ts,
}

impl DecisionRow {
    pub fn verdict(&self) -> Verdict {
        // The database has a list of them, too.
        self.verdict.parse().unwrap_or(Verdict::NeedsWork)
    }
}

/// The decisions on these submissions, the first one first.
pub fn decisions_of(db: &mut AnyConnection, ids: &[SubmissionId]) -> QueryResult<Vec<DecisionRow>> {
    decisions::table
        .filter(decisions::submission_id.eq_any(ids))
        .order((decisions::submission_id, decisions::number))
        .select(DecisionRow::as_select())
        .load(db)
}

/// What this tutor decided, the last first.
pub fn decided_by(
    db: &mut AnyConnection,
    tutor: UserId,
    before: DecisionId,
    limit: i64,
) -> QueryResult<Vec<DecisionRow>> {
    decisions::table
        .filter(decisions::tutor_id.eq(tutor))
        .filter(decisions::id.lt(before))
        .order(decisions::id.desc())
        .limit(limit)
        .select(DecisionRow::as_select())
        .load(db)
}

pub struct NewDecision {
    pub tutor: UserId,
    pub verdict: Verdict,
    pub points: i64,
    pub feedback: Feedback,
    pub decided_at: Ts,
    pub sent_at: Ts,
}

/// Adds a decision to those there are of the submission.
pub fn add_decision(tx: &mut AnyConnection, row: &SubmissionRow, new: NewDecision) -> QueryResult<DecisionId> {
    let before: i64 = decisions::table.filter(decisions::submission_id.eq(row.id)).count().get_result(tx)?;
    let verdict: &str = new.verdict.into();
    diesel::insert_into(decisions::table)
        .values((
            decisions::submission_id.eq(row.id),
            decisions::number.eq(before + 1),
            decisions::chapter_id.eq(row.chapter_id),
            decisions::cohort_id.eq(row.cohort_id),
            decisions::tutor_id.eq(new.tutor),
            decisions::verdict.eq(verdict),
            decisions::points.eq(new.points),
            decisions::feedback.eq(Json(new.feedback)),
            decisions::queued_at.eq(row.queued_at),
            decisions::decided_at.eq(new.decided_at),
            decisions::sent_at.eq(new.sent_at),
        ))
        .returning(decisions::id)
        .get_result(tx)
}

/// A decision as figures need it.
#[derive(Debug, Clone, Queryable)]
pub struct Figure {
    pub id: DecisionId,
    pub submission: SubmissionId,
    pub number: i64,
    pub chapter: ChapterId,
    pub tutor: UserId,
    pub verdict: String,
    pub points: i64,
    pub queued_at: Ts,
    pub decided_at: Ts,
}

/// What was decided in these cohorts, or in these chapters for those who are in none, since then.
pub fn figures(
    db: &mut AnyConnection,
    cohorts: &[CohortId],
    chapters: &[ChapterId],
    since: Ts,
    most: i64,
) -> QueryResult<Vec<Figure>> {
    let cohorts: Vec<Option<CohortId>> = cohorts.iter().copied().map(Some).collect();
    let nobodys = decisions::cohort_id.is_null().and(decisions::chapter_id.eq_any(chapters));
    decisions::table
        .filter(decisions::sent_at.ge(since))
        .filter(decisions::cohort_id.eq_any(cohorts).assume_not_null().or(nobodys))
        .order(decisions::id.desc())
        .limit(most)
        .select((
            decisions::id,
            decisions::submission_id,
            decisions::number,
            decisions::chapter_id,
            decisions::tutor_id,
            decisions::verdict,
            decisions::points,
            decisions::queued_at,
            decisions::decided_at,
        ))
        .load(db)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = appeals)]
pub struct AppealRow {
    pub reason: String,
    pub made_at: Ts,
    pub withdrawn_at: Option<Ts>,
    pub answered_by: Option<DecisionId>,
}

/// Every appeal that was made, the first one first.
pub fn appeals_of(db: &mut AnyConnection, submission: SubmissionId) -> QueryResult<Vec<AppealRow>> {
    appeals::table
        .filter(appeals::submission_id.eq(submission))
        .order(appeals::decision_id)
        .select(AppealRow::as_select())
        .load(db)
}

/// Adds an appeal; nothing where there is one against that decision.
pub fn add_appeal(
    tx: &mut AnyConnection,
    submission: SubmissionId,
    decision: DecisionId,
    reason: &str,
    at: Ts,
) -> QueryResult<usize> {
    let values = (
        appeals::decision_id.eq(decision),
        appeals::submission_id.eq(submission),
        appeals::reason.eq(reason),
        appeals::made_at.eq(at),
    );
    Both(diesel::insert_into(appeals::table).values(values).on_conflict_do_nothing()).execute(tx)
}

/// Makes an appeal again that was withdrawn.
pub fn renew_appeal(tx: &mut AnyConnection, decision: DecisionId, reason: &str, at: Ts) -> QueryResult<usize> {
    let withdrawn = appeals::table.find(decision).filter(appeals::withdrawn_at.is_not_null());
    let values = (appeals::reason.eq(reason), appeals::made_at.eq(at), appeals::withdrawn_at.eq(None::<Ts>));
    diesel::update(withdrawn).set(values).execute(tx)
}

/// The appeal that waits to be answered.
#[diesel::dsl::auto_type(no_type_alias)]
fn open_appeal(submission: SubmissionId) -> _ {
    appeals::table
        .filter(appeals::submission_id.eq(submission))
        .filter(appeals::withdrawn_at.is_null())
        .filter(appeals::answered_by.is_null())
}

pub fn withdraw_appeal(tx: &mut AnyConnection, submission: SubmissionId, at: Ts) -> QueryResult<usize> {
    diesel::update(open_appeal(submission)).set(appeals::withdrawn_at.eq(at)).execute(tx)
}

/// Says which decision answers the appeal; whether there was one.
pub fn answer_appeal(tx: &mut AnyConnection, submission: SubmissionId, by: DecisionId) -> QueryResult<bool> {
    Ok(diesel::update(open_appeal(submission)).set(appeals::answered_by.eq(by)).execute(tx)? > 0)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, EnumString, IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EventKind {
    Claimed,
    Released,
    /// By a lead, from whoever had it.
    TakenOver,
    Decided,
    /// A decision, before it was sent.
    TakenBack,
}

#[derive(Debug, Clone, Queryable)]
pub struct EventRow {
    pub user: UserId,
    pub kind: String,
    pub reason: Option<String>,
    pub at: Ts,
}

/// Writes down what somebody did.
pub fn note(
    tx: &mut AnyConnection,
    submission: SubmissionId,
    user: UserId,
    kind: EventKind,
    reason: Option<&str>,
) -> QueryResult<()> {
    let kind: &str = kind.into();
    diesel::insert_into(grading_events::table)
        .values((
            grading_events::submission_id.eq(submission),
            grading_events::user_id.eq(user),
            grading_events::kind.eq(kind),
            grading_events::reason.eq(reason),
            grading_events::at.eq(Ts::now()),
        ))
        .execute(tx)
        .map(drop)
}

/// What was done with it, the first thing first.
pub fn events_of(db: &mut AnyConnection, submission: SubmissionId) -> QueryResult<Vec<EventRow>> {
    grading_events::table
        .filter(grading_events::submission_id.eq(submission))
        .order(grading_events::id)
        .select((grading_events::user_id, grading_events::kind, grading_events::reason, grading_events::at))
        .load(db)
}

/// How somebody's work was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, EnumString, IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OpeningKind {
    /// As a page.
    Read,
    /// A copy of it, in the tutor's own notebook server.
    Copied,
    /// The trainee's own notebook server.
    Joined,
}

#[derive(Debug, Clone, Queryable)]
pub struct OpeningRow {
    pub user: UserId,
    pub kind: String,
    pub reason: Option<String>,
    pub first_at: Ts,
    pub last_at: Ts,
}

/// Writes down who opened it, once for each way.
pub fn opened(
    tx: &mut AnyConnection,
    submission: SubmissionId,
    user: UserId,
    kind: OpeningKind,
    reason: Option<&str>,
) -> QueryResult<()> {
    let (kind, now): (&str, Ts) = (kind.into(), Ts::now());
    let values = (
        openings::submission_id.eq(submission),
        openings::user_id.eq(user),
        openings::kind.eq(kind),
        openings::reason.eq(reason),
        openings::first_at.eq(now),
        openings::last_at.eq(now),
    );
    let again = (openings::last_at.eq(now), reason.map(|reason| openings::reason.eq(reason)));
    Both(
        diesel::insert_into(openings::table)
            .values(values)
            .on_conflict((openings::submission_id, openings::user_id, openings::kind))
            .do_update()
            .set(again),
    )
    .execute(tx)
    .map(drop)
}

/// Who opened it, the last first.
pub fn openings_of(db: &mut AnyConnection, submission: SubmissionId) -> QueryResult<Vec<OpeningRow>> {
    openings::table
        .filter(openings::submission_id.eq(submission))
        .order(openings::last_at.desc())
        .select((openings::user_id, openings::kind, openings::reason, openings::first_at, openings::last_at))
        .load(db)
}
