//! Rows of organisations, licences, cohorts and enrolments, and their queries.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};

use crate::accounts::Person;
use crate::db::schema::{cohorts, courses, departments, enrolments, licences, organisations, users};
use crate::db::types::sql::Moment;
use crate::db::types::{CohortId, CourseId, DepartmentId, OrganisationId, Ts, UserId};
use crate::db::{AnyConnection, Both, Cached};

pub fn add(tx: &mut AnyConnection, slug: &str, name: &str) -> QueryResult<OrganisationId> {
    diesel::insert_into(organisations::table)
        .values((organisations::slug.eq(slug), organisations::name.eq(name), organisations::created_at.eq(Ts::now())))
        .returning(organisations::id)
        .get_result(tx)
}

pub fn by_slug(db: &mut AnyConnection, slug: &str) -> QueryResult<Option<OrganisationId>> {
    organisations::table.filter(organisations::slug.eq(slug)).select(organisations::id).first(db).optional()
}

/// Whether a department is this organisation's.
pub fn has_department(
    db: &mut AnyConnection,
    organisation: OrganisationId,
    department: DepartmentId,
) -> QueryResult<bool> {
    let found = departments::table.find(department).filter(departments::organisation_id.eq(organisation));
    diesel::select(diesel::dsl::exists(found)).get_result(db)
}

/// The organisation's department of that name, which is made where there is none.
pub fn department(tx: &mut AnyConnection, organisation: OrganisationId, name: &str) -> QueryResult<DepartmentId> {
    let known = departments::table
        .filter(departments::organisation_id.eq(organisation))
        .filter(departments::name.eq(name))
        .order(departments::id)
        .select(departments::id)
        .first(tx)
        .optional()?;
    match known {
        Some(id) => Ok(id),
        None => diesel::insert_into(departments::table)
            .values((departments::organisation_id.eq(organisation), departments::name.eq(name)))
            .returning(departments::id)
            .get_result(tx),
    }
}

pub fn exists(db: &mut AnyConnection, id: OrganisationId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(organisations::table.find(id))).get_result(db)
}

pub fn department_names(
    db: &mut AnyConnection,
    organisation: OrganisationId,
) -> QueryResult<HashMap<DepartmentId, String>> {
    departments::table
        .filter(departments::organisation_id.eq(organisation))
        .select((departments::id, departments::name))
        .load(db)
        .map(|rows| rows.into_iter().collect())
}

/// Lets an organisation's people be enrolled in a course, from now on. A licence that ended is in force again; one
/// that there is keeps its seats unless told.
pub fn license(
    tx: &mut AnyConnection,
    organisation: OrganisationId,
    course: CourseId,
    seats: Option<i64>,
) -> QueryResult<()> {
    let known = diesel::update(licence(organisation, course)).set(licences::ends_at.eq(None::<Ts>)).execute(tx)?;
    if known == 0 {
        diesel::insert_into(licences::table)
            .values((
                licences::organisation_id.eq(organisation),
                licences::course_id.eq(course),
                licences::seats.eq(seats),
                licences::starts_at.eq(Ts::now()),
            ))
            .execute(tx)?;
    } else if seats.is_some() {
        diesel::update(licence(organisation, course)).set(licences::seats.eq(seats)).execute(tx)?;
    }
    Ok(())
}

/// Ends a licence; whether one was in force. Enrolments stay, and count again should it be renewed.
pub fn end_licence(tx: &mut AnyConnection, organisation: OrganisationId, course: CourseId) -> QueryResult<bool> {
    let now = Ts::now();
    diesel::update(licence(organisation, course).filter(licences::ends_at.is_null().or(licences::ends_at.gt(now))))
        .set(licences::ends_at.eq(now))
        .execute(tx)
        .map(|ended| ended > 0)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn licence(organisation: OrganisationId, course: CourseId) -> _ {
    licences::table.filter(licences::organisation_id.eq(organisation)).filter(licences::course_id.eq(course))
}

pub struct NewCohort<'a> {
    pub organisation: OrganisationId,
    pub course: CourseId,
    pub name: &'a str,
    pub due_at: Option<Ts>,
}

pub fn add_cohort(tx: &mut AnyConnection, new: &NewCohort<'_>) -> QueryResult<CohortId> {
    diesel::insert_into(cohorts::table)
        .values((
            cohorts::organisation_id.eq(new.organisation),
            cohorts::course_id.eq(new.course),
            cohorts::name.eq(new.name),
            cohorts::starts_at.eq(Ts::now()),
            cohorts::due_at.eq(new.due_at),
        ))
        .returning(cohorts::id)
        .get_result(tx)
}

