//! A course's outline.

use std::time::Duration;

use chrono::TimeDelta;
use macro_rules_attribute::apply;
use serde_json::json;
use tenarai::accounts::{Role, Scope};
use tenarai::db::types::Ts;

use super::{event, report, run, work_through_values};
use crate::support::{CourseDraft, Look, TestSite, within};

const SOON: Duration = Duration::from_secs(10);

#[apply(story)]
async fn an_outline_shows_where_one_is(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    work_through_values(&trainee, &course).await;
    report(&trainee, &[event(&course, "hello", "opened", json!({}))]).await.is(200);
    let outline = trainee.get("/api/v1/courses/ml").await.ok();
    let chapters = outline["sections"][0]["chapters"].as_array().expect("chapters");
    let shown: Vec<_> = chapters
        .iter()
        .map(|row| (row["number"].as_str(), row["state"].as_str(), row["percent"].as_i64(), row["available"].as_bool()))
        .collect();
    assert_eq!(
        shown,
        [
            (Some("1.1"), Some("in_progress"), Some(0), Some(true)),
            (Some("1.2"), Some("completed"), Some(100), Some(true)),
            (Some("1.3"), Some("not_started"), Some(0), Some(true)),
            (Some("1.4"), Some("not_started"), Some(0), Some(false)),
        ]
    );
    assert_eq!(outline["progress"]["completed_chapters"], 1);
    assert_eq!((&outline["progress"]["percent"], &outline["progress"]["total_chapters"]), (&json!(33), &json!(3)));
}

#[apply(story)]
async fn a_cohorts_due_date_is_shown_on_course_and_chapter(site: TestSite) {
    let course = site.course("ml").await;
    let company = site.company().await;
    site.license(company, &course).await;
    let due = Ts::now() + TimeDelta::days(10);
    let cohort = site.cohort(company, &course, Some(due)).await;
    let trainee = site.person(company, Role::Trainee, Scope::Organisation(company.id.0)).await;
    site.enrol(&trainee, course.id, Some(cohort)).await;
    trainee.sign_in().await;
    let due = json!(due);
    assert_eq!(trainee.get("/api/v1/courses/ml").await.ok()["due_at"], due);
    assert_eq!(trainee.get(&course.chapter("hello")).await.ok()["due_at"], due);
    assert_eq!(trainee.get("/api/v1/home").await.ok()["courses"][0]["due_at"], due);
}

#[apply(story)]
async fn an_unknown_course_is_not_found(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    for slug in ["none", "ML", "ml%20", "'"] {
        trainee.get(&format!("/api/v1/courses/{slug}")).await.refused(404, "not_found");
    }
}

#[apply(story)]
async fn a_new_publication_reckons_by_its_own_rule_everywhere(site: TestSite) {
    let mut draft = CourseDraft::new("ml");
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[run(&course, "one", true), event(&course, "hello", "opened", json!({}))]).await.is(200);
    let shown = async || {
        let chapters = trainee.get("/api/v1/courses/ml").await.ok()["sections"][0]["chapters"].clone();
        let home = trainee.get("/api/v1/home").await.ok()["courses"][0]["chapters"].clone();
        let page = trainee.get(&course.chapter("values")).await.ok()["progress"]["percent"].clone();
        [chapters[1]["percent"].clone(), home[1]["percent"].clone(), page]
    };
    assert_eq!(shown().await, [25, 25, 25]);
    draft.chapter_mut("values").look = Look::Coding(vec!["one", "two", "three", "four", "five"]);
    site.publish(&draft).await;
    // Another process sees a publication within two seconds.
    within(SOON, "the new publication", async || (shown().await == [10, 10, 10]).then_some(())).await;
    // Moving about in it writes the new publication down, and with it what it reckons.
    let place = json!({ "scroll": 0.1 });
    report(&trainee, &[event(&course, "values", "position", place)]).await.is(200);
    assert_eq!(shown().await, [10, 10, 10]);
}
