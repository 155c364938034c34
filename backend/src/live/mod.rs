//! What processes tell each other at once: sessions that ended, people that changed, rate limits.
//!
//! In process by default; over Redis where it is configured. Losing Redis degrades and never fails a request:
//! ended sessions are read from the database twice a second anyway, and limits then count a process alone.

mod limits;
mod redis_link;
mod revocation;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::db::types::{SessionId, UserId};

pub use limits::{Exceeded, Limit, Limits};
use redis_link::RedisLink;
pub use redis_link::RedisState;
pub use revocation::Revocations;
pub(crate) use revocation::watch as watch_revocations;

/// News for every process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum News {
    SessionEnded {
        session: SessionId,
        user: UserId,
    },
    PersonChanged {
        user: UserId,
    },
    /// What a room tells its own kind in other processes; nobody else reads it.
    OfRoom {
        room: Cow<'static, str>,
        body: Value,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Envelope {
    from: Uuid,
    news: News,
}

/// Handle to the news of this process; cheap to clone.
#[derive(Clone)]
pub struct Live {
    node: Uuid,
    local: broadcast::Sender<News>,
    redis: Option<Arc<RedisLink>>,
    pub limits: Limits,
    pub revocations: Revocations,
}

impl Live {
    /// Without Redis where `redis_url` is none. Must run inside the tokio runtime.
    pub fn start(redis_url: Option<&str>) -> Self {
        let (local, _) = broadcast::channel(1024);
        let node = Uuid::now_v7();
        let revocations = Revocations::new();
        let redis = redis_url.map(|url| RedisLink::start(url, node, local.clone()));
        let limits = Limits::new(redis.clone());
        Self { node, local, redis, limits, revocations }
    }

    /// Tells everybody, this process included. Never fails: who misses it finds out from the database.
    pub async fn tell(&self, news: News) {
        if let News::SessionEnded { session, .. } = news {
            self.revocations.note(session);
        }
        // Nobody listening is no error.
        let _ = self.local.send(news.clone());
        if let Some(redis) = &self.redis {
            redis.publish(&Envelope { from: self.node, news }).await;
        }
    }

    /// Tells this process only: of what each finds in the database by itself.
    pub fn tell_here(&self, news: News) {
        let _ = self.local.send(news);
    }

    /// The database says that a session ended. Told on within this process, unless it is known.
    fn heard_of_end(&self, session: SessionId, user: UserId) {
        if !self.revocations.has_ended(session) {
            self.revocations.note(session);
            let _ = self.local.send(News::SessionEnded { session, user });
        }
    }

    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.local.subscribe()
    }

    pub fn redis_state(&self) -> RedisState {
        self.redis.as_ref().map_or(RedisState::NotConfigured, |redis| redis.state())
    }
}
