//! Counters that forget: how often something failed within a window.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

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
    local: Cache<String, Arc<AtomicU32>>,
    redis: Option<Arc<RedisLink>>,
}

impl Limits {
    pub(super) fn new(redis: Option<Arc<RedisLink>>) -> Self {
        let local = Cache::builder().max_capacity(100_000).time_to_live(WINDOW).build();
        Self { local, redis }
    }

    /// Counts one more; an error where that is one too many.
    pub async fn count(&self, limit: &Limit) -> Result<(), Exceeded> {
        let local = self.local.get_with(limit.key.clone(), Arc::default).fetch_add(1, Ordering::Relaxed) + 1;
        let shared = match &self.redis {
            Some(redis) => redis.count(&limit.key, WINDOW).await,
            None => None,
        };
        // Where Redis cannot be asked, each process keeps its own count.
        if shared.unwrap_or(local) > limit.most {
            return Err(Exceeded { retry_after: WINDOW.as_secs() });
        }
        Ok(())
    }

    /// Whether one more would still be within the limit; counts nothing.
    pub async fn allows(&self, limit: &Limit) -> Result<(), Exceeded> {
        let local = self.local.get(&limit.key).map_or(0, |count| count.load(Ordering::Relaxed));
        let shared = match &self.redis {
            Some(redis) => redis.counted(&limit.key).await,
            None => None,
        };
        if shared.unwrap_or(local) >= limit.most {
            return Err(Exceeded { retry_after: WINDOW.as_secs() });
        }
        Ok(())
    }

    /// Starts over, after a success.
    pub async fn forget(&self, limit: &Limit) {
        self.local.invalidate(&limit.key);
        if let Some(redis) = &self.redis {
            redis.forget(&limit.key).await;
        }
    }
}
