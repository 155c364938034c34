//! Changing one's password.

use diesel::prelude::*;
use macro_rules_attribute::apply;
use secrecy::SecretString;
use serde_json::json;
use tenarai::accounts;
use tenarai::db::schema::sessions;

use crate::support::{PASSWORD, Person, Plan, TestSite};

const NEW: &str = "another-fine-password";

async fn change(person: &Person, current: &str, new: &str) -> crate::support::Answer {
    person.put("/api/v1/me/password", json!({ "current_password": current, "new_password": new })).await
}

#[apply(story)]
async fn a_new_password_signs_in_and_the_old_one_no_longer_does(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    change(&person, PASSWORD, NEW).await.is(204);
    person.elsewhere(&site).try_password(PASSWORD).await.refused(401, "invalid_credentials");
    person.elsewhere(&site).try_password(NEW).await.is(200);
}

#[apply(story)]
async fn a_change_of_password_signs_the_other_browsers_out_and_keeps_this_one(site: TestSite) {
    let person = site.somebody().await;
    let elsewhere = person.elsewhere(&site);
    person.sign_in().await;
    elsewhere.sign_in().await;
    change(&person, PASSWORD, NEW).await.is(204);
    elsewhere.is_signed_out().await;
    elsewhere.post("/api/v1/session/refresh", json!({})).await.refused(401, "session_ended");
    person.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn the_current_password_is_asked_for(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let problem = change(&person, "not-my-password", NEW).await.refused(422, "wrong_password");
    assert_eq!(problem["errors"][0]["pointer"], "/current_password");
    person.elsewhere(&site).try_password(PASSWORD).await.is(200);
}

#[apply(story)]
async fn a_password_that_is_too_short_or_too_long_is_refused_at_its_field(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    for (new, code) in [("short".to_owned(), "too_short"), ("x".repeat(201), "too_long")] {
        let problem = change(&person, PASSWORD, &new).await.refused(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["pointer"], "/new_password");
        assert_eq!(problem["errors"][0]["code"], code);
    }
}

#[apply(story)]
async fn the_password_one_has_is_no_new_one(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let problem = change(&person, PASSWORD, PASSWORD).await.refused(422, "same_password");
    assert_eq!(problem["errors"][0]["pointer"], "/new_password");
}

#[apply(story)]
async fn a_sign_in_at_the_same_moment_does_not_outlive_the_old_password(site: TestSite) {
    for _ in 0..8 {
        let person = site.somebody().await;
        let elsewhere = person.elsewhere(&site);
        let change = accounts::reset_password(&site.site.db, person.id, SecretString::from(NEW));
        let (_, changed) = tokio::join!(elsewhere.try_password(PASSWORD), change);
        changed.expect("it is changed");
        let id = person.id;
        let living: i64 = site
            .write(move |tx| {
                let living = sessions::table.filter(sessions::user_id.eq(id)).filter(sessions::ended_at.is_null());
                living.count().get_result(tx)
            })
            .await;
        assert_eq!(living, 0);
    }
}

#[apply(story)]
async fn guesses_at_the_current_password_are_limited(plan: Plan) {
    let site = plan.with(|settings| settings.sign_in_failures_per_account = 3).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    // One that is far too long is no guess worth hashing.
    change(&person, &"x".repeat(100_000), NEW).await.refused(422, "wrong_password");
    for _ in 0..3 {
        change(&person, "not-my-password", NEW).await.refused(422, "wrong_password");
    }
    change(&person, PASSWORD, NEW).await.refused(429, "too_many_requests");
}

#[apply(story)]
async fn who_knew_the_password_in_the_end_may_mistype_it_again(plan: Plan) {
    let site = plan.with(|settings| settings.sign_in_failures_per_account = 3).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    for (current, new) in [(PASSWORD, NEW), (NEW, PASSWORD)] {
        for _ in 0..2 {
            change(&person, "not-my-password", new).await.refused(422, "wrong_password");
        }
        change(&person, current, new).await.is(204);
    }
}
