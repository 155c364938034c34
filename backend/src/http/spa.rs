//! The front end, carried in the binary.

use actix_web::http::Method;
use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, Encoding, HeaderValue, VARY,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use rust_embed::RustEmbed;

use super::etag;
use super::problem::{METHOD_NOT_ALLOWED, NOT_FOUND, Problem};
use crate::config::Config;

#[derive(RustEmbed)]
#[folder = "../frontend/.output/public"]
#[allow_missing = true]
struct Files;

const SHELL: &str = "200.html";

/// Strict: nothing from other hosts, no inline script; in frames the hub, and our own pages of what was handed in, which
/// take their origin away themselves.
pub fn content_security_policy(config: &Config) -> String {
    let hub = config.hub.as_ref().map_or_else(String::new, |hub| format!(" {}", hub.origin()));
    let sentry = config
        .settings
        .sentry_dsn
        .as_deref()
        .and_then(|dsn| url::Url::parse(dsn).ok())
        .map_or_else(String::new, |dsn| format!(" {}", dsn.origin().ascii_serialization()));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self' data:; connect-src 'self'{sentry}; frame-src 'self'{hub}; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'self'; object-src 'none'"
    )
}

/// A file of the front end, or its shell for every address that is a page.
pub async fn page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    if let Some(methods) = super::openapi::methods_at(request.path()) {
        return Err(METHOD_NOT_ALLOWED.problem().allow(methods));
    }
    let path = request.path().trim_start_matches('/');
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        // A page is what its reader asks for by name; of those that take nothing else, only files are known.
        let known = if Files::get(path).is_some() {
            METHOD_NOT_ALLOWED.problem().allow("GET, HEAD")
        } else {
            NOT_FOUND.problem()
        };
        return Err(known);
    }
    let is_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if path.starts_with("api/") || path.starts_with("internal/") || path.starts_with("content/") {
        return Err(NOT_FOUND.problem());
    }
    let name = if Files::get(path).is_some() {
        path
    } else if is_file || path.starts_with("_nuxt/") {
        return Err(NOT_FOUND.problem());
    } else {
        SHELL
    };
    file(&request, name)
}

fn file(request: &HttpRequest, name: &str) -> Result<HttpResponse, Problem> {
    let Some(file) = Files::get(name) else {
        return Ok(HttpResponse::ServiceUnavailable()
            .content_type("text/plain; charset=utf-8")
            .body("The front end is not part of this binary: run `make build`.\n"));
    };
    let tag: String = file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    // Names below _nuxt carry a hash of their content, but for the list of builds.
    let immutable = name.starts_with("_nuxt/") && !name.starts_with("_nuxt/builds/");
    let cache = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    if let Some(mut unchanged) = etag::unchanged(request, &tag) {
        // What is asked for again, by a reload, stays as long as before.
        unchanged.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        return Ok(unchanged);
    }
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, file.metadata.mimetype()))
        .insert_header((CACHE_CONTROL, cache))
        .insert_header((VARY, "accept-encoding"))
        .insert_header(etag::header(&tag));
    let offered = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
    let best = request.get_header::<AcceptEncoding>().and_then(|accepted| accepted.negotiate(offered.iter()));
    let compressed = [(Encoding::brotli(), "br", "br"), (Encoding::gzip(), "gzip", "gz")];
    if let Some((_, coding, ending)) = compressed.into_iter().find(|(encoding, ..)| best.as_ref() == Some(encoding))
        && let Some(compressed) = Files::get(&format!("{name}.{ending}"))
    {
        return Ok(response.insert_header((CONTENT_ENCODING, coding)).body(compressed.data.into_owned()));
    }
    Ok(response.body(file.data.into_owned()))
}
