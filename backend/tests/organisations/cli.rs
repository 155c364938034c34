//! Who takes which course, as an operator manages it.

use macro_rules_attribute::apply;
use tenarai::accounts::{Role, Scope};

use crate::support::program::said;
use crate::support::{Person, TestSite, within};

const SOON: std::time::Duration = std::time::Duration::from_secs(10);

/// The site remembers for two seconds who may read what.
async fn reading_becomes(person: &Person, path: &str, status: u16) {
    within(SOON, "the reading", async || (person.get(path).await.status == status).then_some(())).await;
}

#[apply(story)]
async fn an_enrolment_can_end_and_goes_on_where_it_was_left(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let chapter = course.chapter("own");
    let completion = format!("{chapter}/completion");
    trainee.ask(reqwest::Method::PUT, &completion, Some(serde_json::json!({ "completed": true }))).await.ok();
    let email = trainee.email.as_str();
    assert_eq!(
        said(&site, &["enrol", email, "ml", "--end"]),
        format!("{email} no longer takes ml; their progress is kept")
    );
    assert_eq!(said(&site, &["enrol", email, "ml", "--end"]), format!("{email} did not take ml"));
    reading_becomes(&trainee, &chapter, 404).await;
    assert_eq!(said(&site, &["enrol", email, "ml"]), format!("{email} takes ml"));
    assert_eq!(trainee.get(&chapter).await.ok()["progress"]["state"], "completed");
}

#[apply(story)]
async fn a_licence_can_end_and_be_renewed_with_its_seats(site: TestSite) {
    let course = site.course("ml").await;
    let company = site.company().await;
    let slug: String = site
        .write(move |tx| {
            use diesel::prelude::*;
            use tenarai::db::schema::organisations;
            organisations::table.find(company.id).select(organisations::slug).first(tx)
        })
        .await;
    let license = |more: &[&str]| said(&site, &[&["organisation", "license", &slug, "ml"], more].concat());
    assert_eq!(license(&["--end"]), format!("{slug} held no licence for ml"));
    assert_eq!(license(&["--seats", "1"]), format!("{slug} holds a licence for ml"));
    let trainee = site.colleague(company, &course).await;
    let chapter = course.chapter("hello");
    trainee.get(&chapter).await.is(200);
    assert_eq!(license(&["--end"]), format!("the licence of {slug} for ml has ended"));
    reading_becomes(&trainee, &chapter, 404).await;
    let other = site.person(company, Role::Trainee, Scope::Organisation(company.id.0)).await;
    let enrol = || said(&site, &["enrol", &other.email, "ml"]);
    assert_eq!(enrol(), format!("tenarai: the organisation of {} holds no licence for ml", other.email));
    assert_eq!(license(&[]), format!("{slug} holds a licence for ml"));
    trainee.get(&chapter).await.is(200);
    assert_eq!(enrol(), "tenarai: all 1 seats of the licence are taken");
    license(&["--seats", "2"]);
    assert_eq!(enrol(), format!("{} takes ml", other.email));
    assert!(license(&["--end", "--seats", "3"]).contains("cannot be used with"));
    assert!(license(&["--seats", "-1"]).contains("-1"));
}
