//! Submissions and their queries.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use crate::checks;
use crate::db::schema::submissions;
use crate::db::types::{ChapterId, ChapterVersionId, CohortId, SubmissionId, Ts, UserId};
use crate::db::{AnyConnection, Both};

/// Where handed-in work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SubmissionState {
    /// For a tutor.
    Waiting,
    /// Something newer was handed in before a tutor came to it.
    Superseded,
    /// Taken back before a tutor came to it.
    Withdrawn,
    /// Graded: to be handed in again.
    NeedsWork,
    /// Graded: passed.
    Passed,
    /// Graded, and to be graded again by another tutor: the trainee asked for it.
    Appealed,
}

impl SubmissionState {
    /// Whether a tutor has decided on it: it has used up one of the attempts there are.
    pub fn is_graded(self) -> bool {
        matches!(self, Self::NeedsWork | Self::Passed | Self::Appealed)
    }

    /// Whether nothing newer, and no second thought, has taken its place.
    pub fn stands(self) -> bool {
        self == Self::Waiting || self.is_graded()
    }

    /// Whether it is in the queue of tutors.
    pub fn is_queued(self) -> bool {
        matches!(self, Self::Waiting | Self::Appealed)
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = submissions)]
pub struct SubmissionRow {
    pub id: SubmissionId,
    pub user_id: UserId,
    pub chapter_id: ChapterId,
    pub chapter_version_id: ChapterVersionId,
    pub cohort_id: Option<CohortId>,
    pub number: i64,
    pub notebook_sha256: String,
    pub size: i64,
    pub handout_sha256: String,
    pub submitted_at: Ts,
    pub due_at: Option<Ts>,
    state: String,
    pub changed_at: Ts,
    /// Since when it waits for a tutor.
    pub queued_at: Ts,
    holder_id: Option<UserId>,
    held_until: Option<Ts>,
    /// It is decided; when that is sent.
    pub sends_at: Option<Ts>,
    /// Who decided last.
    pub graded_by: Option<UserId>,
}

/// Who grades a submission, and how long nobody else may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    pub tutor: UserId,
    pub until: Ts,
}

impl SubmissionRow {
    pub fn state(&self) -> SubmissionState {
        // The database has a list of them, too.
        self.state.parse().unwrap_or(SubmissionState::Waiting)
    }

    pub fn stands(&self) -> bool {
        self.state().stands()
    }

    /// Who has it at this moment.
    pub fn holder(&self, now: Ts) -> Option<Holder> {
        let (tutor, until) = (self.holder_id?, self.held_until?);
        (until > now || self.sends_at.is_some()).then_some(Holder { tutor, until })
    }
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = submissions)]
pub struct NewSubmission {
    pub user_id: UserId,
    pub chapter_id: ChapterId,
    pub chapter_version_id: ChapterVersionId,
    pub cohort_id: Option<CohortId>,
    pub number: i64,
    pub notebook_sha256: String,
    pub size: i64,
    pub handout_sha256: String,
    pub submitted_at: Ts,
    pub due_at: Option<Ts>,
    pub state: &'static str,
    pub changed_at: Ts,
    pub queued_at: Ts,
}

/// What one has handed in for a chapter, the first one first.
pub fn of(db: &mut AnyConnection, user: UserId, chapter: ChapterId) -> QueryResult<Vec<SubmissionRow>> {
    submissions::table
        .filter(submissions::user_id.eq(user))
        .filter(submissions::chapter_id.eq(chapter))
        .order(submissions::number)
        .select(SubmissionRow::as_select())
        .load(db)
}

/// What of this person's stands last in each chapter.
pub fn standing_of(db: &mut AnyConnection, user: UserId) -> QueryResult<Vec<SubmissionRow>> {
    let gone: [&str; 2] = [SubmissionState::Superseded.into(), SubmissionState::Withdrawn.into()];
    let mut rows: Vec<SubmissionRow> = submissions::table
        .filter(submissions::user_id.eq(user))
        .filter(submissions::state.ne_all(gone))
        .order((submissions::chapter_id, submissions::number.desc()))
        .select(SubmissionRow::as_select())
        .load(db)?;
    rows.dedup_by_key(|row| row.chapter_id);
    Ok(rows)
}

/// A submission of this person.
pub fn own(db: &mut AnyConnection, user: UserId, id: SubmissionId) -> QueryResult<Option<SubmissionRow>> {
    submissions::table
        .find(id)
        .filter(submissions::user_id.eq(user))
        .select(SubmissionRow::as_select())
        .first(db)
        .optional()
}

/// Adds one; nothing where another got its number, or its place in the queue, at the same moment.
pub fn add(tx: &mut AnyConnection, new: &NewSubmission) -> QueryResult<usize> {
    Both(diesel::insert_into(submissions::table).values(new).on_conflict_do_nothing()).execute(tx)
}

/// Lets one that waits stand otherwise, and its checks with it; false where it does not wait any more, or a tutor has
/// begun with it.
pub fn leave_queue(tx: &mut AnyConnection, id: SubmissionId, to: SubmissionState, at: Ts) -> QueryResult<bool> {
    let waiting: &str = SubmissionState::Waiting.into();
    let to: &str = to.into();
    let free = submissions::holder_id.is_null().or(submissions::held_until.le(at).assume_not_null());
    let row = submissions::table
        .find(id)
        .filter(submissions::state.eq(waiting))
        .filter(submissions::sends_at.is_null())
        .filter(free);
    let left = diesel::update(row).set((submissions::state.eq(to), submissions::changed_at.eq(at))).execute(tx)? > 0;
    if left {
        checks::drop_open(tx, id)?;
    }
    Ok(left)
}
