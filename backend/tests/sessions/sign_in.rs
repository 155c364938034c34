//! Signing in, and being kept from it.

use std::time::Duration;

use diesel::prelude::*;
use futures_util::future::join_all;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::json;
use tenarai::db::schema::users;
use tenarai::db::types::Ts;

use crate::support::{PASSWORD, Plan, TestSite, within};

#[apply(story)]
async fn who_signs_in_is_known_until_they_leave(site: TestSite) {
    let person = site.somebody().await;
    person.get("/api/v1/session").await.refused(401, "not_signed_in");
    let me = person.try_password(PASSWORD).await.ok();
    assert_eq!(me["user"]["email"], json!(person.email));
    assert_eq!(me["roles"][0]["role"], "trainee");
    assert_eq!(person.get("/api/v1/session").await.ok()["user"], me["user"]);
}

#[apply(story)]
async fn cookies_go_no_further_than_they_must(site: TestSite) {
    let person = site.somebody().await;
    let answer = person.try_password(PASSWORD).await.is(200);
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().expect("plain text");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    }
    assert_eq!(person.cookies_for("/"), "");
    assert_eq!(person.cookies_for("/jupyterhub/user/u1/"), "");
    assert!(!person.cookies_for("/api/v1/home").contains("tenarai_refresh"));
    assert!(person.cookies_for("/api/v1/session/refresh").contains("tenarai_refresh"));
}

#[apply(story)]
async fn an_address_is_the_same_in_capitals_and_with_space_around_it(site: TestSite) {
    let person = site.somebody().await;
    let email = format!("  {} ", person.email.to_uppercase());
    person.post("/api/v1/session", json!({ "email": email, "password": PASSWORD })).await.is(200);
}

#[apply(story)]
async fn a_wrong_password_and_an_unknown_address_look_the_same(site: TestSite) {
    let person = site.somebody().await;
    let wrong = person.try_password("not-the-password").await.refused(401, "invalid_credentials");
    let nobody = json!({ "email": "nobody@example.com", "password": PASSWORD });
    let unknown = person.post("/api/v1/session", nobody).await.refused(401, "invalid_credentials");
    assert_eq!((&wrong["title"], &wrong["detail"]), (&unknown["title"], &unknown["detail"]));
    assert_eq!(person.cookie("tenarai_session"), None);
}

#[apply(story)]
async fn a_suspended_account_cannot_sign_in_and_is_told_only_with_the_right_password(site: TestSite) {
    let person = site.somebody().await;
    let user = person.id;
    site.write(move |tx| diesel::update(users::table.find(user)).set(users::disabled_at.eq(Ts::now())).execute(tx))
        .await;
    person.try_password("not-the-password").await.refused(401, "invalid_credentials");
    person.try_password(PASSWORD).await.refused(403, "account_disabled");
    assert_eq!(person.cookie("tenarai_session"), None);
}

#[apply(story)]
async fn too_many_wrong_passwords_close_the_account_for_a_while_even_to_the_right_one(plan: Plan) {
    let site = plan.with(|settings| settings.sign_in_failures_per_account = 3).start().await;
    let person = site.somebody().await;
    for _ in 0..3 {
        person.try_password("not-the-password").await.refused(401, "invalid_credentials");
    }
    let answer = person.try_password(PASSWORD).await;
    answer.refused(429, "too_many_requests");
    let seconds: u64 = answer.header("retry-after").parse().expect("Retry-After in seconds");
    assert!((1..=900).contains(&seconds), "{seconds}");
    // It is the time that is left, not the whole window.
    within(Duration::from_secs(5), "less to wait", async || {
        let left: u64 = person.try_password(PASSWORD).await.header("retry-after").parse().expect("Retry-After");
        (left < seconds).then_some(())
    })
    .await;
    site.somebody().await.sign_in().await;
}

