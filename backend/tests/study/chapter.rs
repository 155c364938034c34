//! Opening a chapter.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::json;
use tenarai::db::schema::{enrolments, licences};
use tenarai::db::types::Ts;

use super::{event, report};
use crate::support::{Course, CourseDraft, Person, TestSite, within};

#[apply(story)]
async fn a_chapter_comes_with_its_text_its_place_and_its_notebook(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let chapter = trainee.get(&course.chapter("values")).await.ok();
    assert_eq!(
        (&chapter["number"], &chapter["kind"], &chapter["locale"]),
        (&json!("1.2"), &json!("coding"), &json!("en"))
    );
    assert!(chapter["html"].as_str().expect("html").contains("Words about values. In English."), "{chapter}");
    assert_eq!(chapter["headings"][0]["text"], "First");
    assert_eq!(chapter["notebook"]["path"], "ml/values.ipynb");
    let cells: Vec<&str> =
        chapter["notebook"]["cells"].as_array().expect("cells").iter().filter_map(|cell| cell["id"].as_str()).collect();
    assert_eq!(cells, ["title", "one", "two"]);
    assert_eq!(chapter["previous"]["id"], course.chapter_id("hello").0);
    assert_eq!(chapter["next"]["id"], course.chapter_id("own").0);
    assert_eq!(chapter["progress"]["state"], "not_started");
}

#[apply(story)]
async fn a_name_in_the_outline_is_no_next_chapter(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    assert_eq!(trainee.get(&course.chapter("own")).await.ok()["next"], json!(null));
    trainee.get(&course.chapter("quiz")).await.refused(404, "not_found");
}

#[apply(story)]
async fn the_text_comes_in_the_language_asked_for_or_ones_own(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let japanese = trainee.get(&format!("{}?locale=ja", course.chapter("hello"))).await.ok();
    assert!(japanese["html"].as_str().expect("html").contains("日本語で。"));
    assert_eq!((&japanese["locale"], &japanese["title"]), (&json!("ja"), &json!("章")));
    trainee.patch("/api/v1/me", json!({ "locale": "ja" })).await.is(200);
    assert_eq!(trainee.get(&course.chapter("hello")).await.ok()["locale"], "ja");
    trainee.get(&format!("{}?locale=fr", course.chapter("hello"))).await.refused(400, "invalid_query");
}

#[apply(story)]
async fn a_course_in_one_language_is_shown_in_that(site: TestSite) {
    for (language, title, text) in [("ja", "講座", "日本語で。"), ("en", "Course en", "In English.")] {
        let languages: &[&str] = if language == "ja" { &["ja"] } else { &["en"] };
        let course = site.publish(&CourseDraft { languages, ..CourseDraft::new(language) }).await;
        let trainee = site.trainee(&course).await;
        for wanted in ["ja", "en"] {
            let chapter = trainee.get(&format!("{}?locale={wanted}", course.chapter("hello"))).await.ok();
            assert_eq!((&chapter["locale"], &chapter["course"]["title"]), (&json!(language), &json!(title)));
            assert!(chapter["html"].as_str().expect("html").contains(text), "{chapter}");
            let card = trainee.get(&format!("/api/v1/courses?locale={wanted}")).await.ok()["items"][0].clone();
            assert_eq!(card["title"], title);
        }
    }
}

#[apply(story)]
async fn a_chapter_is_sent_again_only_when_it_or_ones_progress_changed(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let path = course.chapter("hello");
    let etag = trainee.get(&path).await.is(200).header("etag").to_owned();
    let again = async || trainee.send(trainee.as_page(Method::GET, &path).header("if-none-match", &etag)).await;
    let unchanged = again().await.is(304);
    assert!(unchanged.body.is_empty());
    assert_eq!(unchanged.header("etag"), etag);
    report(&trainee, &[event(&course, "hello", "read", json!({}))]).await.is(200);
    assert_eq!(again().await.is(200).json()["progress"]["state"], "completed");
}

#[apply(story)]
async fn one_persons_progress_is_not_anothers(site: TestSite) {
    let course = site.course("ml").await;
    let (one, other) = (site.trainee(&course).await, site.trainee(&course).await);
    report(&one, &[event(&course, "hello", "read", json!({}))]).await.is(200);
    assert_eq!(other.get(&course.chapter("hello")).await.ok()["progress"]["state"], "not_started");
}

#[apply(story)]
async fn a_chapter_that_is_not_there_is_not_found(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    for id in ["987654", "0", "-1", "x", "1.5", "99999999999999999999", "%2e%2e"] {
        trainee.get(&format!("/api/v1/chapters/{id}")).await.refused(404, "not_found");
    }
}

