//! Conditional answers.

use std::cell::RefCell;

use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_TYPE, ContentEncoding, ETAG, Encoding, EntityTag, Header, IF_NONE_MATCH,
    IfNoneMatch, VARY,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;
use zstd::bulk::Compressor;

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
        let mut response = HttpResponse::Ok();
        response
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((CACHE_CONTROL, "private, no-cache"))
            .insert_header((VARY, "accept-encoding"))
            .insert_header(header(&tag));
        match compressed(request, &bytes) {
            Some(smaller) => response.insert_header(ContentEncoding::Zstd).body(smaller),
            None => response.body(bytes),
        }
    })
}

/// What is short travels in one packet anyway.
const WORTH_COMPRESSING: usize = 1024;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(3).ok());
}

/// By zstd, where the reader takes it. The middleware does not know how long a body will be and makes room for
/// megabytes each time, which takes many times as long as a chapter takes here.
fn compressed(request: &HttpRequest, bytes: &[u8]) -> Option<Vec<u8>> {
    let long = bytes.len() >= WORTH_COMPRESSING;
    let accepted = long.then(|| request.get_header::<AcceptEncoding>())??;
    let best = accepted.negotiate([Encoding::zstd(), Encoding::gzip(), Encoding::identity()].iter());
    (best == Some(Encoding::zstd())).then_some(())?;
    COMPRESSOR.with_borrow_mut(|compressor| compressor.as_mut()?.compress(bytes).ok())
}