#[apply(story)]
async fn what_is_too_long_to_be_an_address_or_a_password_is_not_looked_up(site: TestSite) {
    let browser = site.browser();
    for (email, password, pointer) in
        [("x".repeat(321), PASSWORD.to_owned(), "/email"), ("a@example.com".to_owned(), "x".repeat(201), "/password")]
    {
        let answer = browser.post("/api/v1/session", json!({ "email": email, "password": password })).await;
        assert_eq!(answer.refused(422, "invalid_fields")["errors"][0]["pointer"], pointer);
    }
}

#[apply(story)]
async fn a_right_password_starts_the_count_over(plan: Plan) {
    let site = plan.with(|settings| settings.sign_in_failures_per_account = 2).start().await;
    let person = site.somebody().await;
    for _ in 0..3 {
        person.try_password("not-the-password").await.refused(401, "invalid_credentials");
        person.sign_in().await;
    }
}

#[apply(story)]
async fn guesses_at_the_same_moment_do_not_slip_through(plan: Plan) {
    let site = plan.with(|settings| settings.sign_in_failures_per_address = 5).start().await;
    let browser = site.browser();
    let guesses = (0..60).map(async |number| {
        let guess = json!({ "email": format!("guess{number}@example.com"), "password": "guess-guess-guess" });
        browser.post("/api/v1/session", guess).await.status
    });
    let answers = join_all(guesses).await;
    let tried = answers.iter().filter(|&&status| status == 401).count();
    // As many again as are hashed at once, by each of two processes.
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    assert!((5..=5 + 2 * at_once).contains(&tried), "{tried} of {answers:?}");
}

#[apply(story)]
async fn behind_a_proxy_limits_count_the_address_it_names_and_nothing_made_up(plan: Plan) {
    let site = plan
        .with(|settings| {
            settings.proxies = 1;
            settings.sign_in_failures_per_address = 2;
            settings.sign_in_failures_per_account = 100;
        })
        .start()
        .await;
    let guess = async |lines: &[&str]| {
        let browser = site.browser();
        let guess = json!({ "email": "guess@example.com", "password": "guess-guess-guess" });
        let request = browser.as_page(Method::POST, "/api/v1/session").json(&guess);
        let request = lines.iter().fold(request, |request, line| request.header("x-forwarded-for", *line));
        browser.send(request).await.status
    };
    let mut answers = Vec::new();
    for from in ["made up", "9.9.9.9, 203.0.113.7", "203.0.113.7", "203.0.113.7:4711", "x".repeat(5000).as_str(), "?"] {
        answers.push(guess(&[from]).await);
    }
    assert_eq!(answers, [401, 401, 401, 429, 401, 429]);
    // Some proxies add a line instead of a word.
    let mut answers = Vec::new();
    for made_up in ["9.9.9.1", "9.9.9.2", "9.9.9.3"] {
        answers.push(guess(&[made_up, "203.0.113.8"]).await);
    }
    assert_eq!(answers, [401, 401, 429]);
}

/// On a computer that several use.
#[apply(story)]
async fn who_signs_in_over_a_session_ends_it(site: TestSite) {
    let (first, second) = (site.somebody().await, site.somebody().await);
    let elsewhere = first.elsewhere(&site);
    elsewhere.sign_in().await;
    first.sign_in().await;
    let left = first.stolen();
    second.with((*first).clone()).sign_in().await;
    left.is_signed_out().await;
    elsewhere.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn an_address_that_guesses_at_many_accounts_is_held_up(plan: Plan) {
    let site = plan.with(|settings| settings.sign_in_failures_per_address = 5).start().await;
    let browser = site.browser();
    for number in 0..5 {
        let guess = json!({ "email": format!("guess{number}@example.com"), "password": "guess-guess-guess" });
        browser.post("/api/v1/session", guess).await.refused(401, "invalid_credentials");
    }
    site.somebody().await.try_password(PASSWORD).await.refused(429, "too_many_requests");
}
