//! Extractor: whose submission it is.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::model::{self, SubmissionRow};
use crate::db::types::SubmissionId;
use crate::http::id_in;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::sessions::{Extracted, SignedIn, extract};

/// The person who handed in what is in `{submission}`; nobody else's exists.
#[derive(Debug, Clone)]
pub struct OwnSubmission {
    pub me: SignedIn,
    pub row: SubmissionRow,
}

impl FromRequest for OwnSubmission {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(request, payload, async |me: SignedIn, site, request| {
            let (user, id) = (me.person.id, SubmissionId(id_in(&request, "submission")?));
            let row = site.db.read(move |db| Ok::<_, Problem>(model::own(db, user, id)?)).await?;
            Ok(Self { me, row: row.ok_or(&NOT_FOUND)? })
        })
    }
}
