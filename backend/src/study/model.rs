//! Rows of progress and their queries. Upserts are written so that two tabs, or two processes, cannot undo each
//! other: a moment once set stays, and of two positions the later wins.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Double, Nullable, Text};

use super::rules::Evidence;
use crate::db::schema::{cell_progress, chapter_progress, course_progress};
use crate::db::types::sql::{Guid, Moment};
use crate::db::types::{ChapterId, CourseId, EventId, PublicationId, Ts, UserId};
use crate::db::{AnyConnection, Cached};

#[derive(Debug, Clone, Queryable, Selectable, QueryableByName)]
#[diesel(table_name = chapter_progress)]
pub struct ProgressRow {
    #[diesel(sql_type = BigInt)]
    pub chapter_id: ChapterId,
    pub course_id: CourseId,
    /// By whose rule `percent` was reckoned.
    pub publication_id: PublicationId,
    pub opened_at: Option<Ts>,
    pub read_at: Option<Ts>,
    pub completed_at: Option<Ts>,
    pub completed_by: Option<String>,
    pub percent: i64,
    pub scroll: Option<f64>,
    pub anchor: Option<String>,
    pub cell_id: Option<String>,
    pub position_at: Option<Ts>,
    pub updated_at: Ts,
    pub passed_at: Option<Ts>,
}

/// How one cell went so far.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = cell_progress)]
pub struct CellRow {
    pub cell_id: String,
    pub runs: i64,
    pub errors: i64,
    pub first_success_at: Option<Ts>,
    pub last_success: bool,
    pub last_error: Option<String>,
    pub last_duration_ms: i64,
    pub last_run_at: Ts,
}

/// Who, where: the key of everything below.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub user: UserId,
    pub course: CourseId,
    pub chapter: ChapterId,
    pub publication: PublicationId,
}

/// What events add to a chapter's progress.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// When the last of them happened; nothing where all had been told before.
    pub at: Option<Ts>,
    pub opened_at: Option<Ts>,
    pub read_at: Option<Ts>,
    pub passed_at: Option<Ts>,
    pub position: Option<Position>,
}

#[derive(Debug, Clone)]
pub struct Position {
    pub scroll: f64,
    pub anchor: Option<String>,
    pub cell_id: Option<String>,
    pub at: Ts,
}

impl Step {
    /// Of what is told twice, the first opening and reading count, and the last position.
    pub fn add(&mut self, more: Self) {
        self.at = self.at.max(more.at);
        self.opened_at = self.opened_at.or(more.opened_at);
        self.read_at = self.read_at.or(more.read_at);
        self.passed_at = self.passed_at.or(more.passed_at);
        let later = |new: &Position| self.position.as_ref().is_none_or(|known| known.at <= new.at);
        if let Some(position) = more.position.filter(later) {
            self.position = Some(position);
        }
    }
}

/// Writes a step and gives the row as it is now.
pub fn advance(tx: &mut AnyConnection, place: Place, step: &Step, at: Ts) -> QueryResult<ProgressRow> {
    let position = step.position.as_ref();
    let query = diesel::sql_query(
        "INSERT INTO chapter_progress AS p (user_id, chapter_id, course_id, publication_id, opened_at, read_at, \
             percent, scroll, anchor, cell_id, position_at, updated_at, passed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (user_id, chapter_id) DO UPDATE SET \
             opened_at = COALESCE(p.opened_at, excluded.opened_at), \
             read_at = COALESCE(p.read_at, excluded.read_at), \
             passed_at = COALESCE(p.passed_at, excluded.passed_at), \
             scroll = CASE WHEN excluded.position_at >= COALESCE(p.position_at, excluded.position_at) THEN excluded.scroll ELSE p.scroll END, \
             anchor = CASE WHEN excluded.position_at >= COALESCE(p.position_at, excluded.position_at) THEN excluded.anchor ELSE p.anchor END, \
             cell_id = CASE WHEN excluded.position_at >= COALESCE(p.position_at, excluded.position_at) THEN COALESCE(excluded.cell_id, p.cell_id) ELSE p.cell_id END, \
             position_at = CASE WHEN excluded.position_at >= COALESCE(p.position_at, excluded.position_at) THEN excluded.position_at ELSE p.position_at END, \
             publication_id = CASE WHEN p.completed_at IS NULL THEN excluded.publication_id ELSE p.publication_id END, \
             updated_at = CASE WHEN excluded.updated_at > p.updated_at THEN excluded.updated_at ELSE p.updated_at END \
         RETURNING chapter_id, course_id, publication_id, opened_at, read_at, completed_at, completed_by, percent, scroll, anchor, \
             cell_id, position_at, updated_at, passed_at",
    )
    .bind::<BigInt, _>(place.user)
    .bind::<BigInt, _>(place.chapter)
    .bind::<BigInt, _>(place.course)
    .bind::<BigInt, _>(place.publication)
    .bind::<Nullable<Moment>, _>(step.opened_at)
    .bind::<Nullable<Moment>, _>(step.read_at)
    .bind::<Nullable<Double>, _>(position.map(|position| position.scroll))
    .bind::<Nullable<Text>, _>(position.and_then(|position| position.anchor.clone()))
    .bind::<Nullable<Text>, _>(position.and_then(|position| position.cell_id.clone()))
    .bind::<Nullable<Moment>, _>(position.map(|position| position.at))
    .bind::<Moment, _>(at)
    .bind::<Nullable<Moment>, _>(step.passed_at);
    Cached(query).get_result(tx)
}

