//! Cookies of our names that are not ours.
//!
//! Cookies know no ports: JavaScript in a notebook's output can plant one for the site's host, at another path, or from a
//! sub-domain for the parent. It cannot read or replace the real one, which is `HttpOnly`, but a browser sends both. So a
//! page says which session it means, in a header that only the site's own pages can send, and is never answered as
//! somebody else; and what was planted is removed with the next answer.

use std::borrow::Cow;
use std::net::IpAddr;

use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, time::Duration};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest};
use rand::seq::SliceRandom;

use super::tokens::{HUB_COOKIE, REFRESH_COOKIE, REFRESH_PATH, SESSION_COOKIE, SESSION_PATH};
use crate::db::types::SessionId;
use crate::site::Site;

/// Names the session a page believes to be in: its id.
pub const SESSION_HEADER: &str = "x-tenarai-session";

/// A cookie without a name and with the value `tenarai_session=…` is sent as one of that name.
const NAMELESS: &str = "";

/// Deeper addresses than this are none of ours.
const MOST_SEGMENTS: usize = 12;

/// Nor are longer names of hosts; a host's name in DNS has at most 253 letters.
const MOST_LABELS: usize = 6;
const LONGEST_NAME: usize = 253;

/// Proxies refuse an answer whose headers are larger than a few kilobytes: the rest goes with the next answers.
const MOST_REMOVALS: usize = 24;

/// The same in the address, for streams of events: browsers send no headers with those.
const SESSION_QUERY: &str = "session";

/// Whether this is the session that the page means; a page that names none takes any.
pub fn is_meant(request: &HttpRequest, session: Option<SessionId>) -> bool {
    meant(request).is_none_or(|meant| {
        let meant = meant.parse().ok().map(SessionId);
        meant.is_some() && meant == session
    })
}

fn meant(request: &HttpRequest) -> Option<Cow<'_, str>> {
    match request.headers().get(SESSION_HEADER) {
        Some(header) => Some(header.to_str().unwrap_or_default().into()),
        None => url::form_urlencoded::parse(request.query_string().as_bytes())
            .find_map(|(name, value)| (name == SESSION_QUERY).then_some(value)),
    }
}

/// The values of all cookies of this name.
pub fn values(request: &HttpRequest, name: &str) -> Vec<String> {
    let ours = pairs(request.headers()).filter(|(key, _)| *key == name.as_bytes());
    ours.filter_map(|(_, value)| str::from_utf8(value).ok().map(str::to_owned)).collect()
}

/// Names and values of all cookies, read as bytes: one that is no text, of whoever made it, hides none of the others.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pairs = headers.get_all(COOKIE).flat_map(|header| header.as_bytes().split(|&byte| byte == b';'));
    pairs.map(|pair| {
        let mut halves = pair.splitn(2, |&byte| byte == b'=');
        let mut half = || halves.next().unwrap_or_default().trim_ascii();
        (half(), half())
    })
}

/// Adds to an answer what removes cookies that somebody planted.
pub async fn sweep(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut planted = vec![(SESSION_COOKIE, SESSION_PATH), (REFRESH_COOKIE, REFRESH_PATH), (HUB_COOKIE, "")];
    planted.retain(|(name, home)| times(request.headers(), name) > usize::from(is_below(home, request.path())));
    if !planted.is_empty() {
        planted.push((NAMELESS, ""));
    }
    let mut removals: Vec<_> = planted.into_iter().flat_map(|(name, home)| removals(&request, name, home)).collect();
    if removals.len() > MOST_REMOVALS {
        removals.shuffle(&mut rand::rng());
        removals.truncate(MOST_REMOVALS);
    }
    let mut response = next.call(request).await?;
    for removal in removals {
        response.headers_mut().append(SET_COOKIE, removal);
    }
    Ok(response)
}

fn times(headers: &HeaderMap, name: &str) -> usize {
    pairs(headers).filter(|(key, _)| *key == name.as_bytes()).count()
}

/// Whether a browser sends a cookie of the path `home` to `path` (RFC 6265, 5.1.4).
fn is_below(home: &str, path: &str) -> bool {
    !home.is_empty() && path.strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Expires a name for this host at every path from which it can have come, and for every parent domain; not the real one.
fn removals(request: &ServiceRequest, name: &'static str, home: &str) -> Vec<HeaderValue> {
    let secure = request.app_data::<Data<Site>>().is_some_and(|site| site.tokens.secure());
    let domains = parents(request.connection_info().host());
    let mut all = Vec::new();
    for path in paths(request.path()) {
        for domain in [None].into_iter().chain(domains.iter().map(Some)) {
            if domain.is_none() && path == home {
                continue;
            }
            // Browsers take no cookie that has neither a name nor a value.
            let mut cookie = Cookie::build(name, "gone").path(path).secure(secure).max_age(Duration::ZERO).finish();
            if let Some(domain) = domain {
                cookie.set_domain(domain);
            }
            all.extend(HeaderValue::from_str(&cookie.to_string()));
        }
    }
    all
}

/// The paths of cookies that a browser sends to `path`.
fn paths(path: &str) -> Vec<&str> {
    let ends = path.char_indices().filter(|(_, letter)| *letter == '/').flat_map(|(at, _)| [at, at + 1]);
    let ends = ends.take(2 * MOST_SEGMENTS).chain([path.len()]).filter(|end| *end > 0);
    let mut paths: Vec<&str> = ends.map(|end| &path[..end]).filter(|path| !path.contains(';')).collect();
    paths.dedup();
    paths
}

/// `learn.example.com` and `example.com`: what a sub-domain may set a cookie for. An address or a lone name has none.
fn parents(host: &str) -> Vec<String> {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.contains(']') { host } else { name });
    if name.parse::<IpAddr>().is_ok() || name.starts_with('[') {
        return Vec::new();
    }
    let starts = name.rmatch_indices('.').map(|(at, _)| at + 1).chain([0]).take(MOST_LABELS);
    let parents = starts.map(|at| &name[at..]).filter(|name| name.contains('.') && name.len() <= LONGEST_NAME);
    parents.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_may_have_come_from_every_folder_of_an_address() {
        assert_eq!(paths("/api/v1/home"), ["/", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/home"]);
        assert_eq!(paths("/"), ["/"]);
        assert_eq!(paths("/a;b/c"), ["/"]);
    }

    #[test]
    fn a_cookie_may_have_been_set_for_the_host_and_its_parents() {
        assert_eq!(parents("learn.example.com:8443"), ["example.com", "learn.example.com"]);
        let many = parents(&"a.".repeat(20_000));
        assert!(many.len() < 10 && many.iter().all(|name| name.len() < 300), "{many:?}");
        for alone in ["localhost:8080", "localhost", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
            assert!(parents(alone).is_empty(), "{alone}");
        }
    }

    #[test]
    fn a_path_is_below_its_own_and_no_other() {
        assert!(is_below("/api", "/api") && is_below("/api", "/api/v1"));
        assert!(!is_below("/api", "/apix") && !is_below("/api", "/") && !is_below("", "/api"));
    }
}
