//! What waits for a tutor, and who has it. A claim is a lease in the submission's own row: whoever writes there next sees
//! it, so nobody grades what another holds, and nothing is withdrawn under a tutor's hands.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{SubmissionRow, SubmissionState};
use crate::db::schema::submissions;
use crate::db::types::{ChapterId, CohortId, SubmissionId, Ts, UserId};
use crate::db::{AnyConnection, MultiBackend};

const QUEUED: [&str; 2] = ["waiting", "appealed"];
/// So many of the oldest are looked at for one that nobody else takes at this moment.
const CANDIDATES: i64 = 64;

/// Whose work a tutor may see.
#[derive(Debug, Clone)]
pub struct Reach {
    pub tutor: UserId,
    pub cohorts: Vec<CohortId>,
    /// Of these, also what people handed in who are in no cohort.
    pub chapters: Vec<ChapterId>,
}

impl Reach {
    /// Nobody grades what they handed in themselves.
    pub fn includes(&self, row: &SubmissionRow) -> bool {
        let theirs = match row.cohort_id {
            Some(cohort) => self.cohorts.contains(&cohort),
            None => self.chapters.contains(&row.chapter_id),
        };
        theirs && row.user_id != self.tutor
    }
}

/// Which of the queue.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub chapters: Option<Vec<ChapterId>>,
    pub cohort: Option<CohortId>,
    /// Came after it was due.
    pub late: bool,
    pub appealed: bool,
    /// Not the first one of its trainee.
    pub again: bool,
    /// Waits since before.
    pub before: Option<Ts>,
    /// Held by this tutor.
    pub held_by: Option<UserId>,
}

type Query<'a> = submissions::BoxedQuery<
    'a,
    MultiBackend,
    diesel::helper_types::SqlTypeOf<diesel::helper_types::AsSelect<SubmissionRow, MultiBackend>>,
>;

/// What waits in one cohort, or (None) of those who are in none.
fn waiting<'a>(reach: &Reach, cohort: Option<CohortId>, wanted: &Wanted) -> Query<'a> {
    let mut query = submissions::table
        .filter(submissions::state.eq_any(QUEUED))
        .filter(submissions::user_id.ne(reach.tutor))
        .order((submissions::queued_at, submissions::id))
        .select(SubmissionRow::as_select())
        .into_boxed();
    query = match cohort {
        Some(cohort) => query.filter(submissions::cohort_id.eq(cohort)),
        None => query
            .filter(submissions::cohort_id.is_null())
            .filter(submissions::chapter_id.eq_any(reach.chapters.clone())),
    };
    if let Some(chapters) = &wanted.chapters {
        query = query.filter(submissions::chapter_id.eq_any(chapters.clone()));
    }
    if wanted.late {
        query = query.filter(submissions::due_at.lt(submissions::submitted_at.nullable()));
    }
    if wanted.appealed {
        query = query.filter(submissions::state.eq("appealed"));
    }
    if wanted.again {
        query = query.filter(submissions::number.gt(1));
    }
    if let Some(before) = wanted.before {
        query = query.filter(submissions::queued_at.lt(before));
    }
    if let Some(tutor) = wanted.held_by {
        query = query.filter(submissions::holder_id.eq(tutor));
    }
    query
}

/// The cohorts to look at, one after the other: each is read in its order from the index, however many wait in all.
fn groups(reach: &Reach, wanted: &Wanted) -> Vec<Option<CohortId>> {
    let nobodys = (wanted.cohort.is_none() && !reach.chapters.is_empty()).then_some(None);
    let cohorts = reach.cohorts.iter().filter(|cohort| wanted.cohort.is_none_or(|wanted| wanted == **cohort));
    cohorts.copied().map(Some).chain(nobodys).collect()
}

/// The oldest that wait, after the one that is named.
pub fn page(
    db: &mut AnyConnection,
    reach: &Reach,
    wanted: &Wanted,
    after: SubmissionId,
    limit: i64,
) -> QueryResult<Vec<SubmissionRow>> {
    let last: Option<Ts> = submissions::table.find(after).select(submissions::queued_at).first(db).optional()?;
    let mut rows = Vec::new();
    for cohort in groups(reach, wanted) {
        let mut query = waiting(reach, cohort, wanted).limit(limit);
        if let Some(last) = last {
            let later = submissions::queued_at.eq(last).and(submissions::id.gt(after));
            query = query.filter(submissions::queued_at.gt(last).or(later));
        }
        rows.extend(query.load(db)?);
    }
    rows.sort_by_key(|row| (row.queued_at, row.id));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows)
}

