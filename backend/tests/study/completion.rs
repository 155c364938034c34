//! When a chapter and a course are completed.

use std::time::Duration;

use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::db::schema::chapter_progress;
use tenarai::db::types::PublicationId;

use super::{event, report, run, work_through_values};
use crate::support::{Answer, ChapterDraft, Course, CourseDraft, Look, Person, TestSite, within};

async fn mark(person: &Person, course: &Course, key: &str, completed: bool) -> Answer {
    person.put(&format!("{}/completion", course.chapter(key)), json!({ "completed": completed })).await
}

async fn chapter(person: &Person, course: &Course, key: &str) -> Value {
    person.get(&course.chapter(key)).await.ok()["progress"].clone()
}

async fn course_progress(person: &Person) -> Value {
    person.get("/api/v1/courses/ml").await.ok()["progress"].clone()
}

#[apply(story)]
async fn reading_and_running_every_cell_completes_a_coding_chapter(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[event(&course, "values", "read", json!({}))]).await.is(200);
    assert_eq!(chapter(&trainee, &course, "values").await["percent"], 50);
    report(&trainee, &[run(&course, "one", true), run(&course, "two", false)]).await.is(200);
    let so_far = chapter(&trainee, &course, "values").await;
    assert_eq!((&so_far["state"], &so_far["percent"]), (&json!("in_progress"), &json!(75)));
    assert_eq!((&so_far["reasons"][1]["value"], &so_far["reasons"][1]["target"]), (&json!(1), &json!(2)));
    report(&trainee, &[run(&course, "two", true)]).await.is(200);
    let now = chapter(&trainee, &course, "values").await;
    assert_eq!(
        (&now["state"], &now["completed_by"], &now["percent"]),
        (&json!("completed"), &json!("rule"), &json!(100))
    );
}

#[apply(story)]
async fn running_every_cell_without_reading_completes_nothing(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[run(&course, "one", true), run(&course, "two", true)]).await.is(200);
    let so_far = chapter(&trainee, &course, "values").await;
    assert_eq!((&so_far["state"], &so_far["percent"]), (&json!("in_progress"), &json!(50)));
    report(&trainee, &[event(&course, "values", "read", json!({}))]).await.is(200);
    assert_eq!(chapter(&trainee, &course, "values").await["state"], "completed");
}

#[apply(story)]
async fn opening_or_running_cells_that_are_not_the_handouts_completes_nothing(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let own: Vec<Value> = (0..5).map(|number| run(&course, &format!("mine-{number}"), true)).collect();
    report(&trainee, &own).await.is(200);
    report(&trainee, &[event(&course, "values", "opened", json!({})), event(&course, "values", "read", json!({}))])
        .await
        .is(200);
    let progress = chapter(&trainee, &course, "values").await;
    assert_eq!((&progress["state"], &progress["cells"]), (&json!("in_progress"), &json!([])));
}

#[apply(story)]
async fn a_chapter_that_leaves_it_to_the_trainee_is_marked_and_unmarked(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let marked = mark(&trainee, &course, "own", true).await.ok();
    assert_eq!((&marked["state"], &marked["completed_by"]), (&json!("completed"), &json!("self")));
    assert_eq!(course_progress(&trainee).await["completed_chapters"], 1);
    let taken_back = mark(&trainee, &course, "own", false).await.ok();
    assert_eq!((&taken_back["state"], &taken_back["completed_by"]), (&json!("in_progress"), &json!(null)));
    assert_eq!(course_progress(&trainee).await["completed_chapters"], 0);
}

#[apply(story)]
async fn to_take_back_a_mark_that_nobody_made_begins_nothing(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    assert_eq!(mark(&trainee, &course, "own", false).await.ok()["state"], "not_started");
    assert_eq!(trainee.get(&course.chapter("own")).await.ok()["progress"]["state"], "not_started");
}

#[apply(story)]
async fn what_was_earned_while_a_mark_stood_stays_when_it_is_taken_back(site: TestSite) {
    let mut draft = CourseDraft::new("ml");
    draft.chapter_mut("own").look = Look::ReadOrOwn;
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    mark(&trainee, &course, "own", true).await.is(200);
    report(&trainee, &[event(&course, "own", "read", json!({}))]).await.is(200);
    let taken_back = mark(&trainee, &course, "own", false).await.ok();
    assert_eq!((&taken_back["state"], &taken_back["completed_by"]), (&json!("completed"), &json!("rule")));
    assert_eq!(course_progress(&trainee).await["completed_chapters"], 1);
}

#[apply(story)]
async fn reading_does_not_complete_a_chapter_that_waits_for_ones_mark(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[event(&course, "own", "read", json!({}))]).await.is(200);
    assert_eq!(chapter(&trainee, &course, "own").await["state"], "in_progress");
}

