//! What a tutor sees of their cohorts.

use chrono::TimeDelta;
use macro_rules_attribute::apply;
use serde_json::json;
use tenarai::accounts::{Role, Scope};
use tenarai::db::types::Ts;

use crate::support::TestSite;

#[apply(story)]
async fn a_tutor_sees_their_cohorts_and_reads_their_course(site: TestSite) {
    let (course, other) = (site.course("ml").await, site.course("other").await);
    let company = site.company().await;
    site.license(company, &course).await;
    let due = Ts::now() + TimeDelta::days(30);
    let cohort = site.cohort(company, &course, Some(due)).await;
    site.cohort(company, &other, None).await;
    for _ in 0..2 {
        let trainee = site.person(company, Role::Trainee, Scope::Organisation(company.id.0)).await;
        site.enrol(&trainee, course.id, Some(cohort)).await;
    }
    let tutor = site.person(company, Role::Tutor, Scope::Cohort(cohort.0)).await;
    tutor.sign_in().await;
    let list = tutor.get("/api/v1/tutor/cohorts").await.ok();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    let row = &list["items"][0];
    assert_eq!((&row["members"], &row["course"]["slug"]), (&json!(2), &json!("ml")));
    assert_eq!(tutor.get(&course.chapter("hello")).await.ok()["progress"], json!(null));
    tutor.get(&other.chapter("hello")).await.refused(404, "not_found");
}

#[apply(story)]
async fn who_is_no_tutor_is_told_so(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    person.get("/api/v1/tutor/cohorts").await.refused(403, "forbidden");
}
