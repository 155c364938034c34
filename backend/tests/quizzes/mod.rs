//! Taking quizzes.

mod cheating;
mod results;
mod taking;

use serde_json::{Value, json};

use crate::support::{Answer, Course, CourseDraft, Look, Person, TestSite};

/// Two points for the choice, one for each of the others.
const QUESTIONS: &str = "\
questions:
  - key: mean
    kind: single_choice
    points: 2
    text: {ja: 平均は, en: The mean}
    options: [{key: three, text: 3, correct: true}, {key: two, text: 2, feedback: the median}]
    explanation: nine by three
  - {key: larger, kind: number, text: more, answer: 10, tolerance: 10%, unit: kg}
  - {key: so, kind: true_false, text: so, answer: true}
";

/// A course whose quiz has these rules.
async fn quiz(site: &TestSite, rules: &str) -> Course {
    site.publish(&draft("ml", rules)).await
}

fn draft(slug: &str, rules: &str) -> CourseDraft {
    let mut draft = CourseDraft::new(slug);
    draft.chapter_mut("quiz").look = Look::Questions(format!("{rules}\n{QUESTIONS}"));
    draft
}

async fn overview(person: &Person, course: &Course) -> Value {
    person.get(&format!("{}/quiz", course.chapter("quiz"))).await.ok()
}

async fn begin(person: &Person, course: &Course) -> Answer {
    person.post_nothing(&format!("{}/quiz/attempts?locale=en", course.chapter("quiz"))).await
}

/// Begins an attempt and gives its address.
async fn begun(person: &Person, course: &Course) -> String {
    format!("/api/v1/quiz-attempts/{}", begin(person, course).await.is(201).json()["id"])
}

async fn answer(person: &Person, attempt: &str, question: &str, answer: Value) -> Answer {
    person.put(&format!("{attempt}/answers/{question}"), json!({ "answer": answer })).await
}

fn option(key: &str) -> Value {
    json!({ "kind": "single_choice", "option": key })
}

fn number(number: &str) -> Value {
    json!({ "kind": "number", "number": number })
}

async fn submit(person: &Person, attempt: &str) -> Value {
    person.post_nothing(&format!("{attempt}/submission?locale=en")).await.ok()
}

/// One attempt: everything right, or nothing.
async fn attempt(person: &Person, course: &Course, right: bool) -> Value {
    let attempt = begun(person, course).await;
    answer(person, &attempt, "mean", option(if right { "three" } else { "two" })).await.is(200);
    if right {
        answer(person, &attempt, "larger", number("10")).await.is(200);
        answer(person, &attempt, "so", json!({ "kind": "true_false", "value": true })).await.is(200);
    }
    submit(person, &attempt).await
}

fn question<'v>(attempt: &'v Value, key: &str) -> &'v Value {
    let questions = attempt["questions"].as_array().expect("questions");
    questions.iter().find(|question| question["key"] == key).unwrap_or_else(|| panic!("no question {key}"))
}