/// The first of the organisation's cohorts of that name in the course.
pub fn cohort_named(
    db: &mut AnyConnection,
    organisation: OrganisationId,
    course: CourseId,
    name: &str,
) -> QueryResult<Option<CohortId>> {
    cohorts::table
        .filter(cohorts::organisation_id.eq(organisation))
        .filter(cohorts::course_id.eq(course))
        .filter(cohorts::name.eq(name))
        .order(cohorts::id)
        .select(cohorts::id)
        .first(db)
        .optional()
}

/// Enrols; who is enrolled already stays as they are. Whose enrolment ended goes on where they left off, with another
/// cohort where one is told.
pub fn enrol(tx: &mut AnyConnection, user: UserId, course: CourseId, cohort: Option<CohortId>) -> QueryResult<()> {
    let ended = enrolments::table.find((user, course)).filter(enrolments::ended_at.is_not_null());
    let reopened = diesel::update(ended)
        .set((enrolments::ended_at.eq(None::<Ts>), cohort.map(|cohort| enrolments::cohort_id.eq(cohort))))
        .execute(tx)?;
    if reopened > 0 {
        return Ok(());
    }
    Both(
        diesel::insert_into(enrolments::table)
            .values((
                enrolments::user_id.eq(user),
                enrolments::course_id.eq(course),
                enrolments::cohort_id.eq(cohort),
                enrolments::created_at.eq(Ts::now()),
            ))
            .on_conflict((enrolments::user_id, enrolments::course_id))
            .do_nothing(),
    )
    .execute(tx)
    .map(drop)
}

/// Ends an enrolment; whether there was one. Progress stays.
pub fn end_enrolment(tx: &mut AnyConnection, user: UserId, course: CourseId) -> QueryResult<bool> {
    diesel::update(enrolments::table.find((user, course)).filter(enrolments::ended_at.is_null()))
        .set(enrolments::ended_at.eq(Ts::now()))
        .execute(tx)
        .map(|ended| ended > 0)
}

/// The number of seats of a licence, where none of them is free. Holds the licence until the transaction ends: of two
/// who are enrolled at once, the second sees who took the last seat.
pub fn full(tx: &mut AnyConnection, organisation: OrganisationId, course: CourseId) -> QueryResult<Option<i64>> {
    let seats: Option<i64> = diesel::update(licence(organisation, course))
        .set(licences::seats.eq(licences::seats))
        .returning(licences::seats)
        .get_result(tx)?;
    let taken: i64 = enrolments::table
        .inner_join(users::table)
        .filter(users::organisation_id.eq(organisation))
        .filter(enrolments::course_id.eq(course))
        .filter(enrolments::ended_at.is_null())
        .count()
        .get_result(tx)?;
    Ok(seats.filter(|&seats| taken >= seats))
}

pub fn enrolled_slugs(db: &mut AnyConnection, user: UserId) -> QueryResult<Vec<String>> {
    enrolments::table
        .inner_join(courses::table)
        .filter(enrolments::user_id.eq(user))
        .filter(enrolments::ended_at.is_null())
        .order(courses::slug)
        .select(courses::slug)
        .load(db)
}

/// What connects a person with a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct CourseAccess {
    #[diesel(sql_type = Bool)]
    pub enrolled: bool,
    /// The person's organisation holds a licence that is in force.
    #[diesel(sql_type = Bool)]
    pub licensed: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub cohort: Option<CohortId>,
    #[diesel(sql_type = Nullable<Moment>)]
    pub due_at: Option<Ts>,
}

/// One indexed look-up, for it stands in front of every chapter.
pub fn access(
    db: &mut AnyConnection,
    user: UserId,
    organisation: OrganisationId,
    course: CourseId,
) -> QueryResult<CourseAccess> {
    let query = diesel::sql_query(
        "SELECT e.user_id IS NOT NULL AS enrolled, l.id IS NOT NULL AS licensed, e.cohort_id AS cohort, \
                k.due_at AS due_at \
         FROM courses c \
         LEFT JOIN enrolments e ON e.course_id = c.id AND e.user_id = $1 AND e.ended_at IS NULL \
         LEFT JOIN licences l ON l.course_id = c.id AND l.organisation_id = $2 \
              AND l.starts_at <= $3 AND (l.ends_at IS NULL OR l.ends_at > $3) \
         LEFT JOIN cohorts k ON k.id = e.cohort_id \
         WHERE c.id = $4",
    )
    .bind::<BigInt, _>(user)
    .bind::<BigInt, _>(organisation)
    .bind::<Moment, _>(Ts::now())
    .bind::<BigInt, _>(course);
    Cached(query).get_result(db)
}