#[apply(story)]
async fn a_course_ones_company_has_not_licensed_does_not_exist(site: TestSite) {
    let (mine, theirs) = (site.course("mine").await, site.course("theirs").await);
    let trainee = site.trainee(&mine).await;
    let foreign = trainee.get(&theirs.chapter("hello")).await.refused(404, "not_found");
    let unknown = trainee.get("/api/v1/chapters/987654").await.refused(404, "not_found");
    assert_eq!((&foreign["title"], &foreign["detail"]), (&unknown["title"], &unknown["detail"]));
    trainee.get("/api/v1/courses/theirs").await.refused(404, "not_found");
    // Being enrolled by mistake does not help: it is the company's licence that counts.
    site.enrol(&trainee, theirs.id, None).await;
    trainee.get(&theirs.chapter("hello")).await.refused(404, "not_found");
}

#[apply(story)]
async fn a_colleague_who_is_not_enrolled_sees_no_chapter(site: TestSite) {
    let course = site.course("ml").await;
    let company = site.company().await;
    site.license(company, &course).await;
    let scope = tenarai::accounts::Scope::Organisation(company.id.0);
    let colleague = site.person(company, tenarai::accounts::Role::Trainee, scope).await;
    colleague.sign_in().await;
    colleague.get(&course.chapter("hello")).await.refused(404, "not_found");
    assert_eq!(colleague.get("/api/v1/courses").await.ok()["items"], json!([]));
    site.admin(company).await.get(&course.chapter("hello")).await.is(200);
}

#[apply(story)]
async fn when_the_licence_has_run_out_the_course_is_closed_and_progress_kept(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[event(&course, "hello", "read", json!({}))]).await.is(200);
    let licensed_until = async |ends_at: Option<Ts>| {
        site.write(move |tx| diesel::update(licences::table).set(licences::ends_at.eq(ends_at)).execute(tx)).await;
    };
    licensed_until(Some(Ts::now() - TimeDelta::seconds(1))).await;
    is_closed(&trainee, &course).await;
    trainee.get("/api/v1/courses/ml").await.refused(404, "not_found");
    assert_eq!(trainee.get("/api/v1/home").await.ok()["courses"], json!([]));
    let answer = report(&trainee, &[event(&course, "hello", "opened", json!({}))]).await.ok();
    assert_eq!(answer["results"][0]["code"], "not_found");
    licensed_until(Some(Ts::now() + TimeDelta::days(1))).await;
    let licensed_from = async |starts_at: Ts| {
        site.write(move |tx| diesel::update(licences::table).set(licences::starts_at.eq(starts_at)).execute(tx)).await;
    };
    licensed_from(Ts::now() + TimeDelta::days(1)).await;
    is_closed(&trainee, &course).await;
    assert_eq!(trainee.get("/api/v1/home").await.ok()["courses"], json!([]));
    licensed_from(Ts::now() - TimeDelta::days(1)).await;
    assert_eq!(trainee.get(&course.chapter("hello")).await.ok()["progress"]["state"], "completed");
}

#[apply(story)]
async fn who_has_been_taken_out_of_the_course_sees_it_no_longer(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    trainee.get(&course.chapter("hello")).await.is(200);
    site.write(|tx| diesel::update(enrolments::table).set(enrolments::ended_at.eq(Ts::now())).execute(tx)).await;
    is_closed(&trainee, &course).await;
}

#[apply(story)]
async fn who_has_just_been_enrolled_reads_at_once(site: TestSite) {
    let (mine, new) = (site.course("mine").await, site.course("new").await);
    let company = site.company().await;
    site.license(company, &mine).await;
    site.license(company, &new).await;
    let trainee = site.colleague(company, &mine).await;
    trainee.get(&new.chapter("hello")).await.refused(404, "not_found");
    site.enrol(&trainee, new.id, None).await;
    trainee.get(&new.chapter("hello")).await.is(200);
}

/// What somebody may read is remembered for a moment, by each process.
async fn is_closed(trainee: &Person, course: &Course) {
    within(Duration::from_secs(5), "the course is closed", async || {
        let one = trainee.get(&course.chapter("hello")).await.status;
        let other = trainee.get(&course.chapter("hello")).await.status;
        (one == 404 && other == 404).then_some(())
    })
    .await;
    trainee.get(&course.chapter("hello")).await.refused(404, "not_found");
}

#[apply(story)]
async fn a_new_publication_is_what_readers_see_and_the_address_stays(site: TestSite) {
    let mut draft = CourseDraft::new("ml");
    let first = site.publish(&draft).await;
    let trainee = site.trainee(&first).await;
    trainee.get(&first.chapter("hello")).await.is(200);
    draft.chapter_mut("hello").words = "Better words.".to_owned();
    let second = site.publish(&draft).await;
    assert_eq!(first.chapter("hello"), second.chapter("hello"));
    let chapter = trainee.get(&first.chapter("hello")).await.ok();
    assert!(chapter["html"].as_str().expect("html").contains("Better words."), "{chapter}");
    assert_eq!(chapter["publication"]["number"], 2);
}
