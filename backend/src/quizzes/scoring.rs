//! What answers come to. Pure.

use super::model::{AnswerRow, AttemptRow, Result};
use crate::content::quiz::{Counts, Quiz};

/// The credit of each answer, by question, and the sum.
pub fn score<'q>(quiz: &'q Quiz, answers: &[AnswerRow]) -> (Vec<(&'q str, f64)>, Result) {
    let mut credits = Vec::new();
    let mut points = 0.0;
    for question in &quiz.questions {
        let Some(answer) = answers.iter().find(|answer| answer.question == question.key) else { continue };
        let credit = question.task.score(&answer.answer.0).credit;
        points += credit * f64::from(question.points);
        credits.push((question.key.as_str(), credit));
    }
    let percent = percent(points, quiz.points());
    (credits, Result { points, percent, passed: percent >= i64::from(quiz.rules.pass_percent) })
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
