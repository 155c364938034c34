//! What every request passes through: an id, a look at where it comes from, problems written out, figures and a log line.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, ORIGIN,
    TRANSFER_ENCODING,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use uuid::Uuid;

use super::problem::{
    BODY_TOO_LARGE, CROSS_SITE, INTERNAL, METHOD_NOT_ALLOWED, NOT_FOUND, Problem, UNSUPPORTED_MEDIA_TYPE,
};
use crate::accounts::Locale;
use crate::site::Site;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SEC_FETCH_SITE: &str = "sec-fetch-site";

#[derive(Debug, Clone)]
struct RequestId(String);

/// The id under which this request stands in the log.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone())
}

/// Gives the id, writes problems out, counts and logs.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = incoming_id(&request).unwrap_or_else(|| Uuid::now_v7().to_string());
    request.extensions_mut().insert(RequestId(id.clone()));
    // The request must not be cloned here: routing needs it for itself.
    let response = next.call(request).await?;
    let inner = response.request().clone();
    let mut response = match problem_of(&response) {
        Some(trouble) => ServiceResponse::new(inner.clone(), write_out(&inner, trouble)),
        None => response.map_into_boxed_body(),
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    // What is said to one person is nobody else's; what may be kept says so itself.
    if inner.path().starts_with("/api/v1/") && !response.headers().contains_key(CACHE_CONTROL) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    record(&inner, response.status(), started);
    Ok(response)
}

/// An id given by a proxy is kept, if it looks like one.
fn incoming_id(request: &ServiceRequest) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let fine = (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fine.then(|| id.to_owned())
}

/// A problem to be written out: one of ours, or what the framework found by itself.
enum Trouble<'a> {
    Ours(&'a Problem),
    Framework(StatusCode),
}

impl<'a> From<&'a Error> for Trouble<'a> {
    fn from(error: &'a Error) -> Self {
        match error.as_error::<Problem>() {
            Some(problem) => Self::Ours(problem),
            None => Self::Framework(error.as_response_error().status_code()),
        }
    }
}

fn problem_of<B>(response: &ServiceResponse<B>) -> Option<Trouble<'_>> {
    if let Some(error) = response.response().error() {
        return Some(Trouble::from(error));
    }
    let status = response.status();
    // Answers that were written on purpose say what they are.
    let bare = !response.headers().contains_key(CONTENT_TYPE);
    ((status.is_client_error() || status.is_server_error()) && bare).then_some(Trouble::Framework(status))
}

fn write_out(request: &HttpRequest, trouble: Trouble<'_>) -> actix_web::HttpResponse {
    let fallback;
    let problem = match trouble {
        Trouble::Ours(problem) => problem,
        Trouble::Framework(status) => {
            fallback = match status {
                StatusCode::NOT_FOUND => NOT_FOUND.problem(),
                StatusCode::METHOD_NOT_ALLOWED => METHOD_NOT_ALLOWED.problem(),
                StatusCode::PAYLOAD_TOO_LARGE => BODY_TOO_LARGE.problem().with("limit", super::app::MOST_JSON),
                StatusCode::UNSUPPORTED_MEDIA_TYPE => UNSUPPORTED_MEDIA_TYPE.problem(),
                status => INTERNAL.caused_by(format!("the framework answered {status}")),
            };
            &fallback
        }
    };
    let body = problem.body(locale_of(request), &request_id(request));
    let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        tracing::error!(
            code = body.code,
            request_id = body.instance,
            route = route_of(request),
            cause = problem.causes(),
            "request failed"
        );
    }
    let mut response = actix_web::HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, "application/problem+json")).insert_header((CACHE_CONTROL, "no-store"));
    for header in problem.headers() {
        response.append_header(header.clone());
    }
    response.body(serde_json::to_vec(&body).unwrap_or_default())
}

/// The language the reader asked for: the SPA says its own in Accept-Language.
pub fn locale_of(request: &HttpRequest) -> Locale {
    request
        .headers()
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Locale::from_header)
        .unwrap_or_default()
}

fn route_of(request: &HttpRequest) -> String {
    request.match_pattern().unwrap_or_else(|| "unmatched".to_owned())
}

/// A label must not take whatever a client sends.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn record(request: &HttpRequest, status: StatusCode, started: Instant) {
    let route = route_of(request);
    let elapsed = started.elapsed();
    metrics::histogram!(
        "tenarai_request_seconds",
        "method" => known_method(request.method()),
        "route" => route.clone(),
        "status" => status.as_u16().to_string()
    )
    .record(elapsed);
    tracing::info!(
        target: "access",
        request_id = request_id(request),
        method = %request.method(),
        route,
        status = status.as_u16(),
        milliseconds = elapsed.as_secs_f64() * 1000.0,
        "request"
    );
}

/// Lets a state change through only from this site's own pages, and only as JSON.
///
/// A notebook's page is same-site with us, so cookies travel with what it sends; SameSite alone protects nothing.
pub async fn same_origin_only(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Four bytes may stand for a hundred thousand, and a chunk is unpacked before it is measured. Nobody of ours packs.
    if request.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Ok(request.error_response(UNSUPPORTED_MEDIA_TYPE.problem()));
    }
    let harmless = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Services are no browsers: they show a token and never a cookie (none has a path that reaches there).
    if harmless || request.path().starts_with("/internal/") {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    if !is_same_origin(&request) {
        return Ok(request.error_response(CROSS_SITE.problem()));
    }
    if has_body(&request) && !is_json(&request) {
        return Ok(request.error_response(UNSUPPORTED_MEDIA_TYPE.problem()));
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

fn is_same_origin(request: &ServiceRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = header(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let ours = request.app_data::<web::Data<Site>>().map(|site| site.config.public_origin.as_str());
    header(ORIGIN.as_str()).is_some_and(|origin| Some(origin) == ours)
}

fn has_body(request: &ServiceRequest) -> bool {
    let length = request.headers().get(CONTENT_LENGTH).is_some_and(|length| length != "0");
    length || request.headers().contains_key(TRANSFER_ENCODING)
}

fn is_json(request: &ServiceRequest) -> bool {
    super::body::is_json(request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()))
}
