//! Conditional answers.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header, IF_NONE_MATCH, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

/// 304 where the reader has this very version.
pub fn unchanged(request: &HttpRequest, tag: &str) -> Option<HttpResponse> {
    let tag = EntityTag::new_weak(tag.to_owned());
    request.headers().contains_key(IF_NONE_MATCH).then_some(())?;
    let same = match IfNoneMatch::parse(request).ok()? {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(items) => items.iter().any(|item| item.weak_eq(&tag)),
    };
    same.then(|| {
        HttpResponse::NotModified()
            .insert_header((ETAG, tag.to_string()))
            .insert_header((CACHE_CONTROL, "private, no-cache"))
            .finish()
    })
}

/// Weak, for the bytes change with the compression.
pub fn header(tag: &str) -> (actix_web::http::header::HeaderName, String) {
    (ETAG, EntityTag::new_weak(tag.to_owned()).to_string())
}

/// JSON that is revalidated each time and sent only when it changed.
pub fn json(request: &HttpRequest, body: &impl Serialize) -> HttpResponse {
    match serde_json::to_vec(body) {
        Ok(bytes) => json_bytes(request, bytes),
        Err(error) => HttpResponse::from_error(super::problem::INTERNAL.caused_by(error)),
    }
}

/// The same for JSON that is written out already.
pub fn json_bytes(request: &HttpRequest, bytes: Vec<u8>) -> HttpResponse {
    // Nobody gains by forging a tag, and SHA-256 was a fourteenth of what opening a chapter costs.
    let tag = format!("{:032x}", xxh3_128(&bytes));
    unchanged(request, &tag).unwrap_or_else(|| {
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((CACHE_CONTROL, "private, no-cache"))
            .insert_header(header(&tag))
            .body(bytes)
    })
}
