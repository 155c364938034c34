//! The home page: one's courses, and where to carry on.

use chrono::{TimeDelta, Utc};
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{event, report, run, work_through_values};
use crate::support::{Person, TestSite};

/// Where home leads; a course of its own leads to the same.
async fn carry_on(person: &Person) -> Value {
    let there = person.get("/api/v1/home").await.ok()["carry_on"].clone();
    if let Some(slug) = there["course"]["slug"].as_str() {
        let next = person.get(&format!("/api/v1/courses/{slug}")).await.ok()["next_chapter"].clone();
        assert_eq!(next, there["chapter"]["id"]);
    }
    there
}

#[apply(story)]
async fn who_has_no_course_has_nothing_to_carry_on(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    assert_eq!(person.get("/api/v1/home").await.ok(), json!({ "carry_on": null, "courses": [], "hand_ins": [] }));
}

#[apply(story)]
async fn one_begins_with_the_first_chapter(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let there = carry_on(&trainee).await;
    assert_eq!(there["chapter"]["id"], course.chapter_id("hello").0);
    assert_eq!(there["last_seen_at"], json!(null));
}

#[apply(story)]
async fn one_carries_on_where_one_was_with_the_cell_in_focus(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let place = json!({ "scroll": 0.42, "anchor": "h-first", "cell_id": "two" });
    report(&trainee, &[run(&course, "one", true), event(&course, "values", "position", place)]).await.is(200);
    let there = carry_on(&trainee).await;
    assert_eq!(there["chapter"]["id"], course.chapter_id("values").0);
    assert_eq!((&there["cell_index"], &there["cells_done"], &there["cells_total"]), (&json!(2), &json!(1), &json!(2)));
    // The same figures as under the chapter.
    let reasons = trainee.get(&course.chapter("values")).await.ok()["progress"]["reasons"].clone();
    assert_eq!((&reasons[1]["value"], &reasons[1]["target"]), (&there["cells_done"], &there["cells_total"]));
    let position = trainee.get(&course.chapter("values")).await.ok()["progress"]["position"].clone();
    assert_eq!(
        (&position["scroll"], &position["anchor"], &position["cell_id"]),
        (&json!(0.42), &json!("h-first"), &json!("two"))
    );
}

#[apply(story)]
async fn what_arrives_late_does_not_lead_back(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let opened = |key: &str, minutes: i64| {
        event(&course, key, "opened", json!({ "at": Utc::now() - TimeDelta::minutes(minutes) }))
    };
    report(&trainee, &[opened("values", 1)]).await.is(200);
    let there = carry_on(&trainee).await;
    // In another chapter before, and in this one before that.
    for late in [opened("own", 5), opened("values", 9)] {
        report(&trainee, &[late]).await.is(200);
        assert_eq!(carry_on(&trainee).await, there);
    }
    assert_eq!(there["chapter"]["id"], course.chapter_id("values").0);
}

#[apply(story)]
async fn after_a_completed_chapter_comes_the_next_that_is_not(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    work_through_values(&trainee, &course).await;
    assert_eq!(carry_on(&trainee).await["chapter"]["id"], course.chapter_id("own").0);
    trainee.put(&format!("{}/completion", course.chapter("own")), json!({ "completed": true })).await.is(200);
    assert_eq!(carry_on(&trainee).await["chapter"]["id"], course.chapter_id("hello").0);
    report(&trainee, &[event(&course, "hello", "read", json!({}))]).await.is(200);
    assert_eq!(carry_on(&trainee).await, json!(null));
}

#[apply(story)]
async fn at_the_end_of_a_course_what_was_begun_comes_before_what_was_passed_over(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[run(&course, "one", true)]).await.is(200);
    trainee.put(&format!("{}/completion", course.chapter("own")), json!({ "completed": true })).await.is(200);
    assert_eq!(carry_on(&trainee).await["chapter"]["id"], course.chapter_id("values").0);
}

#[apply(story)]
async fn after_a_finished_course_comes_the_other_one(site: TestSite) {
    let (done, open) = (site.course("done").await, site.course("open").await);
    let company = site.company().await;
    site.license(company, &done).await;
    site.license(company, &open).await;
    let trainee = site.colleague(company, &done).await;
    site.enrol(&trainee, open.id, None).await;
    work_through_values(&trainee, &done).await;
    trainee.put(&format!("{}/completion", done.chapter("own")), json!({ "completed": true })).await.is(200);
    report(&trainee, &[event(&done, "hello", "read", json!({}))]).await.is(200);
    assert_eq!(carry_on(&trainee).await["chapter"]["id"], open.chapter_id("hello").0);
}

#[apply(story)]
async fn events_that_arrive_late_do_not_move_the_place_to_carry_on(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let mut early = event(&course, "hello", "position", json!({ "scroll": 0.9 }));
    early["at"] = json!(Utc::now() - TimeDelta::hours(2));
    report(&trainee, &[event(&course, "values", "position", json!({ "scroll": 0.1 }))]).await.is(200);
    // A browser that was offline sends what it kept.
    report(&trainee, &[early]).await.is(200);
    assert_eq!(carry_on(&trainee).await["chapter"]["id"], course.chapter_id("values").0);
}