/// A cell execution as reported.
#[derive(Debug, Clone)]
pub struct Execution {
    pub id: EventId,
    pub cell_id: String,
    pub cell_index: i64,
    pub execution_count: Option<i64>,
    pub success: bool,
    pub error_name: Option<String>,
    pub duration_ms: i64,
    pub source_sha256: String,
    pub at: Ts,
}

/// Stores an execution; false where it was stored before.
pub fn record_execution(tx: &mut AnyConnection, place: Place, run: &Execution, of_handout: bool) -> QueryResult<bool> {
    let query = diesel::sql_query(
        "INSERT INTO cell_events (id, user_id, chapter_id, publication_id, cell_id, cell_index, execution_count, \
             success, error_name, duration_ms, source_sha256, executed_at, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (user_id, id) DO NOTHING",
    )
    .bind::<Guid, _>(run.id)
    .bind::<BigInt, _>(place.user)
    .bind::<BigInt, _>(place.chapter)
    .bind::<BigInt, _>(place.publication)
    .bind::<Text, _>(&run.cell_id)
    .bind::<BigInt, _>(run.cell_index)
    .bind::<Nullable<BigInt>, _>(run.execution_count)
    .bind::<Bool, _>(run.success)
    .bind::<Nullable<Text>, _>(run.error_name.as_deref())
    .bind::<BigInt, _>(run.duration_ms)
    .bind::<Text, _>(&run.source_sha256)
    .bind::<Moment, _>(run.at)
    .bind::<Moment, _>(Ts::now());
    if Cached(query).execute(tx)? == 0 {
        return Ok(false);
    }
    if !of_handout {
        return Ok(true);
    }
    let query = diesel::sql_query(
        "INSERT INTO cell_progress AS p (user_id, chapter_id, cell_id, runs, errors, first_success_at, last_success, \
             last_error, last_duration_ms, last_run_at) \
         VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (user_id, chapter_id, cell_id) DO UPDATE SET \
             runs = p.runs + 1, \
             errors = p.errors + excluded.errors, \
             first_success_at = COALESCE(p.first_success_at, excluded.first_success_at), \
             last_success = CASE WHEN excluded.last_run_at >= p.last_run_at THEN excluded.last_success ELSE p.last_success END, \
             last_error = CASE WHEN excluded.last_run_at >= p.last_run_at THEN excluded.last_error ELSE p.last_error END, \
             last_duration_ms = CASE WHEN excluded.last_run_at >= p.last_run_at THEN excluded.last_duration_ms ELSE p.last_duration_ms END, \
             last_run_at = CASE WHEN excluded.last_run_at >= p.last_run_at THEN excluded.last_run_at ELSE p.last_run_at END",
    )
    .bind::<BigInt, _>(place.user)
    .bind::<BigInt, _>(place.chapter)
    .bind::<Text, _>(&run.cell_id)
    .bind::<BigInt, _>(i64::from(!run.success))
    .bind::<Nullable<Moment>, _>(run.success.then_some(run.at))
    .bind::<Bool, _>(run.success)
    .bind::<Nullable<Text>, _>(run.error_name.as_deref())
    .bind::<BigInt, _>(run.duration_ms)
    .bind::<Moment, _>(run.at);
    Cached(query).execute(tx)?;
    Ok(true)
}

/// How a chapter came to be completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletedBy {
    Rule,
    SelfMark,
}