/// How many wait, by chapter and cohort.
pub fn counts(db: &mut AnyConnection, reach: &Reach) -> QueryResult<Vec<(ChapterId, Option<CohortId>, i64)>> {
    let cohorts: Vec<Option<CohortId>> = reach.cohorts.iter().copied().map(Some).collect();
    let nobodys = submissions::cohort_id.is_null().and(submissions::chapter_id.eq_any(&reach.chapters));
    submissions::table
        .filter(submissions::state.eq_any(QUEUED))
        .filter(submissions::user_id.ne(reach.tutor))
        .filter(submissions::cohort_id.eq_any(cohorts).assume_not_null().or(nobodys))
        .group_by((submissions::chapter_id, submissions::cohort_id))
        .select((submissions::chapter_id, submissions::cohort_id, diesel::dsl::count_star()))
        .load(db)
}

/// One that stands, whoever handed it in: who asks looks whether it is within their reach.
pub fn standing(db: &mut AnyConnection, id: SubmissionId) -> QueryResult<Option<SubmissionRow>> {
    let row = submissions::table.find(id).select(SubmissionRow::as_select()).first(db).optional()?;
    Ok(row.filter(SubmissionRow::stands))
}

/// The same for several, by their ids.
pub fn standing_of(db: &mut AnyConnection, ids: &[SubmissionId]) -> QueryResult<HashMap<SubmissionId, SubmissionRow>> {
    let rows = submissions::table.filter(submissions::id.eq_any(ids)).select(SubmissionRow::as_select());
    let rows: Vec<SubmissionRow> = rows.load(db)?;
    Ok(rows.into_iter().filter(SubmissionRow::stands).map(|row| (row.id, row)).collect())
}

/// Those that are held by nobody, or by this tutor; an appeal is not for whoever decided before.
macro_rules! free_for {
    ($query:expr, $tutor:expr, $now:expr) => {
        $query
            .filter(submissions::sends_at.is_null())
            .filter(
                submissions::holder_id
                    .is_null()
                    .or(submissions::holder_id.eq($tutor).assume_not_null())
                    .or(submissions::held_until.le($now).assume_not_null()),
            )
            .filter(
                submissions::state
                    .ne("appealed")
                    .or(submissions::graded_by.is_null())
                    .or(submissions::graded_by.ne($tutor).assume_not_null()),
            )
    };
}

/// Takes the oldest that nobody has, until then.
pub fn take_next(
    tx: &mut AnyConnection,
    reach: &Reach,
    wanted: &Wanted,
    now: Ts,
    until: Ts,
) -> QueryResult<Option<SubmissionRow>> {
    loop {
        let mut found = Vec::new();
        for cohort in groups(reach, wanted) {
            let free = submissions::holder_id.is_null().or(submissions::held_until.le(now).assume_not_null());
            let query = free_for!(waiting(reach, cohort, wanted), reach.tutor, now).filter(free);
            found.extend(query.limit(CANDIDATES).load::<SubmissionRow>(tx)?);
        }
        found.sort_by_key(|row| (row.queued_at, row.id));
        found.truncate(usize::try_from(CANDIDATES).unwrap_or(usize::MAX));
        if found.is_empty() {
            return Ok(None);
        }
        let Some(id) = not_being_taken(tx, &found)? else { continue };
        if claim(tx, id, reach.tutor, now, until)? {
            return standing(tx, id);
        }
    }
}

/// The first of them that nobody is taking at this very moment. On SQLite there is only one who writes.
fn not_being_taken(tx: &mut AnyConnection, found: &[SubmissionRow]) -> QueryResult<Option<SubmissionId>> {
    if matches!(tx, AnyConnection::Sqlite(_)) {
        return Ok(found.first().map(|row| row.id));
    }
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        id: SubmissionId,
    }
    // Numbers of our own, nothing that somebody wrote.
    let ids: Vec<String> = found.iter().map(|row| row.id.to_string()).collect();
    let query = format!(
        "SELECT id FROM submissions WHERE id IN ({}) ORDER BY queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED",
        ids.join(", ")
    );
    Ok(diesel::sql_query(query).get_result::<Found>(tx).optional()?.map(|found| found.id))
}

/// Takes one, or keeps one that is theirs; whether it is theirs now.
pub fn claim(tx: &mut AnyConnection, id: SubmissionId, tutor: UserId, now: Ts, until: Ts) -> QueryResult<bool> {
    let row =
        submissions::table.find(id).filter(submissions::state.eq_any(QUEUED)).filter(submissions::user_id.ne(tutor));
    let free = free_for!(row, tutor, now);
    let held = (submissions::holder_id.eq(tutor), submissions::held_until.eq(until));
    Ok(diesel::update(free).set(held).execute(tx)? > 0)
}

/// What this tutor holds at this moment.
macro_rules! held {
    ($id:expr, $tutor:expr, $now:expr) => {
        submissions::table
            .find($id)
            .filter(submissions::state.eq_any(QUEUED))
            .filter(submissions::holder_id.eq($tutor))
            .filter(submissions::held_until.gt($now))
            .filter(submissions::sends_at.is_null())
    };
}

/// Keeps what is theirs; false where they have it no more.
pub fn renew(tx: &mut AnyConnection, id: SubmissionId, tutor: UserId, now: Ts, until: Ts) -> QueryResult<bool> {
    Ok(diesel::update(held!(id, tutor, now)).set(submissions::held_until.eq(until)).execute(tx)? > 0)
}

