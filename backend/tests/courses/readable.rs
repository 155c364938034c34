//! Which courses somebody finds that they may read.

use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::json;
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::licences;
use tenarai::db::types::Ts;

use crate::support::{Person, TestSite};

async fn found(person: &Person) -> Vec<String> {
    let list = person.get("/api/v1/readable-courses").await.ok();
    let slugs = list["items"].as_array().expect("a list").iter().map(|course| course["slug"].as_str().expect("a slug"));
    slugs.map(str::to_owned).collect()
}

#[apply(story)]
async fn everybody_finds_the_courses_they_may_read_and_no_other(site: TestSite) {
    let (mine, other, theirs) = (site.course("mine").await, site.course("other").await, site.course("theirs").await);
    let (company, foreign) = (site.company().await, site.company().await);
    for course in [&mine, &other] {
        site.license(company, course).await;
    }
    site.license(foreign, &theirs).await;
    let cohort = site.cohort(company, &mine, None).await;
    let scopes = [
        (Role::Trainee, Scope::Organisation(company.id.0), &[][..]),
        (Role::Tutor, Scope::Cohort(cohort.0), &["mine"][..]),
        (Role::CorporateAdmin, Scope::Organisation(company.id.0), &["mine", "other"]),
        (Role::Author, Scope::Course(theirs.id.0), &["theirs"]),
        (Role::Operator, Scope::Site, &["mine", "other", "theirs"]),
    ];
    for (role, scope, courses) in scopes {
        let person = site.person(company, role, scope).await;
        person.sign_in().await;
        assert_eq!(found(&person).await, courses, "{role:?}");
        for slug in courses {
            person.get(&format!("/api/v1/courses/{slug}")).await.ok();
        }
    }
    assert_eq!(found(&site.colleague(company, &mine).await).await, ["mine"], "a trainee who is enrolled");
}

#[apply(story)]
async fn a_course_to_read_names_the_chapters_that_can_be_opened(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let list = trainee.get("/api/v1/readable-courses?locale=en").await.ok();
    let outline = trainee.get("/api/v1/courses/ml?locale=en").await.ok();
    let of_outline: Vec<_> = outline["sections"]
        .as_array()
        .expect("sections")
        .iter()
        .flat_map(|section| section["chapters"].as_array().expect("chapters"))
        .filter(|chapter| chapter["available"] == json!(true))
        .map(|chapter| chapter["id"].clone())
        .collect();
    let here: Vec<_> = list["items"][0]["chapters"]
        .as_array()
        .expect("chapters")
        .iter()
        .map(|chapter| chapter["id"].clone())
        .collect();
    assert_eq!(here, of_outline);
}

#[apply(story)]
async fn a_corporate_admin_no_longer_finds_a_course_whose_licence_has_ended(site: TestSite) {
    let course = site.course("ml").await;
    let company = site.company().await;
    site.license(company, &course).await;
    let admin = site.person(company, Role::CorporateAdmin, Scope::Organisation(company.id.0)).await;
    admin.sign_in().await;
    assert_eq!(found(&admin).await, ["ml"]);
    let ended = licences::ends_at.eq(Ts::now());
    site.write(move |tx| diesel::update(licences::table).set(ended).execute(tx)).await;
    assert!(found(&admin).await.is_empty());
}