impl CompletedBy {
    fn column(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::SelfMark => "self",
        }
    }
}

/// Where it is still what was read.
pub fn set_percent(db: &mut AnyConnection, place: Place, read: i64, percent: i64) -> QueryResult<()> {
    let row = chapter_progress::table.find((place.user, place.chapter)).filter(chapter_progress::percent.eq(read));
    diesel::update(row).set(chapter_progress::percent.eq(percent)).execute(db).map(drop)
}

/// Marks a chapter as completed under this publication; a completion that stands is left as it is.
pub fn complete(tx: &mut AnyConnection, place: Place, by: CompletedBy, at: Ts) -> QueryResult<()> {
    diesel::update(
        chapter_progress::table.find((place.user, place.chapter)).filter(chapter_progress::completed_at.is_null()),
    )
    .set((
        chapter_progress::completed_at.eq(at),
        chapter_progress::completed_by.eq(by.column()),
        chapter_progress::publication_id.eq(place.publication),
        chapter_progress::percent.eq(100),
    ))
    .execute(tx)
    .map(drop)
}

/// Takes back one's own mark; one earned by the rule stays.
pub fn take_back_mark(tx: &mut AnyConnection, place: Place, percent: i64) -> QueryResult<()> {
    diesel::update(
        chapter_progress::table.find((place.user, place.chapter)).filter(chapter_progress::completed_by.eq("self")),
    )
    .set((
        chapter_progress::completed_at.eq(None::<Ts>),
        chapter_progress::completed_by.eq(None::<String>),
        chapter_progress::percent.eq(percent),
    ))
    .execute(tx)
    .map(drop)
}

/// Takes the row of the course's rollup, and holds it until the transaction ends: of two who count at once, the
/// second waits here and then sees what the first has written.
pub fn hold_course(tx: &mut AnyConnection, place: Place) -> QueryResult<()> {
    let query = diesel::sql_query(
        "INSERT INTO course_progress (user_id, course_id, completed_chapters, updated_at) VALUES ($1, $2, 0, $3) \
         ON CONFLICT (user_id, course_id) DO UPDATE SET updated_at = excluded.updated_at",
    )
    .bind::<BigInt, _>(place.user)
    .bind::<BigInt, _>(place.course)
    .bind::<Moment, _>(Ts::now());
    Cached(query).execute(tx).map(drop)
}

/// Writes the rollup of a course that is held, and gives when the course was completed; once it is, it stays so.
pub fn roll_up(
    tx: &mut AnyConnection,
    place: Place,
    completed: i64,
    completed_at: Option<Ts>,
) -> QueryResult<Option<Ts>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Moment>)]
        completed_at: Option<Ts>,
    }
    let query = diesel::sql_query(
        "UPDATE course_progress SET completed_chapters = $1, completed_at = COALESCE(completed_at, $2) \
         WHERE user_id = $3 AND course_id = $4 RETURNING completed_at",
    )
    .bind::<BigInt, _>(completed)
    .bind::<Nullable<Moment>, _>(completed_at)
    .bind::<BigInt, _>(place.user)
    .bind::<BigInt, _>(place.course);
    Cached(query).get_result::<Row>(tx).map(|row| row.completed_at)
}

pub fn progress(db: &mut AnyConnection, user: UserId, chapter: ChapterId) -> QueryResult<Option<ProgressRow>> {
    chapter_progress::table.find((user, chapter)).select(ProgressRow::as_select()).first(db).optional()
}

/// A chapter's progress and, where there is one, one of its cells.
#[derive(QueryableByName)]
struct ProgressAndCell {
    #[diesel(embed)]
    progress: ProgressRow,
    #[diesel(sql_type = Nullable<Text>)]
    cell: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    runs: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    errors: Option<i64>,
    #[diesel(sql_type = Nullable<Moment>)]
    first_success_at: Option<Ts>,
    #[diesel(sql_type = Nullable<Bool>)]
    last_success: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    last_error: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_duration_ms: Option<i64>,
    #[diesel(sql_type = Nullable<Moment>)]
    last_run_at: Option<Ts>,
}

impl ProgressAndCell {
    fn cell(&mut self) -> Option<CellRow> {
        Some(CellRow {
            cell_id: self.cell.take()?,
            runs: self.runs?,
            errors: self.errors?,
            first_success_at: self.first_success_at,
            last_success: self.last_success?,
            last_error: self.last_error.take(),
            last_duration_ms: self.last_duration_ms?,
            last_run_at: self.last_run_at?,
        })
    }
}

