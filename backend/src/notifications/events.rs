//! Open pages hear at once that something is new.

use std::collections::HashSet;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{Responder, get};
use chrono::TimeDelta;
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;
use utoipa::ToSchema;

use super::{is_for, model, news_for};
use crate::db::types::{NotificationId, Ts, UserId};
use crate::http::Problems;
use crate::http::problem::Problem;
use crate::sessions::{SignedIn, Stream, stream};
use crate::site::Site;

/// How often the database is asked for what nobody told us of.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Clocks of processes may differ by so much, and a transaction takes its time.
const SKEW: TimeDelta = TimeDelta::seconds(30);

/// How it stands with what I was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoticeState {
    /// How many I have not seen.
    pub unseen: i64,
    /// The newest there is.
    #[schema(value_type = Option<i64>)]
    pub latest: Option<NotificationId>,
}

/// Server-sent events: `notices` with a NoticeState at once and each time it changes, `session` when this session ends.
#[utoipa::path(path = "/api/v1/notifications/events", operation_id = "watch_notifications", tag = "notifications",
    responses((status = 200, content_type = "text/event-stream", body = NoticeState), Problems))]
#[get("/notifications/events")]
pub async fn watch_notices(me: SignedIn, site: Data<Site>) -> impl Responder {
    let (ours, user) = (site.get_ref().clone(), me.person.id);
    stream(&site, &me, move |events| relay(ours, user, events))
}

/// Sends for as long as the database answers: a page whose stream ends comes again.
async fn relay(site: Site, user: UserId, events: Stream) {
    // Before the first look, so that nothing falls between.
    let mut news = site.live.listen();
    let mut known = None;
    loop {
        let state = site
            .db
            .read(move |db| {
                Ok::<_, Problem>(NoticeState { unseen: model::unseen(db, user)?, latest: model::latest(db, user)? })
            })
            .await;
        match state {
            Ok(state) if known == Some(state) => {}
            Ok(state) => {
                if events.send("notices", &state).await.is_err() {
                    return;
                }
                known = Some(state);
            }
            Err(problem) => {
                tracing::warn!(%problem, "cannot tell a page what is new");
                return;
            }
        }
        loop {
            match news.recv().await {
                Ok(told) if is_for(&told, user) => break,
                Ok(_) => {}
                // Too much at once; it may have been among what was missed.
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Finds what other processes wrote, always: one without Redis tells nobody, nor does one that was killed after its
/// commit. Where Redis works it is only faster.
pub async fn watch(site: Site) {
    let mut told = HashSet::<NotificationId>::new();
    let mut since = Ts::now() - SKEW;
    let mut timer = tokio::time::interval(LOOK_EVERY);
    loop {
        timer.tick().await;
        let asked_at = Ts::now();
        let found = site.db.read(move |db| Ok::<_, Problem>(model::since(db, since)?)).await;
        match found {
            Ok(found) => {
                let users: HashSet<UserId> =
                    found.iter().filter(|(id, _)| !told.contains(id)).map(|(_, user)| *user).collect();
                told = found.into_iter().map(|(id, _)| id).collect();
                users.into_iter().for_each(|user| site.live.tell_here(news_for(user)));
                since = asked_at - SKEW;
            }
            Err(problem) => tracing::warn!(%problem, "cannot read what is new"),
        }
    }
}
