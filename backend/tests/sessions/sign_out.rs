//! Signing out: here, elsewhere, everywhere.

use macro_rules_attribute::apply;
use serde_json::json;

use crate::support::TestSite;

#[apply(story)]
async fn signing_out_ends_the_session_and_takes_the_cookies(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let thief = person.stolen();
    person.delete("/api/v1/session").await.is(204);
    assert_eq!(person.cookies_for("/api/v1/session/refresh"), "");
    thief.is_signed_out().await;
    thief.post("/api/v1/session/refresh", json!({})).await.refused(401, "session_ended");
}

#[apply(story)]
async fn signing_out_here_leaves_other_browsers_signed_in(site: TestSite) {
    let person = site.somebody().await;
    let elsewhere = person.elsewhere(&site);
    person.sign_in().await;
    elsewhere.sign_in().await;
    person.delete("/api/v1/session").await.is(204);
    elsewhere.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn signing_out_everywhere_ends_every_session_of_this_person_alone(site: TestSite) {
    let (person, other) = (site.somebody().await, site.somebody().await);
    let elsewhere = person.elsewhere(&site);
    for somebody in [&person, &elsewhere, &other] {
        somebody.sign_in().await;
    }
    person.delete("/api/v1/sessions").await.is(204);
    person.get("/api/v1/session").await.refused(401, "not_signed_in");
    elsewhere.is_signed_out().await;
    other.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn one_sees_ones_browsers_and_can_sign_one_out(site: TestSite) {
    let person = site.somebody().await;
    let elsewhere = person.elsewhere(&site);
    person.sign_in().await;
    elsewhere.sign_in().await;
    let list = person.get("/api/v1/sessions").await.ok();
    let rows = list["items"].as_array().expect("a list");
    assert_eq!((rows.len(), &list["next"]), (2, &json!(null)));
    let other = rows.iter().find(|row| row["current"] == false).expect("the other browser");
    person.delete(&format!("/api/v1/sessions/{}", other["id"].as_str().expect("an id"))).await.is(204);
    elsewhere.is_signed_out().await;
    person.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn somebody_elses_session_does_not_exist_for_me(site: TestSite) {
    let (person, other) = (site.somebody().await, site.somebody().await);
    person.sign_in().await;
    other.sign_in().await;
    let list = other.get("/api/v1/sessions").await.ok();
    let id = list["items"][0]["id"].as_str().expect("an id");
    person.delete(&format!("/api/v1/sessions/{id}")).await.refused(404, "not_found");
    other.get("/api/v1/session").await.is(200);
}