/// A chapter's progress with its cells: what opening a chapter reads, as text, for diesel would build it anew each time.
pub fn progress_with_cells(
    db: &mut AnyConnection,
    user: UserId,
    chapter: ChapterId,
) -> QueryResult<(Option<ProgressRow>, Vec<CellRow>)> {
    let query = diesel::sql_query(
        "SELECT p.chapter_id, p.course_id, p.publication_id, p.opened_at, p.read_at, p.completed_at, \
             p.completed_by, p.percent, p.scroll, p.anchor, p.cell_id, p.position_at, p.updated_at, p.passed_at, \
             c.cell_id AS cell, c.runs, c.errors, c.first_success_at, c.last_success, c.last_error, \
             c.last_duration_ms, c.last_run_at \
         FROM chapter_progress p \
         LEFT JOIN cell_progress c ON c.user_id = p.user_id AND c.chapter_id = p.chapter_id \
         WHERE p.user_id = $1 AND p.chapter_id = $2",
    )
    .bind::<BigInt, _>(user)
    .bind::<BigInt, _>(chapter);
    let mut rows: Vec<ProgressAndCell> = Cached(query).load(db)?;
    let mut cells: Vec<CellRow> = rows.iter_mut().filter_map(ProgressAndCell::cell).collect();
    // Here, for these few: to sort costs PostgreSQL half as much again as to find them.
    cells.sort_unstable_by(|one, other| one.cell_id.cmp(&other.cell_id));
    Ok((rows.into_iter().next().map(|row| row.progress), cells))
}

pub fn cells(db: &mut AnyConnection, user: UserId, chapter: ChapterId) -> QueryResult<Vec<CellRow>> {
    cell_progress::table
        .filter(cell_progress::user_id.eq(user))
        .filter(cell_progress::chapter_id.eq(chapter))
        .order(cell_progress::cell_id)
        .select(CellRow::as_select())
        .load(db)
}

/// The cells of these chapters.
pub fn cells_of(
    db: &mut AnyConnection,
    user: UserId,
    chapters: &[ChapterId],
) -> QueryResult<HashMap<ChapterId, Vec<CellRow>>> {
    let rows: Vec<(ChapterId, CellRow)> = cell_progress::table
        .filter(cell_progress::user_id.eq(user))
        .filter(cell_progress::chapter_id.eq_any(chapters))
        .select((cell_progress::chapter_id, CellRow::as_select()))
        .load(db)?;
    let mut cells: HashMap<ChapterId, Vec<CellRow>> = HashMap::new();
    for (chapter, cell) in rows {
        cells.entry(chapter).or_default().push(cell);
    }
    Ok(cells)
}

/// The chapters of these courses the user has touched.
pub fn of_courses(
    db: &mut AnyConnection,
    user: UserId,
    courses: &[CourseId],
) -> QueryResult<HashMap<ChapterId, ProgressRow>> {
    chapter_progress::table
        .filter(chapter_progress::user_id.eq(user))
        .filter(chapter_progress::course_id.eq_any(courses))
        .select(ProgressRow::as_select())
        .load(db)
        .map(|rows| rows.into_iter().map(|row| (row.chapter_id, row)).collect())
}

pub fn course_completed_at(db: &mut AnyConnection, user: UserId, course: CourseId) -> QueryResult<Option<Ts>> {
    course_progress::table
        .find((user, course))
        .select(course_progress::completed_at)
        .first::<Option<Ts>>(db)
        .optional()
        .map(Option::flatten)
}

/// The courses a user has completed, and when.
pub fn courses_completed(db: &mut AnyConnection, user: UserId) -> QueryResult<HashMap<CourseId, Ts>> {
    course_progress::table
        .filter(course_progress::user_id.eq(user))
        .filter(course_progress::completed_at.is_not_null())
        .select((course_progress::course_id, course_progress::completed_at.assume_not_null()))
        .load(db)
        .map(|rows| rows.into_iter().collect())
}

/// What the rules judge by.
pub fn evidence(row: Option<&ProgressRow>, cells: &[CellRow]) -> Evidence {
    Evidence {
        read_at: row.and_then(|row| row.read_at),
        passed_at: row.and_then(|row| row.passed_at),
        succeeded: cells
            .iter()
            .filter(|cell| cell.first_success_at.is_some())
            .map(|cell| cell.cell_id.clone())
            .collect(),
    }
}
