//! Extractors: a tutor at their desk, and what lies on it. Work beyond their reach does not exist (404).

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::assignments::SubmissionRow;
use crate::assignments::queue::{self, Reach};
use crate::courses;
use crate::db::types::{CourseId, SubmissionId, UserId};
use crate::http::id_in;
use crate::http::problem::{FORBIDDEN, NOT_FOUND, Problem};
use crate::organisations;
use crate::sessions::{Extracted, SignedIn, Tutor, extract};

/// A tutor, with the work they may see.
#[derive(Debug, Clone)]
pub struct Desk {
    pub me: SignedIn,
    pub reach: Reach,
}

impl Desk {
    pub fn tutor(&self) -> UserId {
        self.me.person.id
    }

    /// Whether they lead the tutors of this chapter's course.
    pub fn leads(&self, row: &SubmissionRow) -> bool {
        self.reach.chapters.contains(&row.chapter_id)
    }
}

impl FromRequest for Desk {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(request, payload, async |Tutor(me), site, _| {
            let person = me.person.clone();
            let reach = site.db.read(move |db| {
                let led: Vec<CourseId> = person.leads().collect();
                Ok::<_, Problem>(Reach {
                    tutor: person.id,
                    cohorts: organisations::taught_cohorts(db, &person)?,
                    chapters: if led.is_empty() { Vec::new() } else { courses::chapters_of_courses(db, &led)? },
                })
            });
            Ok(Self { reach: reach.await?, me })
        })
    }
}

/// The submission in `{submission}`, on the desk of a tutor who may see it.
#[derive(Debug, Clone)]
pub struct OnDesk {
    pub desk: Desk,
    pub row: SubmissionRow,
}

impl FromRequest for OnDesk {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(request, payload, async |desk: Desk, site, request| {
            let id = SubmissionId(id_in(&request, "submission")?);
            let row = site.db.read(move |db| Ok::<_, Problem>(queue::standing(db, id)?)).await?;
            let row = row.filter(|row| desk.reach.includes(row)).ok_or(&NOT_FOUND)?;
            Ok(Self { desk, row })
        })
    }
}

/// The same, for who leads the tutors of its course.
#[derive(Debug, Clone)]
pub struct LeadOf(pub OnDesk);

impl FromRequest for LeadOf {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(
            request,
            payload,
            async |work: OnDesk, _, _| {
                if work.desk.leads(&work.row) { Ok(Self(work)) } else { Err(FORBIDDEN.problem()) }
            },
        )
    }
}
