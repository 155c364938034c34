//! What is late, and by how much: the one place where that is reckoned.

use chrono::TimeDelta;

use crate::db::types::Ts;

/// How late something is that came at this moment; nothing where it is in time, or never due.
pub fn late_by(due_at: Option<Ts>, at: Ts) -> Option<TimeDelta> {
    let due_at = due_at?;
    (at > due_at).then(|| at - due_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_at_the_last_moment_is_in_time() {
        let due = Ts::now();
        assert_eq!(late_by(Some(due), due), None);
        assert_eq!(late_by(Some(due), due + TimeDelta::seconds(90)), Some(TimeDelta::seconds(90)));
        assert_eq!(late_by(None, due), None);
    }
}
