//! What trainees are shown of quizzes. Nothing in here tells an answer before it may be shown.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{AnswerRow, AttemptRow};
use super::scoring::{counted, passed};
use crate::accounts::Locale;
use crate::content::quiz::{Answer, AnswersShown, Asked, Order, Question, Quiz, Rules, Solution, WordsIn};
use crate::db::types::{AttemptId, ChapterId, Ts};

/// A quiz before it is taken, and what one has done of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuizOverview {
    pub rules: Rules,
    pub questions: usize,
    pub points: u32,
    /// One's own, the first one first.
    pub attempts: Vec<AttemptSummary>,
    /// The one that goes on.
    pub open: Option<AttemptId>,
    /// Null: as many as one likes.
    pub attempts_left: Option<u32>,
    /// The one that counts.
    pub counted: Option<AttemptId>,
    pub passed: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptSummary {
    pub id: AttemptId,
    pub number: i64,
    pub started_at: Ts,
    pub due_at: Option<Ts>,
    pub submitted_at: Option<Ts>,
    /// Null while it goes on.
    pub result: Option<AttemptResult>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptResult {
    pub points: f64,
    pub percent: i64,
    pub passed: bool,
    /// It was closed because its time was over.
    pub by_time: bool,
}

/// An attempt with its questions, in its order.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    #[serde(flatten)]
    pub summary: AttemptSummary,
    pub chapter_id: ChapterId,
    pub rules: Rules,
    /// All points there are.
    pub points: u32,
    /// Until it is closed, by the server's clock; null without a limit, or when it is closed.
    pub seconds_left: Option<i64>,
    pub questions: Vec<AskedQuestion>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AskedQuestion {
    pub key: String,
    pub points: u32,
    /// Sanitised HTML.
    pub html: String,
    pub asked: Asked,
    pub answer: Option<Answer>,
    /// Null while the attempt goes on, and where nothing is told.
    pub outcome: Option<Outcome>,
}

/// What came of a question.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuestionOutcome)]
pub struct Outcome {
    /// 0 to 1.
    pub credit: f64,
    /// Sanitised HTML, of what was answered.
    pub feedback: Vec<String>,
    /// Null where answers are not shown, or not yet.
    pub solution: Option<Solution>,
    pub explanation: Option<String>,
}

impl AttemptSummary {
    pub fn new(row: &AttemptRow) -> Self {
        let result = row.submitted_at.and(row.points).map(|points| AttemptResult {
            points,
            percent: row.percent.unwrap_or(0),
            passed: row.passed == Some(true),
            by_time: row.submitted_by.as_deref() == Some("time"),
        });
        Self {
            id: row.id,
            number: row.number,
            started_at: row.started_at,
            due_at: row.due_at,
            submitted_at: row.submitted_at,
            result,
        }
    }
}

impl QuizOverview {
    pub fn new(quiz: &Quiz, attempts: &[AttemptRow]) -> Self {
        let counted = counted(quiz.rules.counts, attempts);
        Self {
            rules: quiz.rules,
            questions: quiz.questions.len(),
            points: quiz.points(),
            attempts: attempts.iter().map(AttemptSummary::new).collect(),
            open: attempts.iter().find(|attempt| attempt.submitted_at.is_none()).map(|attempt| attempt.id),
            attempts_left: attempts_left(quiz, attempts),
            counted: counted.map(|attempt| attempt.id),
            passed: passed(quiz, attempts),
        }
    }
}

pub fn attempts_left(quiz: &Quiz, attempts: &[AttemptRow]) -> Option<u32> {
    let taken = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
    quiz.rules.attempts.map(|most| most.saturating_sub(taken))
}

/// Whether what is right may be shown now.
fn solutions_shown(quiz: &Quiz, attempts: &[AttemptRow]) -> bool {
    match quiz.rules.answers {
        AnswersShown::AfterAttempt => true,
        AnswersShown::Never => false,
        AnswersShown::AtTheEnd => {
            let going_on = attempts.iter().any(|attempt| attempt.submitted_at.is_none());
            !going_on && (passed(quiz, attempts) || attempts_left(quiz, attempts) == Some(0))
        }
    }
}

impl AttemptView {
    /// `attempts`: all of this trainee's at this quiz.
    pub fn new(
        quiz: &Quiz,
        row: &AttemptRow,
        attempts: &[AttemptRow],
        answers: Vec<AnswerRow>,
        locale: Locale,
    ) -> Self {
        let order = if quiz.rules.shuffle { Order::shuffled(row.seed.cast_unsigned()) } else { Order::AS_WRITTEN };
        let shown = Told {
            words: quiz.words_in(locale),
            order,
            closed: row.submitted_at.is_some() && quiz.rules.answers != AnswersShown::Never,
            solutions: solutions_shown(quiz, attempts),
        };
        let mut answers: HashMap<String, AnswerRow> =
            answers.into_iter().map(|answer| (answer.question.clone(), answer)).collect();
        let questions = order.of("", &quiz.questions, |question| &question.key);
        let left = row.due_at.filter(|_| row.submitted_at.is_none());
        Self {
            summary: AttemptSummary::new(row),
            chapter_id: row.chapter_id,
            rules: quiz.rules,
            points: quiz.points(),
            // Whoever counts them down to nothing has not been too early.
            seconds_left: left.map(|due| ((due - Ts::now()).num_milliseconds() + 999).max(0) / 1000),
            questions: questions.into_iter().map(|it| shown.question(it, answers.remove(&it.key))).collect(),
        }
    }
}

/// What may be told in an attempt.
struct Told<'q> {
    words: WordsIn<'q>,
    order: Order,
    closed: bool,
    solutions: bool,
}

impl Told<'_> {
    fn question(&self, question: &Question, answer: Option<AnswerRow>) -> AskedQuestion {
        let answer = answer.map(|row| row.answer.0);
        AskedQuestion {
            key: question.key.clone(),
            points: question.points,
            html: self.words.of(question.text).to_owned(),
            asked: question.task.ask(&question.key, self.order, self.words),
            outcome: self.closed.then(|| self.outcome(question, answer.as_ref())),
            answer,
        }
    }

    fn outcome(&self, question: &Question, answer: Option<&Answer>) -> Outcome {
        let scored = answer.map(|answer| question.task.score(answer));
        let explanation = question.explanation.filter(|_| self.solutions);
        Outcome {
            credit: scored.as_ref().map_or(0.0, |scored| scored.credit),
            feedback: scored.map(|scored| self.words.of_all(&scored.feedback)).unwrap_or_default(),
            solution: self.solutions.then(|| question.task.solution()),
            explanation: explanation.map(|words| self.words.of(words).to_owned()),
        }
    }
}
