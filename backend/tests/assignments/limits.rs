//! Who may hand in, how often, and until when.

use chrono::TimeDelta;
use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::submissions;
use tenarai::db::types::Ts;

use super::{address, draft, hand_in, notebook, overview, saves, task};
use crate::support::{FakeHub, Person, Plan, TestSite};

/// Grading is another room; this is what comes of it.
async fn graded(site: &TestSite, submission: &Value, state: &'static str) {
    let id = submission["id"].as_i64().expect("an id");
    site.write(move |tx| {
        diesel::update(submissions::table.filter(submissions::id.eq(tenarai::db::types::SubmissionId(id))))
            .set(submissions::state.eq(state))
            .execute(tx)
    })
    .await;
}

/// A trainee of a cohort that is due then.
async fn due(site: &TestSite, course: &crate::support::Course, due_at: Ts) -> Person {
    let company = site.company().await;
    site.license(company, course).await;
    let cohort = site.cohort(company, course, Some(due_at)).await;
    let trainee = site.person(company, Role::Trainee, Scope::Organisation(company.id.0)).await;
    site.enrol(&trainee, course.id, Some(cohort)).await;
    trainee.sign_in().await;
    trainee
}

#[apply(story)]
async fn late_work_is_taken_and_marked_unless_the_assignment_refuses_it(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let yesterday = Ts::now() - TimeDelta::days(1);
    let late = due(&site, &course, yesterday).await;
    saves(&hub, &late, &course, &notebook("one"));
    let receipt = hand_in(&late, &course).await.is(201).json();
    assert!(receipt["late_seconds"].as_i64().is_some_and(|late| late >= 86_400), "{receipt}");
    let early = due(&site, &course, Ts::now() + TimeDelta::days(1)).await;
    saves(&hub, &early, &course, &notebook("one"));
    let receipt = hand_in(&early, &course).await.is(201).json();
    assert_eq!(receipt["late_seconds"], Value::Null);
    assert!(receipt["due_at"].is_string());

    let strict = site.publish(&draft("strict", "late: refused")).await;
    let late = due(&site, &strict, yesterday).await;
    saves(&hub, &late, &strict, &notebook("one"));
    assert_eq!(overview(&late, &strict).await["closed"], "overdue");
    hand_in(&late, &strict).await.refused(409, "hand_in_closed");
    // Nobody looked into their folder for nothing.
    assert_eq!(hub.passes(&late.hub_name()), []);
}

#[apply(story)]
async fn what_came_back_is_handed_in_again_changed_and_as_often_as_the_rules_say(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "attempts: 2").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("one"));
    let first = hand_in(&trainee, &course).await.is(201).json();
    graded(&site, &first, "needs_work").await;
    hand_in(&trainee, &course).await.refused(409, "nothing_changed");
    trainee.post_nothing(&format!("/api/v1/submissions/{}/withdrawal", first["id"])).await.refused(409, "not_waiting");
    saves(&hub, &trainee, &course, &notebook("two"));
    let second = hand_in(&trainee, &course).await.is(201).json();
    graded(&site, &second, "needs_work").await;
    saves(&hub, &trainee, &course, &notebook("three"));
    let now = overview(&trainee, &course).await;
    assert_eq!((&now["closed"], &now["attempts_left"]), (&json!("no_attempts_left"), &json!(0)));
    hand_in(&trainee, &course).await.refused(409, "no_hand_ins_left");
}

#[apply(story)]
async fn nothing_is_handed_in_after_it_is_passed(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("one"));
    let first = hand_in(&trainee, &course).await.is(201).json();
    graded(&site, &first, "passed").await;
    saves(&hub, &trainee, &course, &notebook("two"));
    assert_eq!(overview(&trainee, &course).await["closed"], "passed");
    hand_in(&trainee, &course).await.refused(409, "already_passed");
}

#[apply(story)]
async fn whoever_only_reads_the_course_hands_nothing_in(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("one"));
    let mine = hand_in(&trainee, &course).await.is(201).json();
    let operator = site.operator().await;
    operator.get(&address(&course)).await.is(200);
    hand_in(&operator, &course).await.refused(403, "not_enrolled");
    let company = site.company().await;
    site.license(company, &course).await;
    let colleague = site.colleague(company, &course).await;
    for path in ["", "/notebook"] {
        let address = format!("/api/v1/submissions/{}{path}", mine["id"]);
        colleague.get(&address).await.refused(404, "not_found");
        operator.get(&address).await.refused(404, "not_found");
    }
    colleague.post_nothing(&format!("/api/v1/submissions/{}/withdrawal", mine["id"])).await.refused(404, "not_found");
    // A chapter without an assignment has nothing to hand in.
    trainee.post_nothing(&format!("{}/submissions", course.chapter("values"))).await.refused(409, "no_assignment");
}

#[apply(story)]
async fn handing_in_again_and_again_is_slowed_down(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    for number in 0..30 {
        saves(&hub, &trainee, &course, &notebook(&number.to_string()));
        hand_in(&trainee, &course).await.is(201);
    }
    hand_in(&trainee, &course).await.refused(429, "too_many_requests");
}
