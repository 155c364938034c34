//! Which sessions ended while their ten-minute tokens still verify.

use std::time::Duration;

use chrono::TimeDelta;
use moka::sync::Cache;
use tokio::sync::broadcast::error::RecvError;

use super::{Live, News, RedisState};
use crate::db::types::{SessionId, Ts, UserId};
use crate::db::{self, Db};

/// Longer than a session token lives: after that the token itself has expired.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);
/// How often the database is asked while Redis is not there to tell.
const POLL: Duration = Duration::from_millis(500);
/// And while it is.
const SELDOM: TimeDelta = TimeDelta::seconds(5);
/// Clocks of processes may differ by so much.
const SKEW: TimeDelta = TimeDelta::seconds(10);

#[derive(Clone)]
pub struct Revocations {
    ended: Cache<SessionId, ()>,
}

impl Revocations {
    pub(super) fn new() -> Self {
        Self { ended: Cache::builder().max_capacity(1_000_000).time_to_live(REMEMBERED).build() }
    }

    pub fn note(&self, session: SessionId) {
        self.ended.insert(session, ());
    }

    pub fn has_ended(&self, session: SessionId) -> bool {
        self.ended.contains_key(&session)
    }
}

/// Reads ended sessions from the database, and tells this process of those it did not know of: often as long as other
/// processes cannot tell us, now and then when they can, for the command line tells nobody.
pub(crate) async fn watch<F, Fut>(live: Live, db: Db, ended_since: F)
where
    F: Fn(Db, Ts) -> Fut,
    Fut: Future<Output = Result<Vec<(SessionId, UserId)>, db::Error>>,
{
    let mut news = live.listen();
    let mut looked = Ts::now() - TimeDelta::from_std(REMEMBERED).unwrap_or(SKEW);
    let mut connected = false;
    let mut first = true;
    let mut timer = tokio::time::interval(POLL);
    loop {
        tokio::select! {
            _ = timer.tick() => {
                let was_connected = std::mem::replace(&mut connected, live.redis_state() == RedisState::Connected);
                let now = Ts::now();
                if connected && was_connected && now - looked < SELDOM {
                    continue;
                }
                match ended_since(db.clone(), looked - SKEW).await {
                    Ok(ended) => {
                        for (session, user) in ended {
                            let known = live.revocations.has_ended(session);
                            live.revocations.note(session);
                            // What had ended before this process began concerns nobody who listens to it.
                            if !known && !first {
                                let _ = live.local.send(News::SessionEnded { session, user });
                            }
                        }
                        looked = now;
                        first = false;
                    }
                    Err(error) => tracing::warn!(%error, "cannot read which sessions ended"),
                }
            }
            told = news.recv() => match told {
                Ok(News::SessionEnded { session, .. }) => live.revocations.note(session),
                Ok(_) => {}
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "missed news; reading the database instead");
                    connected = false;
                }
                Err(RecvError::Closed) => return,
            },
        }
    }
}
