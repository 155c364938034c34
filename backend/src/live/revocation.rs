//! Which sessions ended while their ten-minute tokens still verify.

use std::time::Duration;

use chrono::TimeDelta;
use moka::sync::Cache;
use tokio::sync::broadcast::error::RecvError;

use super::{Live, News};
use crate::db::types::{SessionId, Ts, UserId};
use crate::db::{self, Db};

/// Longer than a session token lives: after that the token itself has expired.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);
/// How often the database is asked.
const POLL: Duration = Duration::from_millis(500);
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

/// Reads ended sessions from the database, always: a process without Redis, and the command line, tell nobody.
/// Where Redis works it is only faster.
pub(crate) async fn watch<F, Fut>(live: Live, db: Db, ended_since: F)
where
    F: Fn(Db, Ts) -> Fut,
    Fut: Future<Output = Result<Vec<(SessionId, UserId)>, db::Error>>,
{
    let mut news = live.listen();
    let mut since = Ts::now() - TimeDelta::from_std(REMEMBERED).unwrap_or(SKEW);
    let mut timer = tokio::time::interval(POLL);
    loop {
        tokio::select! {
            _ = timer.tick() => {
                let asked_at = Ts::now();
                match ended_since(db.clone(), since).await {
                    Ok(sessions) => {
                        for (session, user) in sessions {
                            live.heard_of_end(session, user);
                        }
                        since = asked_at - SKEW;
                    }
                    Err(error) => tracing::warn!(%error, "cannot read which sessions ended"),
                }
            }
            told = news.recv() => match told {
                Ok(News::SessionEnded { session, .. }) => live.revocations.note(session),
                // What was missed stands in the database.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
        }
    }
}
