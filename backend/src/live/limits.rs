//! Counters that forget: how often something failed within a window.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use moka::sync::Cache;

use super::redis_link::RedisLink;

/// All limits share one window.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// What is counted, and how far it may go within 15 minutes.
#[derive(Debug, Clone)]
pub struct Limit {
    pub key: String,
    pub most: u32,
}

/// Beyond the limit; try again after so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    pub retry_after: u64,
}

#[derive(Clone)]
pub struct Limits {
    local: Cache<String, Arc<Counter>>,
    redis: Option<Arc<RedisLink>>,
}

/// What this process counted itself.
struct Counter {
    since: Instant,
    count: AtomicU32,
}

/// How often it was, and how long until that is forgotten.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub count: u32,
    pub forgotten_in: Duration,
}

impl Counter {
    fn new() -> Arc<Self> {
        Arc::new(Self { since: Instant::now(), count: AtomicU32::new(0) })
    }

    fn counted(&self, count: u32) -> Counted {
        Counted { count, forgotten_in: WINDOW.saturating_sub(self.since.elapsed()) }
    }
}

impl Limits {
    pub(super) fn new(redis: Option<Arc<RedisLink>>) -> Self {
        let local = Cache::builder().max_capacity(100_000).time_to_live(WINDOW).build();
        Self { local, redis }
    }

    /// Counts one more; an error where that is one too many.
    pub async fn count(&self, limit: &Limit) -> Result<(), Exceeded> {
        within(Some(self.counted(limit, 1).await), limit.most)
    }

    /// Counts so many more at once; how many of them are within the limit.
    pub async fn count_some(&self, limit: &Limit, more: u32) -> u32 {
        let beyond = self.counted(limit, more).await.count.saturating_sub(limit.most);
        more.saturating_sub(beyond)
    }

    async fn counted(&self, limit: &Limit, more: u32) -> Counted {
        let counter = self.local.get_with(limit.key.clone(), Counter::new);
        let local = counter.counted(counter.count.fetch_add(more, Ordering::Relaxed).saturating_add(more));
        let shared = match &self.redis {
            Some(redis) => redis.count(&limit.key, more, WINDOW).await,
            None => None,
        };
        shared.unwrap_or(local)
    }

    /// Whether one more would still be within the limit; counts nothing.
    pub async fn allows(&self, limit: &Limit) -> Result<(), Exceeded> {
        let local = self.local.get(&limit.key).map(|known| known.counted(known.count.load(Ordering::Relaxed)));
        let shared = match &self.redis {
            Some(redis) => redis.counted(&limit.key).await,
            None => None,
        };
        within(shared.or(local), limit.most.saturating_sub(1))
    }

    /// Starts over, after a success.
    pub async fn forget(&self, limit: &Limit) {
        self.local.invalidate(&limit.key);
        if let Some(redis) = &self.redis {
            redis.forget(&limit.key).await;
        }
    }
}

/// Where Redis cannot be asked, each process keeps its own count.
fn within(counted: Option<Counted>, most: u32) -> Result<(), Exceeded> {
    match counted.filter(|counted| counted.count > most) {
        // Rounded up: who waits so long is let in.
        Some(beyond) => Err(Exceeded { retry_after: beyond.forgotten_in.as_millis().div_ceil(1000).max(1) as u64 }),
        None => Ok(()),
    }
}
