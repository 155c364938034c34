//! Extractor: who takes the course, and whose progress is kept.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::problems::NOT_ENROLLED;
use crate::courses::ReaderOfChapter;
use crate::http::problem::Problem;
use crate::sessions::{Extracted, extract};

/// Somebody who is enrolled in the course of the chapter in `{chapter}`, and not only may read it.
#[derive(Debug, Clone)]
pub struct TraineeOfChapter(pub ReaderOfChapter);

impl FromRequest for TraineeOfChapter {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(
            request,
            payload,
            async |reader: ReaderOfChapter, _, _| {
                if reader.enrolled { Ok(Self(reader)) } else { Err(NOT_ENROLLED.problem()) }
            },
        )
    }
}
