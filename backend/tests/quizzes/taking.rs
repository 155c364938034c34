//! From the first question to the result.

use chrono::TimeDelta;
use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::db::schema::quiz_attempts;
use tenarai::db::types::Ts;

use super::{QUESTIONS, answer, attempt, begin, begun, draft, number, option, overview, question, quiz, submit};
use crate::support::{Look, TestSite};

#[apply(story)]
async fn a_quiz_is_taken_and_passing_it_completes_the_chapter(site: TestSite) {
    let course = quiz(&site, "pass: 75%").await;
    let trainee = site.trainee(&course).await;
    let before = overview(&trainee, &course).await;
    assert_eq!((&before["questions"], &before["points"]), (&json!(3), &json!(4)));
    assert_eq!(
        (&before["attempts"], &before["attempts_left"], &before["open"]),
        (&json!([]), &Value::Null, &Value::Null)
    );
    assert_eq!(trainee.get(&course.chapter("quiz")).await.ok()["progress"]["reasons"][0]["kind"], "passed");

    let begun = begin(&trainee, &course).await.is(201).json();
    let address = format!("/api/v1/quiz-attempts/{}", begun["id"]);
    let mean = question(&begun, "mean");
    assert_eq!(mean["html"], "<p>The mean</p>\n");
    assert_eq!(mean["asked"]["options"][1], json!({ "key": "two", "html": "<p>2</p>\n" }));
    assert_eq!((&mean["answer"], &mean["outcome"]), (&Value::Null, &Value::Null));

    answer(&trainee, &address, "mean", option("two")).await.is(200);
    answer(&trainee, &address, "mean", option("three")).await.is(200);
    answer(&trainee, &address, "larger", number("１０．５")).await.is(200);
    answer(&trainee, &address, "so", json!({ "kind": "true_false", "value": true })).await.is(200);
    answer(&trainee, &address, "so", Value::Null).await.is(200);
    // A laptop that was closed loses nothing.
    let later = trainee.elsewhere(&site);
    later.sign_in().await;
    let again = begin(&later, &course).await.is(200).json();
    assert_eq!(again["id"], begun["id"]);
    assert_eq!(question(&again, "mean")["answer"], option("three"));
    assert_eq!(question(&again, "so")["answer"], Value::Null);

    let done = submit(&later, &address).await;
    assert_eq!(done["result"], json!({ "points": 3.0, "percent": 75, "passed": true, "by_time": false }));
    assert_eq!(question(&done, "larger")["outcome"]["credit"], 1.0);
    assert_eq!(question(&done, "so")["outcome"]["credit"], 0.0);
    let after = overview(&trainee, &course).await;
    assert_eq!((&after["passed"], &after["counted"], &after["open"]), (&json!(true), &begun["id"], &Value::Null));
    let progress = &trainee.get(&course.chapter("quiz")).await.ok()["progress"];
    assert_eq!((&progress["state"], &progress["completed_by"]), (&json!("completed"), &json!("rule")));
    assert_eq!(trainee.get("/api/v1/courses/ml").await.ok()["progress"]["completed_chapters"], 1);
}

#[apply(story)]
async fn a_quiz_that_was_not_passed_completes_nothing(site: TestSite) {
    let course = quiz(&site, "").await;
    let trainee = site.trainee(&course).await;
    let done = attempt(&trainee, &course, false).await;
    assert_eq!(done["result"], json!({ "points": 0.0, "percent": 0, "passed": false, "by_time": false }));
    assert_eq!(question(&done, "mean")["outcome"]["feedback"], json!(["<p>the median</p>\n"]));
    assert_eq!(trainee.get(&course.chapter("quiz")).await.ok()["progress"]["state"], "not_started");
}

#[apply(story)]
async fn two_tabs_begin_one_attempt(site: TestSite) {
    let course = quiz(&site, "attempts: 1").await;
    let trainee = site.trainee(&course).await;
    let tabs = futures_util::future::join_all((0..8).map(|_| begin(&trainee, &course))).await;
    let ids: Vec<Value> = tabs.into_iter().map(|tab| tab.json()["id"].clone()).collect();
    assert!(ids.iter().all(|id| id.is_i64() && *id == ids[0]), "{ids:?}");
    assert_eq!(overview(&trainee, &course).await["attempts"].as_array().map(Vec::len), Some(1));
}

