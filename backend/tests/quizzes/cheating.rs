//! What does not help.

use std::time::Duration;

use diesel::prelude::*;
use futures_util::future::join_all;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::enrolments;
use tenarai::db::types::Ts;

use super::{answer, begin, begun, number, option, overview, question, quiz, submit};
use crate::support::{TestSite, within};

#[apply(story)]
async fn nobody_elses_attempt_exists(site: TestSite) {
    let course = quiz(&site, "").await;
    let (trainee, other) = (site.trainee(&course).await, site.trainee(&course).await);
    let company = site.company().await;
    let foreign = site.person(company, Role::Trainee, Scope::Organisation(company.id.0)).await;
    foreign.sign_in().await;
    let attempt = begun(&trainee, &course).await;
    for person in [&other, &foreign] {
        person.get(&attempt).await.refused(404, "not_found");
        answer(person, &attempt, "mean", option("three")).await.refused(404, "not_found");
        person.post_nothing(&format!("{attempt}/submission")).await.refused(404, "not_found");
    }
    foreign.get(&format!("{}/quiz", course.chapter("quiz"))).await.refused(404, "not_found");
}

#[apply(story)]
async fn who_only_reads_takes_no_quiz(site: TestSite) {
    let course = quiz(&site, "").await;
    let author = site.person(site.company().await, Role::Author, Scope::Course(course.id.0)).await;
    author.sign_in().await;
    assert_eq!(overview(&author, &course).await["questions"], 3);
    begin(&author, &course).await.refused(403, "not_enrolled");
}

#[apply(story)]
async fn whose_enrolment_ended_sees_what_they_did_and_goes_on_with_nothing(site: TestSite) {
    let course = quiz(&site, "").await;
    let trainee = site.trainee(&course).await;
    let attempt = begun(&trainee, &course).await;
    answer(&trainee, &attempt, "mean", option("three")).await.is(200);
    let user = trainee.id;
    site.write(move |tx| {
        diesel::update(enrolments::table.filter(enrolments::user_id.eq(user)))
            .set(enrolments::ended_at.eq(Ts::now()))
            .execute(tx)
    })
    .await;
    // By each process, where there are two.
    within(Duration::from_secs(10), "the end is known", async || {
        let tries = join_all((0..4).map(|_| answer(&trainee, &attempt, "mean", option("three")))).await;
        tries.iter().all(|told| told.status == 404).then_some(())
    })
    .await;
    trainee.post_nothing(&format!("{attempt}/submission")).await.refused(404, "not_found");
    assert_eq!(question(&trainee.get(&attempt).await.ok(), "mean")["answer"], option("three"));
}

#[apply(story)]
async fn a_score_is_not_sent_and_an_answer_fits_its_question(site: TestSite) {
    let course = quiz(&site, "").await;
    let trainee = site.trainee(&course).await;
    let attempt = begun(&trainee, &course).await;
    let mean = format!("{attempt}/answers/mean");
    for body in [
        json!({ "answer": option("three"), "credit": 1 }),
        json!({ "answer": { "kind": "single_choice", "option": "three", "credit": 1 } }),
        json!({ "answer": { "kind": "essay", "text": "x" } }),
        json!({ "answer": { "kind": "single_choice", "option": ["three", "two"] } }),
    ] {
        let told = trainee.put(&mean, body.clone()).await;
        assert!([400, 422].contains(&told.status), "{body}: {}", told.status);
    }
    for given in [option("four"), json!({ "kind": "true_false", "value": true }), number("1")] {
        answer(&trainee, &attempt, "mean", given).await.refused(422, "not_an_answer");
    }
    answer(&trainee, &attempt, "larger", number(&"1".repeat(3_000))).await.refused(422, "not_an_answer");
    answer(&trainee, &attempt, "none", option("three")).await.refused(404, "not_found");
    assert_eq!(submit(&trainee, &attempt).await["result"]["points"], 0.0);
}

#[apply(story)]
async fn what_was_submitted_stays_as_it_was(site: TestSite) {
    let course = quiz(&site, "answers: after_attempt").await;
    let trainee = site.trainee(&course).await;
    let attempt = begun(&trainee, &course).await;
    answer(&trainee, &attempt, "mean", option("two")).await.is(200);
    let once = submit(&trainee, &attempt).await;
    // Now that the answer is known.
    answer(&trainee, &attempt, "mean", option("three")).await.refused(409, "attempt_closed");
    answer(&trainee, &attempt, "mean", Value::Null).await.refused(409, "attempt_closed");
    assert_eq!(submit(&trainee, &attempt).await, once);
}

#[apply(story)]
async fn every_answer_that_was_kept_is_scored_whenever_it_came(site: TestSite) {
    let course = quiz(&site, "").await;
    let trainee = site.trainee(&course).await;
    for _ in 0..6 {
        let attempt = begun(&trainee, &course).await;
        let (kept, _) = futures_util::join!(
            join_all([("mean", option("three")), ("larger", number("10"))].map(|(key, given)| {
                let (trainee, attempt) = (&trainee, &attempt);
                async move { (key, answer(trainee, attempt, key, given).await.status == 200) }
            })),
            submit(&trainee, &attempt),
        );
        let view = trainee.get(&attempt).await.ok();
        for (key, kept) in kept {
            let credit = &question(&view, key)["outcome"]["credit"];
            assert_eq!(credit, if kept { 1.0 } else { 0.0 }, "{key}");
        }
        let points = if kept_points(&view) { view["result"]["points"].as_f64() } else { None };
        assert!(points.is_some(), "{view}");
    }
}

/// Whether the points are the sum of what its questions earned.
fn kept_points(view: &Value) -> bool {
    let earned = |question: &Value| Some(question["outcome"]["credit"].as_f64()? * question["points"].as_f64()?);
    let sum: Option<f64> = view["questions"].as_array().into_iter().flatten().map(earned).sum();
    sum.zip(view["result"]["points"].as_f64()).is_some_and(|(sum, points)| (sum - points).abs() < 1e-9)
}
