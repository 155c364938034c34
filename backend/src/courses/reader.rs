//! Extractors: who may read a course or a chapter. What one may not see does not exist (404).

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use diesel::QueryResult;
use moka::sync::Cache;

use super::catalogue::{ChapterRef, Publication};
use super::model;
use crate::accounts::Person;
use crate::db::AnyConnection;
use crate::db::types::{ChapterId, CohortId, CourseId, Ts, UserId};
use crate::http::id_in;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::organisations::{self, CourseAccess};
use crate::sessions::{Extracted, SignedIn, extract};
use crate::site::Site;

/// Somebody who may read a course; [`read_course`] alone makes one.
#[derive(Debug, Clone)]
pub struct ReaderOfCourse {
    pub me: SignedIn,
    pub publication: Arc<Publication>,
    /// Progress is kept for who is enrolled, and for nobody else.
    pub enrolled: bool,
    pub due_at: Option<Ts>,
}

/// Somebody who may read the chapter in `{chapter}`.
#[derive(Debug, Clone)]
pub struct ReaderOfChapter {
    pub me: SignedIn,
    pub chapter: ChapterRef,
    pub enrolled: bool,
    /// In which they take it.
    pub cohort: Option<CohortId>,
    pub due_at: Option<Ts>,
}

impl FromRequest for ReaderOfChapter {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(request, payload, async |me: SignedIn, site, request| {
            read_chapter(&site, &me, ChapterId(id_in(&request, "chapter")?)).await
        })
    }
}

/// The reader of a chapter that is not named in the address.
pub async fn read_chapter(site: &Site, me: &SignedIn, id: ChapterId) -> Result<ReaderOfChapter, Problem> {
    let chapter = chapter(site, id).await?;
    let known = site.readings.known.get(&(me.person.id, chapter.publication.course));
    let Reading { enrolled, cohort, due_at } = match known {
        Some(reading) => reading,
        None => may_read(site, &me.person, &chapter.publication, |_| Ok(())).await?.0,
    };
    Ok(ReaderOfChapter { me: me.clone(), chapter, enrolled, cohort, due_at })
}

/// A chapter that has something to read in it.
async fn chapter(site: &Site, id: ChapterId) -> Result<ChapterRef, Problem> {
    let found = site.catalogue.chapter(&site.db, id).await?;
    found.filter(|chapter| chapter.chapter().available).ok_or_else(|| NOT_FOUND.problem())
}

/// The reader of a chapter, and what is read for them on the way: one turn at the database in place of two.
pub async fn read_chapter_with<T: Send + 'static>(
    site: &Site,
    me: &SignedIn,
    id: ChapterId,
    more: impl FnOnce(&mut AnyConnection, &ChapterRef) -> QueryResult<T> + Send + 'static,
) -> Result<(ReaderOfChapter, T), Problem> {
    let chapter = chapter(site, id).await?;
    let own = chapter.clone();
    let (reading, more) = may_read(site, &me.person, &chapter.publication, move |db| more(db, &own)).await?;
    let Reading { enrolled, cohort, due_at } = reading;
    Ok((ReaderOfChapter { me: me.clone(), chapter, enrolled, cohort, due_at }, more))
}

/// The reader of a course, and what is read for them on the way.
pub async fn read_course<T: Send + 'static>(
    site: &Site,
    me: &SignedIn,
    slug: &str,
    more: impl FnOnce(&mut AnyConnection, &Publication) -> QueryResult<T> + Send + 'static,
) -> Result<(ReaderOfCourse, T), Problem> {
    let publication = site.catalogue.by_slug(&site.db, slug).await?.ok_or(&NOT_FOUND)?;
    let own = Arc::clone(&publication);
    let (reading, more) = may_read(site, &me.person, &publication, move |db| more(db, &own)).await?;
    let Reading { enrolled, due_at, .. } = reading;
    Ok((ReaderOfCourse { me: me.clone(), publication, enrolled, due_at }, more))
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    enrolled: bool,
    cohort: Option<CohortId>,
    due_at: Option<Ts>,
}

/// Who studies what, remembered for a moment: it stands in front of every chapter and every event. Only what somebody
/// may is remembered, so that nobody waits for what they have just been given.
#[derive(Clone)]
pub struct Readings {
    known: Cache<(UserId, CourseId), Reading>,
}

impl Readings {
    pub fn new() -> Self {
        // As long as one goes on reading after having been taken out of a course, or the licence has run out.
        Self { known: Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(2)).build() }
    }
}

impl Default for Readings {
    fn default() -> Self {
        Self::new()
    }
}

async fn may_read<T: Send + 'static>(
    site: &Site,
    person: &Arc<Person>,
    publication: &Publication,
    more: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
) -> Result<(Reading, T), Problem> {
    let (person, course) = (Arc::clone(person), publication.course);
    let known = site.readings.known.get(&(person.id, course));
    let readings = site.readings.clone();
    site.db
        .read(move |db| {
            let reading = match known {
                Some(reading) => reading,
                None => look_up(db, &person, course)?,
            };
            if known.is_none() && reading.enrolled {
                readings.known.insert((person.id, course), reading);
            }
            Ok((reading, more(db)?))
        })
        .await
}

/// Enrolled trainees, tutors of a cohort in it, corporate admins of a licensee, its authors, operators.
fn look_up(db: &mut AnyConnection, person: &Person, course: CourseId) -> Result<Reading, Problem> {
    let access = organisations::access(db, person.id, person.organisation, course)?;
    let studies = access.enrolled && access.licensed;
    let reads = studies
        || access.licensed && oversees(person)
        || person.writes(course)
        || person.is_operator()
        || tutored(db, person)?.contains(&course);
    let CourseAccess { cohort, due_at, .. } = access;
    if reads { Ok(Reading { enrolled: studies, cohort, due_at }) } else { Err(NOT_FOUND.problem()) }
}

/// The same for all courses at once: what this person finds, and what belongs into their notebook server.
pub fn readable(db: &mut AnyConnection, person: &Person) -> QueryResult<Vec<CourseId>> {
    if person.is_operator() {
        return model::all_courses(db);
    }
    let mut courses: Vec<CourseId> = organisations::courses_of(db, person.id, person.organisation)?
        .into_iter()
        .map(|(course, _)| course)
        .chain(tutored(db, person)?)
        .chain(person.written())
        .collect();
    if oversees(person) {
        courses.extend(organisations::licensed_courses(db, person.organisation)?);
    }
    courses.sort_unstable();
    courses.dedup();
    Ok(courses)
}

fn oversees(person: &Person) -> bool {
    person.administers(person.organisation)
}

fn tutored(db: &mut AnyConnection, person: &Person) -> QueryResult<Vec<CourseId>> {
    let cohorts: Vec<CohortId> = person.tutors().collect();
    let mut courses = match cohorts.is_empty() {
        true => Vec::new(),
        false => organisations::courses_of_cohorts(db, &cohorts)?,
    };
    courses.extend(person.leads());
    Ok(courses)
}
