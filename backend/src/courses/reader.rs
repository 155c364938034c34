//! Extractors: who may read a course or a chapter. What one may not see does not exist (404).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::catalogue::{ChapterRef, Publication};
use crate::accounts::{Person, Role};
use crate::db::types::{ChapterId, CohortId, Ts};
use crate::db::{self};
use crate::http::problem::{NOT_FOUND, Problem};
use crate::organisations;
use crate::sessions::SignedIn;
use crate::site::Site;

type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// Somebody who may read the course in `{slug}`.
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
    pub due_at: Option<Ts>,
}

impl FromRequest for ReaderOfCourse {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let me = SignedIn::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let me = me.await?;
            let site = request.app_data::<web::Data<Site>>().cloned().ok_or(&NOT_FOUND)?;
            let slug = request.match_info().get("slug").ok_or(&NOT_FOUND)?;
            let publication = site.catalogue.by_slug(&site.db, slug).await?.ok_or(&NOT_FOUND)?;
            let Reading { enrolled, due_at } = may_read(&site, &me.person, &publication).await?;
            Ok(Self { me, publication, enrolled, due_at })
        })
    }
}

impl FromRequest for ReaderOfChapter {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let me = SignedIn::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let me = me.await?;
            let site = request.app_data::<web::Data<Site>>().cloned().ok_or(&NOT_FOUND)?;
            let id: i64 = request.match_info().get("chapter").and_then(|id| id.parse().ok()).ok_or(&NOT_FOUND)?;
            read_chapter(&site, &me, ChapterId(id)).await
        })
    }
}

/// The same for a chapter that is not named in the address.
pub async fn read_chapter(site: &Site, me: &SignedIn, id: ChapterId) -> Result<ReaderOfChapter, Problem> {
    let chapter =
        site.catalogue.chapter(&site.db, id).await?.filter(|chapter| chapter.chapter().available).ok_or(&NOT_FOUND)?;
    let Reading { enrolled, due_at } = may_read(site, &me.person, &chapter.publication).await?;
    Ok(ReaderOfChapter { me: me.clone(), chapter, enrolled, due_at })
}

struct Reading {
    enrolled: bool,
    due_at: Option<Ts>,
}

/// Enrolled trainees, tutors of a cohort in it, corporate admins of a licensee, its authors, operators.
async fn may_read(site: &Site, person: &Arc<Person>, publication: &Publication) -> Result<Reading, Problem> {
    let (user, organisation, course) = (person.id, person.organisation, publication.course);
    let cohorts: Vec<CohortId> = person.tutors().collect();
    let (access, tutors) = site
        .db
        .read(move |db| {
            let access = organisations::access(db, user, organisation, course)?;
            let mut tutors = false;
            for cohort in cohorts {
                tutors |= organisations::course_of_cohort(db, cohort)? == Some(course);
            }
            Ok::<_, db::Error>((access, tutors))
        })
        .await?;
    let studies = access.enrolled && access.licensed;
    let oversees = access.licensed && person.has(Role::CorporateAdmin) && person.administers(person.organisation);
    if studies || tutors || oversees || person.writes(course) || person.is_operator() {
        return Ok(Reading { enrolled: studies, due_at: access.due_at });
    }
    Err(NOT_FOUND.problem())
}
