//! Passwords: argon2id, always off the async threads and never more at once than there are cores.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Semaphore, SemaphorePermit};

pub const SHORTEST: usize = 12;
/// Longer ones are refused rather than hashed: hashing costs the server, not the sender.
pub const LONGEST: usize = 200;

/// Hashing takes a core and 19 MiB for some 15 ms; more at once would starve everything else.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));

/// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("constant parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The right to hash once.
pub struct Turn(#[allow(dead_code, reason = "held, and given back when dropped")] Option<SemaphorePermit<'static>>);

/// Waits until there is room for one more.
pub async fn turn() -> Turn {
    // Nobody closes it.
    Turn(TURNS.acquire().await.ok())
}

pub async fn hash(password: SecretString) -> String {
    let _turn = turn().await;
    on_thread(move || {
        argon2()
            .hash_password(password.expose_secret().as_bytes())
            .map(|hash| hash.to_string())
            .expect("hashing a bounded password with constant parameters succeeds")
    })
    .await
}

/// Whether the password fits. Takes as long where there is no hash, so that nobody learns who has an account.
pub async fn verify(_turn: Turn, password: SecretString, stored: Option<String>) -> bool {
    static NOBODY: LazyLock<String> =
        LazyLock::new(|| argon2().hash_password(b"nobody has this password").expect("constant input").to_string());
    on_thread(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.clone());
        let fits = PasswordHash::new(&stored)
            .is_ok_and(|hash| argon2().verify_password(password.expose_secret().as_bytes(), &hash).is_ok());
        fits && known
    })
    .await
}

async fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// A random password that is easy to read out: four groups of five.
pub fn random() -> SecretString {
    use rand::seq::IndexedRandom;
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut rng = rand::rng();
    let groups: Vec<String> = (0..4)
        .map(|_| (0..5).filter_map(|_| LETTERS.choose(&mut rng)).map(|&letter| char::from(letter)).collect())
        .collect();
    SecretString::from(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::{FutureExt, poll};

    use super::*;

    #[tokio::test]
    async fn no_more_are_hashed_at_once_than_there_are_cores() {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let mut turns: Vec<Turn> = (0..=cores).filter_map(|_| turn().now_or_never()).collect();
        assert_eq!(turns.len(), cores, "whoever comes next waits");
        let password = SecretString::from("a-fine-password");

        turns.pop();
        let mut hashing = pin!(hash(password.clone()));
        assert!(poll!(hashing.as_mut()).is_pending());
        assert!(turn().now_or_never().is_none(), "a hash that is made takes a turn");
        let hash = hashing.await;

        let mut verifying = pin!(verify(turn().await, password, Some(hash)));
        assert!(poll!(verifying.as_mut()).is_pending());
        assert!(turn().now_or_never().is_none(), "so does one that is compared, until it is done");
        assert!(verifying.await);
        assert!(turn().now_or_never().is_some());
    }
}
