//! Sessions and tokens: who is signed in, where, and how the hub knows. Tables: `sessions`, `signing_keys`.

mod internal;
pub mod keys;
mod model;
mod planted;
pub mod problems;
mod routes;
mod signed_in;
mod stream;
pub mod tokens;

use chrono::TimeDelta;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::types::{SessionId, Ts, UserId};
use crate::db::{self, AnyConnection, Db};
use crate::http::problem::{INTERNAL, Problem};
use crate::live::News;
use crate::site::Site;

pub use planted::sweep;
pub use routes::{Me, jwks};
pub use signed_in::{Author, Extracted, HubService, NotebookServerOf, Operator, SignedIn, Tutor, extract};
pub use stream::{Stream, stream};

pub fn routes(api: &mut ServiceConfig) {
    api.service(routes::sign_in)
        .service(routes::refresh)
        .service(routes::who)
        .service(routes::sign_out)
        .service(routes::list)
        .service(routes::sign_out_everywhere)
        .service(routes::end);
}

pub fn internal_routes(api: &mut ServiceConfig) {
    api.service(internal::session).service(internal::of_user).service(internal::content_token);
}

/// Ends a user's sessions, except `keep`; tell everybody with [`announce_end`] after the commit.
pub fn end_all(
    tx: &mut AnyConnection,
    user: UserId,
    keep: Option<SessionId>,
    reason: &str,
) -> diesel::QueryResult<Vec<SessionId>> {
    model::end_all(tx, user, keep, reason)
}

/// Lets every process forget these sessions.
pub async fn announce_end(site: &Site, user: UserId, sessions: &[SessionId]) {
    for &session in sessions {
        site.live.tell(News::SessionEnded { session, user }).await;
    }
}

/// Whether this session goes on.
pub fn lives(db: &mut AnyConnection, session: SessionId) -> diesel::QueryResult<bool> {
    Ok(model::find(db, session)?.is_some_and(|session| session.lives(Ts::now())))
}

/// Whether the user is signed in anywhere.
pub async fn any_lives(db: &Db, user: UserId) -> Result<bool, db::Error> {
    db.read(move |connection| Ok(!model::living(connection, user)?.is_empty())).await
}

/// Addresses and browsers are kept no longer than somebody may ask about a sign-in.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Deletes sessions that were over 90 days ago; how many.
pub async fn delete_old(db: &Db) -> Result<usize, db::Error> {
    db.write(|tx| Ok::<_, db::Error>(model::delete_over_before(tx, Ts::now() - KEPT)?)).await
}

/// Sessions that ended after `since`, for the processes that were not told.
pub async fn ended_since(db: Db, since: Ts) -> Result<Vec<(SessionId, UserId)>, db::Error> {
    db.read(move |connection| Ok(model::ended_since(connection, since)?)).await
}

impl From<keys::TokenError> for Problem {
    fn from(error: keys::TokenError) -> Self {
        INTERNAL.caused_by(error)
    }
}
