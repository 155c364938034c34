//! Extractors: who sends this request.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::planted;
use super::problems::{NOT_SIGNED_IN, SERVICE_TOKEN_REQUIRED, SESSION_ENDED, SESSION_EXPIRED};
use super::tokens::{SESSION_COOKIE, SessionClaims};
use crate::accounts::{Person, Role, user_of_hub_name};
use crate::db::types::SessionId;
use crate::http::problem::{FORBIDDEN, Problem};
use crate::site::Site;

/// A future an extractor may return; actix runs them on one thread.
pub type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// An extractor that rests on another: whoever is let in there, `then` makes of them, or refuses.
pub fn extract<First, T>(
    request: &HttpRequest,
    payload: &mut Payload,
    then: impl AsyncFnOnce(First, Data<Site>, HttpRequest) -> Result<T, Problem> + 'static,
) -> Extracted<T>
where
    First: FromRequest<Error = Problem, Future = Extracted<First>> + 'static,
{
    let first = First::from_request(request, payload);
    let request = request.clone();
    Box::pin(async move {
        let first = first.await?;
        let site = Site::of(&request)?;
        then(first, site, request).await
    })
}

/// Anybody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub person: Arc<Person>,
    pub session: SessionId,
    /// When the token of this request runs out, seconds since 1970.
    pub token_expires: i64,
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let site = Site::of(&request)?;
            let claims = claims(&request, &site).await?;
            if site.live.revocations.has_ended(claims.sid) {
                return Err(SESSION_ENDED.problem());
            }
            let user = claims.user().ok_or(&SESSION_EXPIRED)?;
            let person = site.people.get(&site.db, user).await?;
            if person.disabled {
                return Err(SESSION_ENDED.problem());
            }
            Ok(Self { person, session: claims.sid, token_expires: claims.exp })
        })
    }
}

/// What the token of this request says. Of several that verify, which session is meant is never guessed.
async fn claims(request: &HttpRequest, Site { tokens, db, .. }: &Site) -> Result<SessionClaims, Problem> {
    let mut found: Option<SessionClaims> = None;
    let mut refusal = NOT_SIGNED_IN.problem();
    for token in planted::values(request, SESSION_COOKIE) {
        match tokens.keys().with_latest(db, || tokens.verify_session(&token)).await {
            Ok(claims) if !planted::is_meant(request, Some(claims.sid)) => refusal = SESSION_EXPIRED.problem(),
            Ok(claims) if found.as_ref().is_some_and(|found| found.sid != claims.sid) => {
                return Err(SESSION_EXPIRED.problem());
            }
            Ok(claims) => found = Some(claims),
            Err(error) => refusal = SESSION_EXPIRED.caused_by(error),
        }
    }
    found.ok_or(refusal)
}

/// An operator.
#[derive(Debug, Clone)]
pub struct Operator(pub SignedIn);

/// A tutor of some cohort.
#[derive(Debug, Clone)]
pub struct Tutor(pub SignedIn);

/// Who writes some course; an operator may see all of them.
#[derive(Debug, Clone)]
pub struct Author(pub SignedIn);

macro_rules! who_may {
    ($who:ident, $may:expr) => {
        impl FromRequest for $who {
            type Error = Problem;
            type Future = Extracted<Self>;

            fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
                let may: fn(&Person) -> bool = $may;
                extract(
                    request,
                    payload,
                    async move |me: SignedIn, _, _| {
                        if may(&me.person) { Ok(Self(me)) } else { Err(FORBIDDEN.problem()) }
                    },
                )
            }
        }
    };
}

who_may!(Operator, Person::is_operator);
who_may!(Tutor, |person| person.has(Role::Tutor));
who_may!(Author, |person| person.has(Role::Author) || person.is_operator());

/// The hub, by its service token.
#[derive(Debug)]
pub struct HubService;

impl FromRequest for HubService {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = Site::of(request).ok().and_then(|site| site.config.lms_token.clone());
        let fits = known.is_some_and(|known| bearer(request).is_some_and(|sent| known.is(sent)));
        std::future::ready(if fits { Ok(Self) } else { Err(SERVICE_TOKEN_REQUIRED.problem()) })
    }
}

/// A trainee's notebook server, by its content token.
#[derive(Debug)]
pub struct NotebookServerOf(pub Arc<Person>);

impl FromRequest for NotebookServerOf {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let site = Site::of(&request)?;
            let token = bearer(&request).ok_or(&SERVICE_TOKEN_REQUIRED)?;
            let hub_name = site.tokens.keys().with_latest(&site.db, || site.tokens.verify_content(token)).await;
            let hub_name = hub_name.map_err(|error| SERVICE_TOKEN_REQUIRED.caused_by(error))?;
            let user = user_of_hub_name(&hub_name).ok_or(&SERVICE_TOKEN_REQUIRED)?;
            let person = site.people.get(&site.db, user).await?;
            if person.disabled { Err(SERVICE_TOKEN_REQUIRED.problem()) } else { Ok(Self(person)) }
        })
    }
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
