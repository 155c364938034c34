//! Extractors: whose attempt it is, and who still takes the course.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::closing;
use super::model::{self, AttemptRow};
use crate::courses::{self, ChapterRef};
use crate::db::types::AttemptId;
use crate::http::id_in;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::sessions::{Extracted, SignedIn, extract};
use crate::study::problems::NOT_ENROLLED;

/// The person whose attempt is in `{attempt}`; nobody else's exists.
#[derive(Debug, Clone)]
pub struct OwnAttempt {
    pub me: SignedIn,
    /// Closed, if its time is over.
    pub row: AttemptRow,
}

impl FromRequest for OwnAttempt {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(request, payload, async |me: SignedIn, site, request| {
            let (user, id) = (me.person.id, AttemptId(id_in(&request, "attempt")?));
            let find = move |db: &mut _| Ok::<_, Problem>(model::own(db, user, id)?);
            let row = site.db.read(find).await?.ok_or(&NOT_FOUND)?;
            if !closing::is_overdue(&row) {
                return Ok(Self { me, row });
            }
            closing::close(&site, &row).await?;
            let row = site.db.read(find).await?.ok_or(&NOT_FOUND)?;
            Ok(Self { me, row })
        })
    }
}

/// The same person, who is still enrolled: only they go on with it.
#[derive(Debug, Clone)]
pub struct TakenAttempt {
    pub own: OwnAttempt,
    pub chapter: ChapterRef,
}

impl FromRequest for TakenAttempt {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(request, payload, async |own: OwnAttempt, site, _| {
            let reader = courses::read_chapter(&site, &own.me, own.row.chapter_id).await?;
            if reader.enrolled { Ok(Self { own, chapter: reader.chapter }) } else { Err(NOT_ENROLLED.problem()) }
        })
    }
}
