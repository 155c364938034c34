//! How long to wait before a hub that fell is started again.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
/// A hub that ran so long had started well: the next fall begins with a short pause again.
const STEADY: Duration = Duration::from_secs(60);

pub struct Backoff {
    next: Duration,
}

impl Backoff {
    pub fn new() -> Self {
        Self { next: FIRST }
    }

    /// The pause after a hub that ran so long.
    pub fn after(&mut self, ran: Duration) -> Duration {
        let pause = if ran > STEADY { FIRST } else { self.next };
        self.next = (pause * 2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(backoff: &mut Backoff, ran: &[u64]) -> Vec<u64> {
        ran.iter().map(|&seconds| backoff.after(Duration::from_secs(seconds)).as_secs()).collect()
    }

    #[test]
    fn a_hub_that_falls_again_and_again_is_left_alone_for_longer_each_time_but_never_for_long() {
        assert_eq!(pauses(&mut Backoff::new(), &[0, 3, 60, 0, 0, 0, 0, 0, 0]), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn after_a_good_while_the_pauses_are_short_again() {
        let mut backoff = Backoff::new();
        pauses(&mut backoff, &[0; 10]);
        assert_eq!(pauses(&mut backoff, &[61, 0, 0]), [1, 2, 4]);
    }
}
