//! JSON bodies, and where they are wrong.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use super::app::MOST_JSON;
use super::problem::{BODY_TOO_LARGE, BODY_TOO_SLOW, MALFORMED_JSON, Problem, UNSUPPORTED_MEDIA_TYPE};
use crate::site::Site;

/// The request's body. actix's own `Json` cannot tell in which field a mistake is. No body at all is an object without
/// fields: enough where each has a default, and otherwise an error that names the first.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T> Body<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()));
        let bytes = Bytes::from_request(request, payload);
        let seconds = request.app_data::<Data<Site>>().map_or(30, |site| site.config.settings.body_seconds);
        Box::pin(async move {
            // Otherwise a client that sends a byte an hour keeps a connection for ever.
            let bytes = tokio::time::timeout(Duration::from_secs(seconds), bytes).await;
            let bytes = bytes.map_err(|_| BODY_TOO_SLOW.problem().with("seconds", seconds))?;
            let bytes = bytes.map_err(|error| unread(&error))?;
            match bytes.is_empty() {
                true => parse(b"{}").map(Self),
                false if is_json => parse(&bytes).map(Self),
                false => Err(UNSUPPORTED_MEDIA_TYPE.problem()),
            }
        })
    }
}

/// Whether a content type is JSON's.
pub(super) fn is_json(content_type: Option<&str>) -> bool {
    let kind = content_type.and_then(|kind| kind.split(';').next()).unwrap_or("");
    kind.trim().eq_ignore_ascii_case("application/json")
}

fn unread(error: &Error) -> Problem {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => BODY_TOO_LARGE.problem().with("limit", MOST_JSON),
        _ => MALFORMED_JSON.problem().with("reason", error),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let malformed = |error: &serde_json::Error, pointer: &str| {
        let code = if error.is_data() { "unexpected" } else { "syntax" };
        MALFORMED_JSON.problem().with("reason", error).at(pointer, code, error.to_string())
    };
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| malformed(error.inner(), &pointer(error.path())))?;
    json.end().map_err(|error| malformed(&error, ""))?;
    if has_nul(bytes) {
        return Err(MALFORMED_JSON.problem().with("reason", "a NUL character"));
    }
    Ok(value)
}

/// Whether a text in this JSON has the one letter PostgreSQL cannot keep. JSON knows it in this spelling only.
fn has_nul(json: &[u8]) -> bool {
    let mut rest = json.iter();
    while rest.any(|&byte| byte == b'\\') {
        let escaped = rest.as_slice();
        if escaped.starts_with(b"u0000") {
            return true;
        }
        rest.next();
    }
    false
}

/// RFC 6901, as far as the path is known.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => break,
        }
    }
    pointer
}