#[apply(story)]
async fn there_are_so_many_attempts_and_no_more(site: TestSite) {
    let course = quiz(&site, "attempts: 2").await;
    let trainee = site.trainee(&course).await;
    attempt(&trainee, &course, false).await;
    assert_eq!(overview(&trainee, &course).await["attempts_left"], 1);
    attempt(&trainee, &course, false).await;
    begin(&trainee, &course).await.refused(409, "no_attempts_left");
}

#[apply(story)]
async fn an_order_stays_as_long_as_its_attempt(site: TestSite) {
    let many: String =
        ('a'..='l').map(|key| format!("  - {{key: {key}, kind: true_false, text: x, answer: true}}\n")).collect();
    let mut draft = draft("ml", "");
    draft.chapter_mut("quiz").look = Look::Questions(format!("shuffle: true\nquestions:\n{many}"));
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    let keys = |view: &Value| -> Vec<String> {
        view["questions"].as_array().into_iter().flatten().map(|question| question["key"].to_string()).collect()
    };
    let first = begin(&trainee, &course).await.is(201).json();
    assert_eq!(keys(&begin(&trainee, &course).await.is(200).json()), keys(&first));
    let closed = submit(&trainee, &format!("/api/v1/quiz-attempts/{}", first["id"])).await;
    assert_eq!(keys(&closed), keys(&first));
    // Of twelve questions there are half a billion orders.
    assert_ne!(keys(&begin(&trainee, &course).await.is(201).json()), keys(&first));
}

/// As if it had begun some minutes ago.
async fn let_time_pass(site: &TestSite, minutes: i64) {
    let due = Ts::now() - TimeDelta::minutes(minutes);
    site.write(move |tx| diesel::update(quiz_attempts::table).set(quiz_attempts::due_at.eq(due)).execute(tx)).await;
}

#[apply(story)]
async fn when_the_time_is_over_what_was_answered_counts(site: TestSite) {
    let course = quiz(&site, "minutes: 10\npass: 50%").await;
    let trainee = site.trainee(&course).await;
    let view = begin(&trainee, &course).await.is(201).json();
    assert!((590..=600).contains(&view["seconds_left"].as_i64().unwrap()), "{}", view["seconds_left"]);
    let address = format!("/api/v1/quiz-attempts/{}", view["id"]);
    answer(&trainee, &address, "mean", option("three")).await.is(200);
    let_time_pass(&site, 1).await;
    answer(&trainee, &address, "larger", number("10")).await.refused(409, "attempt_closed");
    let closed = trainee.get(&address).await.ok();
    assert_eq!(closed["result"], json!({ "points": 2.0, "percent": 50, "passed": true, "by_time": true }));
    assert_eq!(closed["submitted_at"], closed["due_at"]);
    assert_eq!(trainee.get(&course.chapter("quiz")).await.ok()["progress"]["state"], "completed");
}

#[apply(story)]
async fn an_attempt_nobody_comes_back_to_is_closed_all_the_same(site: TestSite) {
    let course = quiz(&site, "minutes: 10\npass: 50%").await;
    let trainees = [site.trainee(&course).await, site.trainee(&course).await];
    for trainee in &trainees {
        let attempt = begun(trainee, &course).await;
        answer(trainee, &attempt, "mean", option("three")).await.is(200);
    }
    let_time_pass(&site, 1).await;
    tenarai::quizzes::close_all(&site.site).await.expect("they are closed");
    for trainee in &trainees {
        assert_eq!(trainee.get(&course.chapter("quiz")).await.ok()["progress"]["state"], "completed");
        assert_eq!(overview(trainee, &course).await["open"], Value::Null);
    }
}

#[apply(story)]
async fn an_attempt_is_scored_by_the_quiz_it_began_with(site: TestSite) {
    let course = quiz(&site, "").await;
    let trainee = site.trainee(&course).await;
    let attempt = begun(&trainee, &course).await;
    let mut changed = draft("ml", "");
    let other = QUESTIONS.replace("text: 3, correct: true", "text: 3").replace("text: 2,", "text: 2, correct: true,");
    changed.chapter_mut("quiz").look = Look::Questions(other);
    site.publish(&changed).await;
    answer(&trainee, &attempt, "mean", option("three")).await.is(200);
    assert_eq!(submit(&trainee, &attempt).await["result"]["points"], 2.0);
    let next = begun(&trainee, &course).await;
    answer(&trainee, &next, "mean", option("three")).await.is(200);
    assert_eq!(submit(&trainee, &next).await["result"]["points"], 0.0);
}
