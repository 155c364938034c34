//! The three kinds of token, each for one audience, and the cookies that carry two of them.

use std::time::Duration;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::{Keys, TokenError};
use crate::accounts::{Locale, Person};
use crate::db::types::{SessionId, Ts, UserId};

pub const SESSION_COOKIE: &str = "tenarai_session";
pub const REFRESH_COOKIE: &str = "tenarai_refresh";
pub const HUB_COOKIE: &str = "tenarai_hub";

/// Pages of the hub on the same host name never receive it.
pub const SESSION_PATH: &str = "/api";
pub const REFRESH_PATH: &str = "/api/v1/session";

pub const SESSION_SECONDS: i64 = 600;
const HUB_SECONDS: i64 = 300;
const CONTENT_SECONDS: i64 = 24 * 3600;

const SESSION_AUDIENCE: &str = "tenarai";
const HUB_AUDIENCE: &str = "jupyterhub";
const CONTENT_AUDIENCE: &str = "tenarai-content";

/// Who, since when, in which session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionClaims {
    pub iss: String,
    pub aud: String,
    pub sub: String,
    pub sid: SessionId,
    pub iat: i64,
    pub exp: i64,
}

impl SessionClaims {
    pub fn user(&self) -> Option<UserId> {
        self.sub.parse().ok().map(UserId)
    }
}

/// What the hub is told: its own name for the person. Their groups it asks for, session by session: a cookie of a
/// person with many courses would be too long for browsers, which drop it.
#[derive(Debug, Serialize)]
struct HubClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: String,
    sid: SessionId,
    name: &'a str,
    locale: Locale,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ContentClaims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
}

/// Mints and checks tokens; verified session tokens are remembered, since EdDSA costs 39 µs a time.
#[derive(Clone)]
pub struct Tokens {
    keys: Keys,
    verified: Cache<String, SessionClaims>,
    secure: bool,
    /// Where the hub lives on a sub-domain of ours, the cookie must reach it.
    hub_cookie_domain: Option<String>,
    hub_cookie_path: String,
}

impl Tokens {
    pub fn new(keys: Keys, secure: bool, hub_cookie_path: String, hub_cookie_domain: Option<String>) -> Self {
        let verified =
            Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(SESSION_SECONDS as u64)).build();
        Self { keys, verified, secure, hub_cookie_domain, hub_cookie_path }
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    pub fn session(&self, user: UserId, session: SessionId) -> Result<String, TokenError> {
        let now = Ts::now().seconds();
        self.keys.sign(&SessionClaims {
            iss: self.keys.issuer().to_owned(),
            aud: SESSION_AUDIENCE.to_owned(),
            sub: user.to_string(),
            sid: session,
            iat: now,
            exp: now + SESSION_SECONDS,
        })
    }

    pub fn verify_session(&self, token: &str) -> Result<SessionClaims, TokenError> {
        if let Some(claims) = self.verified.get(token)
            && claims.exp > Ts::now().seconds()
        {
            return Ok(claims);
        }
        let claims: SessionClaims = self.keys.verify(token, SESSION_AUDIENCE)?;
        self.verified.insert(token.to_owned(), claims.clone());
        Ok(claims)
    }

    pub fn hub(&self, person: &Person, session: SessionId) -> Result<String, TokenError> {
        let now = Ts::now().seconds();
        self.keys.sign(&HubClaims {
            iss: self.keys.issuer(),
            aud: HUB_AUDIENCE,
            sub: person.hub_name(),
            sid: session,
            name: &person.display_name,
            locale: person.locale,
            iat: now,
            exp: now + HUB_SECONDS,
            jti: Uuid::now_v7(),
        })
    }

    /// Reads one trainee's handouts, and nothing else. Returns the token and when it expires.
    pub fn content(&self, hub_name: &str) -> Result<(String, Ts), TokenError> {
        let now = Ts::now();
        let expires = now + chrono::TimeDelta::seconds(CONTENT_SECONDS);
        let token = self.keys.sign(&ContentClaims {
            iss: self.keys.issuer().to_owned(),
            aud: CONTENT_AUDIENCE.to_owned(),
            sub: hub_name.to_owned(),
            iat: now.seconds(),
            exp: expires.seconds(),
        })?;
        Ok((token, expires))
    }

    /// The hub name in a content token.
    pub fn verify_content(&self, token: &str) -> Result<String, TokenError> {
        self.keys.verify::<ContentClaims>(token, CONTENT_AUDIENCE).map(|claims| claims.sub)
    }

    /// Whether cookies are for TLS only.
    pub fn secure(&self) -> bool {
        self.secure
    }

    pub fn session_cookie(&self, token: String) -> Cookie<'static> {
        self.cookie(SESSION_COOKIE, token, SESSION_PATH, CookieDuration::seconds(SESSION_SECONDS))
    }

    pub fn refresh_cookie(&self, secret: String, lifetime: chrono::TimeDelta) -> Cookie<'static> {
        self.cookie(REFRESH_COOKIE, secret, REFRESH_PATH, CookieDuration::seconds(lifetime.num_seconds()))
    }

    pub fn hub_cookie(&self, token: String) -> Cookie<'static> {
        let mut cookie = self.cookie(HUB_COOKIE, token, &self.hub_cookie_path, CookieDuration::seconds(HUB_SECONDS));
        if let Some(domain) = &self.hub_cookie_domain {
            cookie.set_domain(domain.clone());
        }
        cookie
    }

    /// Cookies that end all three.
    pub fn farewell(&self) -> [Cookie<'static>; 3] {
        [
            self.session_cookie(String::new()),
            self.refresh_cookie(String::new(), chrono::TimeDelta::zero()),
            self.hub_cookie(String::new()),
        ]
        .map(|mut cookie| {
            cookie.set_max_age(CookieDuration::ZERO);
            cookie
        })
    }

    fn cookie(&self, name: &'static str, value: String, path: &str, age: CookieDuration) -> Cookie<'static> {
        Cookie::build(name, value)
            .path(path.to_owned())
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .max_age(age)
            .finish()
    }
}
