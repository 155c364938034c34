//! In which order an attempt shows what may stand in any: the same for as long as it lasts, another for the next.

use sha2::{Digest, Sha256};

/// The order of one attempt.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    seed: Option<u64>,
}

impl Order {
    /// As the author wrote it.
    pub const AS_WRITTEN: Self = Self { seed: None };

    pub fn shuffled(seed: u64) -> Self {
        Self { seed: Some(seed) }
    }

    /// Orders the parts of something by their keys. A part that is added or taken away moves no other.
    pub fn of<'p, P>(&self, whole: &str, parts: &'p [P], key: impl Fn(&P) -> &str) -> Vec<&'p P> {
        let mut parts: Vec<&P> = parts.iter().collect();
        if let Some(seed) = self.seed {
            parts.sort_by_cached_key(|part| {
                let hash = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(whole).chain_update([0]);
                hash.chain_update(key(part)).finalize()
            });
        }
        parts
    }
}