/// Gives it back to the queue; whether it was theirs.
pub fn release(tx: &mut AnyConnection, id: SubmissionId, tutor: UserId, now: Ts) -> QueryResult<bool> {
    let nobody = (submissions::holder_id.eq(None::<UserId>), submissions::held_until.eq(None::<Ts>));
    Ok(diesel::update(held!(id, tutor, now)).set(nobody).execute(tx)? > 0)
}

/// Takes it from whoever is named; false where they have it no more.
pub fn take_over(
    tx: &mut AnyConnection,
    id: SubmissionId,
    from: UserId,
    by: UserId,
    now: Ts,
    until: Ts,
) -> QueryResult<bool> {
    let row = free_for!(submissions::table.find(id), from, now)
        .filter(submissions::state.eq_any(QUEUED))
        .filter(submissions::holder_id.eq(from))
        .filter(submissions::user_id.ne(by))
        .filter(submissions::state.ne("appealed").or(submissions::graded_by.ne(by).assume_not_null()));
    let held = (submissions::holder_id.eq(by), submissions::held_until.eq(until));
    Ok(diesel::update(row).set(held).execute(tx)? > 0)
}

/// Says that it is decided, and sent then; false where they have it no more.
pub fn decide(tx: &mut AnyConnection, id: SubmissionId, tutor: UserId, now: Ts, sends_at: Ts) -> QueryResult<bool> {
    Ok(diesel::update(held!(id, tutor, now)).set(submissions::sends_at.eq(sends_at)).execute(tx)? > 0)
}

/// Takes a decision back that was not sent yet, and goes on with it; false where it was sent.
pub fn take_back(tx: &mut AnyConnection, id: SubmissionId, tutor: UserId, now: Ts, until: Ts) -> QueryResult<bool> {
    let row =
        submissions::table.find(id).filter(submissions::holder_id.eq(tutor)).filter(submissions::sends_at.gt(now));
    let held = (submissions::sends_at.eq(None::<Ts>), submissions::held_until.eq(until));
    Ok(diesel::update(row).set(held).execute(tx)? > 0)
}

/// What is to be sent by now, after the one that is named.
pub fn to_send(
    db: &mut AnyConnection,
    now: Ts,
    (at, id): (Ts, SubmissionId),
    limit: i64,
) -> QueryResult<Vec<(Ts, SubmissionId)>> {
    let later = submissions::sends_at.eq(at).and(submissions::id.gt(id));
    submissions::table
        .filter(submissions::sends_at.le(now))
        .filter(submissions::sends_at.gt(at).or(later).assume_not_null())
        .order((submissions::sends_at, submissions::id))
        .limit(limit)
        .select((submissions::sends_at.assume_not_null(), submissions::id))
        .load(db)
}

/// When the next one is to be sent.
pub fn next_to_send(db: &mut AnyConnection, now: Ts) -> QueryResult<Option<Ts>> {
    submissions::table
        .filter(submissions::sends_at.gt(now))
        .order(submissions::sends_at)
        .select(submissions::sends_at.assume_not_null())
        .first(db)
        .optional()
}

/// Lets it stand as decided, once; false where it was sent before.
pub fn send(tx: &mut AnyConnection, id: SubmissionId, verdict: SubmissionState, now: Ts) -> QueryResult<bool> {
    let state: &str = verdict.into();
    let row = submissions::table.find(id).filter(submissions::sends_at.le(now));
    let graded = diesel::update(row)
        .set((
            submissions::state.eq(state),
            submissions::changed_at.eq(now),
            submissions::graded_by.eq(submissions::holder_id),
            submissions::holder_id.eq(None::<UserId>),
            submissions::held_until.eq(None::<Ts>),
            submissions::sends_at.eq(None::<Ts>),
        ))
        .execute(tx)?;
    Ok(graded > 0)
}

/// Puts what needs work into the queue again, for another tutor; false where it does not stand so any more.
pub fn appeal(tx: &mut AnyConnection, id: SubmissionId, now: Ts) -> QueryResult<bool> {
    let row = submissions::table.find(id).filter(submissions::state.eq("needs_work"));
    let queued = (submissions::state.eq("appealed"), submissions::queued_at.eq(now), submissions::changed_at.eq(now));
    Ok(diesel::update(row).set(queued).execute(tx)? > 0)
}

/// Takes an appeal back that no tutor has begun with.
pub fn take_back_appeal(tx: &mut AnyConnection, id: SubmissionId, now: Ts) -> QueryResult<bool> {
    let free = submissions::holder_id.is_null().or(submissions::held_until.le(now).assume_not_null());
    let row = submissions::table
        .find(id)
        .filter(submissions::state.eq("appealed"))
        .filter(submissions::sends_at.is_null())
        .filter(free);
    let back = (submissions::state.eq("needs_work"), submissions::changed_at.eq(now));
    Ok(diesel::update(row).set(back).execute(tx)? > 0)
}