/// The courses a person is enrolled in under a licence in force, with their due dates.
pub fn courses_of(
    db: &mut AnyConnection,
    user: UserId,
    organisation: OrganisationId,
) -> QueryResult<Vec<(CourseId, Option<Ts>)>> {
    let now = Ts::now();
    enrolments::table
        .inner_join(licences::table.on(licences::course_id.eq(enrolments::course_id)))
        .left_join(cohorts::table.on(enrolments::cohort_id.eq(cohorts::id.nullable())))
        .filter(enrolments::user_id.eq(user))
        .filter(enrolments::ended_at.is_null())
        .filter(licences::organisation_id.eq(organisation))
        .filter(licences::starts_at.le(now))
        .filter(licences::ends_at.is_null().or(licences::ends_at.gt(now)))
        .order(enrolments::created_at)
        .select((enrolments::course_id, cohorts::due_at.nullable()))
        .load(db)
}

/// The cohorts a tutor is assigned to, and those of the courses they lead.
pub fn taught_cohorts(db: &mut AnyConnection, person: &Person) -> QueryResult<Vec<CohortId>> {
    let mut ids: Vec<CohortId> = person.tutors().collect();
    let led: Vec<CourseId> = person.leads().collect();
    if !led.is_empty() {
        ids.extend(cohorts::table.filter(cohorts::course_id.eq_any(led)).select(cohorts::id).load::<CohortId>(db)?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

pub fn courses_of_cohorts(db: &mut AnyConnection, ids: &[CohortId]) -> QueryResult<Vec<CourseId>> {
    cohorts::table.filter(cohorts::id.eq_any(ids)).select(cohorts::course_id).load(db)
}

/// The courses an organisation holds a licence for that is in force.
pub fn licensed_courses(db: &mut AnyConnection, organisation: OrganisationId) -> QueryResult<Vec<CourseId>> {
    let now = Ts::now();
    licences::table
        .filter(licences::organisation_id.eq(organisation))
        .filter(licences::starts_at.le(now))
        .filter(licences::ends_at.is_null().or(licences::ends_at.gt(now)))
        .select(licences::course_id)
        .load(db)
}

/// A cohort by name.
#[derive(Debug, Clone, Queryable)]
pub struct NamedCohort {
    pub id: CohortId,
    pub name: String,
    pub course: CourseId,
    pub due_at: Option<Ts>,
}

/// These cohorts, by id.
pub fn named_cohorts(db: &mut AnyConnection, ids: &[CohortId]) -> QueryResult<Vec<NamedCohort>> {
    cohorts::table
        .filter(cohorts::id.eq_any(ids))
        .order(cohorts::id)
        .select((cohorts::id, cohorts::name, cohorts::course_id, cohorts::due_at))
        .load(db)
}

/// A cohort with its size.
#[derive(Debug, Clone)]
pub struct CohortRow {
    pub id: CohortId,
    pub name: String,
    pub course: CourseId,
    pub due_at: Option<Ts>,
    pub members: i64,
}

/// These cohorts. Whoever asks has been granted them: a tutor may teach people of several companies.
pub fn cohort_rows(db: &mut AnyConnection, ids: &[CohortId]) -> QueryResult<Vec<CohortRow>> {
    let rows = named_cohorts(db, ids)?;
    let sizes: HashMap<Option<CohortId>, i64> = enrolments::table
        .filter(enrolments::cohort_id.eq_any(ids.iter().map(|id| Some(*id))))
        .filter(enrolments::ended_at.is_null())
        .group_by(enrolments::cohort_id)
        .select((enrolments::cohort_id, diesel::dsl::count_star()))
        .load(db)?
        .into_iter()
        .collect();
    Ok(rows
        .into_iter()
        .map(|NamedCohort { id, name, course, due_at }| CohortRow {
            id,
            name,
            course,
            due_at,
            members: sizes.get(&Some(id)).copied().unwrap_or(0),
        })
        .collect())
}
