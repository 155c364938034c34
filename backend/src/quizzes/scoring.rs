//! What answers come to. Pure.

use super::model::{AnswerRow, AttemptRow, Score};
use crate::content::quiz::{Counts, Question, Quiz};

/// What the answers earn together.
pub fn score(quiz: &Quiz, answers: &[AnswerRow]) -> Score {
    let earned = |question: &Question| {
        let answer = answers.iter().find(|answer| answer.question == question.key)?;
        Some(question.task.score(&answer.answer.0).credit * f64::from(question.points))
    };
    let points = quiz.questions.iter().filter_map(earned).sum();
    let percent = percent(points, quiz.points());
    Score { points, percent, passed: percent >= i64::from(quiz.rules.pass_percent) }
}

/// 0 to 100; rounding claims no point that was not earned.
fn percent(points: f64, of: u32) -> i64 {
    // Thirds of points may miss a whole by a hair.
    let share = 100.0 * points / f64::from(of.max(1)) + 1e-9;
    // 0 to 100.
    #[allow(clippy::cast_possible_truncation)]
    let whole = share.floor() as i64;
    whole.clamp(0, 100)
}

/// The attempt that counts.
pub fn counted(counts: Counts, attempts: &[AttemptRow]) -> Option<&AttemptRow> {
    let mut submitted = attempts.iter().filter(|attempt| attempt.submitted_at.is_some());
    match counts {
        Counts::First => submitted.next(),
        Counts::Last => submitted.next_back(),
        // The earliest of the best.
        Counts::Best => submitted.rev().max_by(|one, other| one.percent.cmp(&other.percent)),
    }
}

/// Whether the attempt that counts is a pass.
pub fn passed(quiz: &Quiz, attempts: &[AttemptRow]) -> bool {
    counted(quiz.rules.counts, attempts).is_some_and(|attempt| attempt.passed == Some(true))
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn thirds_make_a_whole_and_nothing_is_rounded_up() {
        assert_eq!(percent(1.0 / 3.0 + 1.0 / 3.0 + 1.0 / 3.0, 1), 100);
        assert_eq!(percent(0.7 * 3.0, 3), 70);
        assert_eq!(percent(2.0, 3), 66);
        assert_eq!(percent(0.0, 0), 0);
    }
}
