//! Attempts and answers. Whoever writes to an attempt first takes its row, so that an answer and the submission cannot
//! pass each other.

use diesel::prelude::*;

use crate::content::quiz::Answer;
use crate::db::schema::{quiz_answers, quiz_attempts};
use crate::db::types::{AttemptId, ChapterId, ChapterVersionId, Json, Ts, UserId};
use crate::db::{AnyConnection, Both};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = quiz_attempts)]
pub struct AttemptRow {
    pub id: AttemptId,
    pub user_id: UserId,
    pub chapter_id: ChapterId,
    pub chapter_version_id: ChapterVersionId,
    pub number: i64,
    pub seed: i64,
    pub started_at: Ts,
    pub due_at: Option<Ts>,
    pub submitted_at: Option<Ts>,
    pub submitted_by: Option<String>,
    pub points: Option<f64>,
    pub percent: Option<i64>,
    pub passed: Option<bool>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = quiz_attempts)]
pub struct NewAttempt {
    pub user_id: UserId,
    pub chapter_id: ChapterId,
    pub chapter_version_id: ChapterVersionId,
    pub number: i64,
    pub seed: i64,
    pub started_at: Ts,
    pub due_at: Option<Ts>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = quiz_answers)]
pub struct AnswerRow {
    pub question: String,
    pub answer: Json<Answer>,
}

/// What an attempt came to.
#[derive(Debug, Clone, Copy)]
pub struct Score {
    pub points: f64,
    pub percent: i64,
    pub passed: bool,
}

/// One's attempts at a quiz, the first one first.
pub fn attempts_of(db: &mut AnyConnection, user: UserId, chapter: ChapterId) -> QueryResult<Vec<AttemptRow>> {
    quiz_attempts::table
        .filter(quiz_attempts::user_id.eq(user))
        .filter(quiz_attempts::chapter_id.eq(chapter))
        .order(quiz_attempts::number)
        .select(AttemptRow::as_select())
        .load(db)
}

/// An attempt of this person.
pub fn own(db: &mut AnyConnection, user: UserId, id: AttemptId) -> QueryResult<Option<AttemptRow>> {
    quiz_attempts::table
        .find(id)
        .filter(quiz_attempts::user_id.eq(user))
        .select(AttemptRow::as_select())
        .first(db)
        .optional()
}

pub fn answers_of(db: &mut AnyConnection, attempt: AttemptId) -> QueryResult<Vec<AnswerRow>> {
    quiz_answers::table
        .filter(quiz_answers::attempt_id.eq(attempt))
        .order(quiz_answers::question)
        .select(AnswerRow::as_select())
        .load(db)
}

/// Nothing is added where one is open already, or another got this number at the same moment.
pub fn begin(tx: &mut AnyConnection, attempt: &NewAttempt) -> QueryResult<usize> {
    Both(diesel::insert_into(quiz_attempts::table).values(attempt).on_conflict_do_nothing()).execute(tx)
}

/// Takes the row of an attempt that is not submitted yet, until the transaction ends; false where it is.
pub fn hold_open(tx: &mut AnyConnection, id: AttemptId) -> QueryResult<bool> {
    // Setting it to itself takes the lock of the row on PostgreSQL; SQLite has one writer anyway.
    let row = quiz_attempts::table.find(id).filter(quiz_attempts::submitted_at.is_null());
    Ok(diesel::update(row).set(quiz_attempts::id.eq(id)).execute(tx)? > 0)
}

/// Keeps an answer, in place of the one before.
pub fn answer(tx: &mut AnyConnection, attempt: AttemptId, question: &str, answer: Answer, at: Ts) -> QueryResult<()> {
    let row = (
        quiz_answers::attempt_id.eq(attempt),
        quiz_answers::question.eq(question),
        quiz_answers::answer.eq(Json(answer.clone())),
        quiz_answers::answered_at.eq(at),
    );
    let query = diesel::insert_into(quiz_answers::table)
        .values(row)
        .on_conflict((quiz_answers::attempt_id, quiz_answers::question))
        .do_update()
        .set((quiz_answers::answer.eq(Json(answer)), quiz_answers::answered_at.eq(at)));
    Both(query).execute(tx).map(drop)
}

pub fn take_back(tx: &mut AnyConnection, attempt: AttemptId, question: &str) -> QueryResult<()> {
    diesel::delete(quiz_answers::table.find((attempt, question))).execute(tx).map(drop)
}

/// Closes an attempt that is held.
pub fn submit(tx: &mut AnyConnection, id: AttemptId, by: &str, at: Ts, score: Score) -> QueryResult<()> {
    diesel::update(quiz_attempts::table.find(id))
        .set((
            quiz_attempts::submitted_at.eq(at),
            quiz_attempts::submitted_by.eq(by),
            quiz_attempts::points.eq(score.points),
            quiz_attempts::percent.eq(score.percent),
            quiz_attempts::passed.eq(score.passed),
        ))
        .execute(tx)
        .map(drop)
}

/// Attempts whose time was over at this moment, and which nobody has closed, after this one.
pub fn overdue(db: &mut AnyConnection, at: Ts, after: (Ts, AttemptId), most: i64) -> QueryResult<Vec<AttemptRow>> {
    let (due, id) = after;
    let later = quiz_attempts::due_at.gt(due).or(quiz_attempts::due_at.eq(due).and(quiz_attempts::id.gt(id)));
    quiz_attempts::table
        .filter(quiz_attempts::submitted_at.is_null())
        .filter(quiz_attempts::due_at.lt(at))
        .filter(later)
        .order((quiz_attempts::due_at, quiz_attempts::id))
        .limit(most)
        .select(AttemptRow::as_select())
        .load(db)
}