#[apply(story)]
async fn a_chapter_with_a_rule_cannot_be_marked_and_one_completed_by_rule_stays(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    mark(&trainee, &course, "hello", true).await.refused(409, "self_mark_not_allowed");
    report(&trainee, &[event(&course, "hello", "read", json!({}))]).await.is(200);
    mark(&trainee, &course, "hello", false).await.refused(409, "self_mark_not_allowed");
    assert_eq!(chapter(&trainee, &course, "hello").await["state"], "completed");
}

#[apply(story)]
async fn who_is_not_enrolled_marks_nothing(site: TestSite) {
    let course = site.course("ml").await;
    mark(&site.operator().await, &course, "own", true).await.refused(403, "not_enrolled");
    let stranger = site.somebody().await;
    stranger.sign_in().await;
    mark(&stranger, &course, "own", true).await.refused(404, "not_found");
}

#[apply(story)]
async fn a_completion_keeps_the_publication_it_was_earned_under(site: TestSite) {
    let mut draft = CourseDraft::new("ml");
    let first = site.publish(&draft).await;
    let trainee = site.trainee(&first).await;
    work_through_values(&trainee, &first).await;
    let completed_at = chapter(&trainee, &first, "values").await["completed_at"].clone();
    draft.chapter_mut("values").look = Look::Coding(vec!["one", "two", "three"]);
    let second = site.publish(&draft).await;
    report(&trainee, &[run(&second, "one", true), event(&second, "values", "opened", json!({}))]).await.is(200);
    let now = chapter(&trainee, &second, "values").await;
    assert_eq!((&now["state"], &now["completed_at"]), (&json!("completed"), &completed_at));
    let (values, user) = (second.chapter_id("values"), trainee.id);
    let earned_under: PublicationId = site
        .write(move |tx| {
            chapter_progress::table.find((user, values)).select(chapter_progress::publication_id).first(tx)
        })
        .await;
    assert_eq!(earned_under, first.publication);
}

#[apply(story)]
async fn what_is_not_completed_follows_the_new_publication(site: TestSite) {
    let mut draft = CourseDraft::new("ml");
    let first = site.publish(&draft).await;
    let trainee = site.trainee(&first).await;
    report(&trainee, &[event(&first, "values", "read", json!({})), run(&first, "one", true)]).await.is(200);
    draft.chapter_mut("values").look = Look::Coding(vec!["one"]);
    let second = site.publish(&draft).await;
    // Another process sees a publication within two seconds. Nobody is shown the whole of what is not completed.
    within(Duration::from_secs(10), "the new rule", async || {
        (chapter(&trainee, &second, "values").await["percent"] == 99).then_some(())
    })
    .await;
    within(Duration::from_secs(10), "the completion", async || {
        report(&trainee, &[event(&second, "values", "opened", json!({}))]).await.is(200);
        (chapter(&trainee, &second, "values").await["state"] == "completed").then_some(())
    })
    .await;
}

#[apply(story)]
async fn a_course_is_completed_with_its_chapters_and_stays_so_when_it_grows(site: TestSite) {
    let mut draft = CourseDraft::new("ml");
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    work_through_values(&trainee, &course).await;
    mark(&trainee, &course, "own", true).await.is(200);
    assert_eq!(course_progress(&trainee).await["completed_at"], json!(null));
    report(&trainee, &[event(&course, "hello", "read", json!({}))]).await.is(200);
    let done = course_progress(&trainee).await;
    assert!(done["completed_at"].is_string(), "{done}");
    assert_eq!(done["percent"], 100);
    draft.chapters.push(ChapterDraft::new("more", Look::Text));
    site.publish(&draft).await;
    let later = course_progress(&trainee).await;
    assert_eq!((&later["completed_at"], &later["percent"]), (&done["completed_at"], &json!(100)));
    assert_eq!((&later["completed_chapters"], &later["total_chapters"]), (&json!(3), &json!(4)));
}

#[apply(story)]
async fn a_course_may_ask_for_a_part_of_its_chapters(site: TestSite) {
    let draft = CourseDraft { completion: "60%".to_owned(), ..CourseDraft::new("ml") };
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[event(&course, "hello", "read", json!({}))]).await.is(200);
    assert_eq!(course_progress(&trainee).await["percent"], 50);
    work_through_values(&trainee, &course).await;
    assert_eq!(course_progress(&trainee).await["percent"], 100);
}

#[apply(story)]
async fn a_course_that_comes_to_ask_for_less_is_completed_by_going_on(site: TestSite) {
    let draft = CourseDraft::new("ml");
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[event(&course, "hello", "read", json!({}))]).await.is(200);
    assert_eq!(course_progress(&trainee).await["completed_at"], json!(null));
    let course = site.publish(&CourseDraft { completion: "30%".to_owned(), ..draft }).await;
    within(Duration::from_secs(10), "the new rule", async || {
        report(&trainee, &[event(&course, "hello", "opened", json!({}))]).await.is(200);
        course_progress(&trainee).await["completed_at"].is_string().then_some(())
    })
    .await;
}
