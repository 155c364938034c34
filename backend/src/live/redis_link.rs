//! The Redis side of [`super::Live`]: publish, subscribe with reconnection, shared counters.
//!
//! Every call has a short deadline and an answer for "Redis is away"; callers never see an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use redis::AsyncCommands;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tokio::sync::{Notify, OnceCell, broadcast};
use uuid::Uuid;

use super::limits::Counted;
use super::{Envelope, News};

const CHANNEL: &str = "tenarai:news";
const DEADLINE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Health of Redis as the operator sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedisState {
    NotConfigured,
    Connected,
    Lost,
}

pub(super) struct RedisLink {
    client: redis::Client,
    commands: OnceCell<ConnectionManager>,
    subscribed: AtomicBool,
    /// It did not answer a command in time: connect anew, and ask for nothing until that works.
    silent: Notify,
}

impl RedisLink {
    /// Starts listening in the background.
    pub fn start(url: &str, node: Uuid, local: broadcast::Sender<News>) -> Arc<Self> {
        let client = redis::Client::open(url).expect("redis_url was checked with the settings");
        let link = Arc::new(Self {
            client,
            commands: OnceCell::new(),
            subscribed: AtomicBool::new(false),
            silent: Notify::new(),
        });
        tokio::spawn(listen(Arc::clone(&link), node, local));
        link
    }

    pub fn state(&self) -> RedisState {
        if self.subscribed.load(Ordering::Relaxed) { RedisState::Connected } else { RedisState::Lost }
    }

    pub async fn publish(&self, envelope: &Envelope) {
        let Ok(json) = serde_json::to_string(envelope) else { return };
        if self.ask(async |mut redis| redis.publish::<_, _, ()>(CHANNEL, json).await).await.is_none() {
            tracing::warn!(news = ?envelope.news, "Redis did not take the news; other processes read it from the database");
        }
    }

    /// Counts so many more within the window and gives the count, if Redis answers.
    pub async fn count(&self, key: &str, more: u32, window: Duration) -> Option<Counted> {
        let key = format!("tenarai:limit:{key}");
        self.ask(async |mut redis| {
            let (count, left): (u32, i64) = redis::pipe()
                .atomic()
                .cmd("SET")
                .arg(&key)
                .arg(0)
                .arg("EX")
                .arg(window.as_secs())
                .arg("NX")
                .ignore()
                .incr(&key, more)
                .pttl(&key)
                .query_async(&mut redis)
                .await?;
            Ok(counted(count, left))
        })
        .await
    }

    /// The count within the window, if Redis answers.
    pub async fn counted(&self, key: &str) -> Option<Counted> {
        let key = format!("tenarai:limit:{key}");
        self.ask(async |mut redis| {
            let (count, left): (Option<u32>, i64) =
                redis::pipe().atomic().get(&key).pttl(&key).query_async(&mut redis).await?;
            Ok(counted(count.unwrap_or(0), left))
        })
        .await
    }

    pub async fn forget(&self, key: &str) {
        let key = format!("tenarai:limit:{key}");
        self.ask(async |mut redis| redis.del::<_, ()>(key).await).await;
    }

    async fn ask<T>(&self, call: impl AsyncFnOnce(ConnectionManager) -> redis::RedisResult<T>) -> Option<T> {
        // Known to be away: no request should wait for a deadline to learn it again.
        if !self.subscribed.load(Ordering::Relaxed) {
            return None;
        }
        let answer = tokio::time::timeout(DEADLINE, async {
            let commands = self
                .commands
                .get_or_try_init(|| {
                    let config = ConnectionManagerConfig::new()
                        .set_number_of_retries(1)
                        .set_connection_timeout(Some(DEADLINE))
                        .set_response_timeout(Some(DEADLINE));
                    ConnectionManager::new_with_config(self.client.clone(), config)
                })
                .await?;
            call(commands.clone()).await
        })
        .await;
        match answer {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) if !error.is_timeout() => {
                tracing::warn!(%error, "Redis refused a command");
                None
            }
            Ok(Err(_)) | Err(_) => {
                tracing::warn!("Redis did not answer in time");
                self.subscribed.store(false, Ordering::Relaxed);
                self.silent.notify_one();
                None
            }
        }
    }
}

/// Redis says -2 for the time left of what is not there.
fn counted(count: u32, milliseconds_left: i64) -> Counted {
    Counted { count, forgotten_in: Duration::from_millis(milliseconds_left.try_into().unwrap_or(0)) }
}

/// Passes on what other processes tell, for as long as this process lives.
async fn listen(link: Arc<RedisLink>, node: Uuid, local: broadcast::Sender<News>) {
    let mut pause = Duration::from_millis(100);
    loop {
        match subscribe(&link, node, &local, &mut pause).await {
            Ok(()) => tracing::warn!("the connection to Redis was lost"),
            Err(error) => tracing::warn!(%error, "no connection to Redis"),
        }
        link.subscribed.store(false, Ordering::Relaxed);
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn subscribe(
    link: &RedisLink,
    node: Uuid,
    local: &broadcast::Sender<News>,
    pause: &mut Duration,
) -> redis::RedisResult<()> {
    let connecting = async {
        let mut pubsub = link.client.get_async_pubsub().await?;
        pubsub.subscribe(CHANNEL).await?;
        Ok::<_, redis::RedisError>(pubsub)
    };
    let timed_out = |_| redis::RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut));
    let mut pubsub = tokio::time::timeout(LONGEST_PAUSE, connecting).await.map_err(timed_out)??;
    tracing::info!("connected to Redis");
    link.subscribed.store(true, Ordering::Relaxed);
    *pause = Duration::from_millis(100);
    let mut messages = pubsub.on_message();
    loop {
        let message = tokio::select! {
            message = messages.next() => message,
            () = link.silent.notified() => None,
        };
        let Some(message) = message else { return Ok(()) };
        match serde_json::from_slice::<Envelope>(message.get_payload_bytes()) {
            Ok(envelope) if envelope.from != node => drop(local.send(envelope.news)),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "news from a process of another version"),
        }
    }
}
