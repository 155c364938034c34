//! Who may have something read from a learner's server at this moment. Such a server is its learner's to change, and may
//! be slow to finish a large answer: what this process holds of such answers is bounded, for each person and for all.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many large answers are taken at once. Most notebooks are small, and wait for none of them.
const LARGE_AT_ONCE: usize = 4;
/// How long somebody waits for what they asked for before, and for a large answer's place.
const OWN_TURN: Duration = Duration::from_secs(20);
const PLACE: Duration = Duration::from_secs(5);
/// Nobody holds their turn for so long.
const FORGOTTEN: Duration = Duration::from_secs(10 * 60);

/// Turns in reading.
#[derive(Debug, Clone)]
pub struct Reads {
    people: Cache<String, Arc<Semaphore>>,
    large: Arc<Semaphore>,
}

/// Lasts until it is dropped.
pub type Turn = OwnedSemaphorePermit;

impl Reads {
    pub fn new() -> Self {
        let people = Cache::builder().time_to_idle(FORGOTTEN).build();
        Self { people, large: Arc::new(Semaphore::new(LARGE_AT_ONCE)) }
    }

    /// Somebody's turn; nothing where what they asked for before takes too long.
    pub async fn own_turn(&self, name: &str) -> Option<Turn> {
        let own = self.people.get_with_by_ref(name, || Arc::new(Semaphore::new(1)));
        within(OWN_TURN, own).await
    }

    /// A place for a large answer; nothing where others hold them all.
    pub async fn place(&self) -> Option<Turn> {
        within(PLACE, Arc::clone(&self.large)).await
    }
}

async fn within(time: Duration, turns: Arc<Semaphore>) -> Option<Turn> {
    tokio::time::timeout(time, turns.acquire_owned()).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_person_has_one_turn_and_all_together_a_few_places() {
        let reads = Reads::new();
        let turn = reads.own_turn("u1").await.expect("the first");
        assert!(reads.own_turn("u2").await.is_some());
        let (own, large) = (reads.people.get("u1").expect("it is known"), Arc::clone(&reads.large));
        assert_eq!(own.available_permits(), 0);
        drop(turn);
        assert_eq!(own.available_permits(), 1);
        let mut places = Vec::new();
        while large.available_permits() > 0 {
            places.push(reads.place().await.expect("there is one"));
        }
        assert_eq!(places.len(), LARGE_AT_ONCE);
    }
}
