//! What authors see of their courses.

use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::json;
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::publications;

use crate::support::program::said;
use crate::support::{CourseDraft, TestSite};

#[apply(story)]
async fn authors_see_the_publications_of_their_own_courses_newest_first(site: TestSite) {
    let mut draft = CourseDraft::new("mine");
    let mine = site.publish(&draft).await;
    site.course("theirs").await;
    draft.title = "A new title".to_owned();
    site.publish(&draft).await;
    let company = site.company().await;
    let author = site.person(company, Role::Author, Scope::Course(mine.id.0)).await;
    author.sign_in().await;
    let list = author.get("/api/v1/author/courses").await.ok();
    let courses = list["items"].as_array().expect("a list");
    assert_eq!(courses.len(), 1);
    assert_eq!((&courses[0]["slug"], &courses[0]["title"]), (&json!("mine"), &json!("A new title")));
    let publications = courses[0]["publications"].as_array().expect("a list");
    let numbers: Vec<_> = publications.iter().map(|row| (row["number"].as_i64(), row["current"].as_bool())).collect();
    assert_eq!(numbers, [(Some(2), Some(true)), (Some(1), Some(false))]);
    assert_eq!(publications[0]["chapters"], 4);
    assert_eq!(
        site.operator().await.get("/api/v1/author/courses").await.ok()["items"].as_array().map(Vec::len),
        Some(2)
    );
}

#[apply(story)]
async fn who_published_is_named_where_it_is_known(site: TestSite) {
    let course = site.course("mine").await;
    let author = site.person(site.company().await, Role::Author, Scope::Course(course.id.0)).await;
    author.sign_in().await;
    let published = async || author.get("/api/v1/author/courses").await.ok()["items"][0]["publications"][0].clone();
    assert_eq!(published().await["published_by_name"], json!(null));
    let (publication, user) = (course.publication, author.id);
    site.write(move |tx| {
        diesel::update(publications::table.find(publication)).set(publications::published_by.eq(user)).execute(tx)
    })
    .await;
    let known = published().await;
    assert_eq!((&known["published_by"], &known["published_by_name"]), (&json!(author.id.0), &json!("Hana")));
    assert!(said(&site, &["content", "history", "mine"]).contains("\tHana\tcurrent"));
}

#[apply(story)]
async fn an_author_reads_their_own_course_and_no_other(site: TestSite) {
    let (mine, theirs) = (site.course("mine").await, site.course("theirs").await);
    let author = site.person(site.company().await, Role::Author, Scope::Course(mine.id.0)).await;
    author.sign_in().await;
    let chapter = author.get(&mine.chapter("hello")).await.ok();
    assert_eq!(chapter["progress"], json!(null), "no progress is kept for somebody who is not enrolled");
    author.get(&theirs.chapter("hello")).await.refused(404, "not_found");
}
