//! The demo: people of every role to try the site with, and the file of their passwords.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::db::schema::{cohorts, departments, enrolments, licences, organisations, role_grants, sessions, users};
use tenarai::db::types::Ts;
use tenarai::demo::{self, Account};

use crate::support::{Browser, Course, TestSite};

fn file(site: &TestSite) -> PathBuf {
    site.settings().data_dir.join("accounts/demo.json")
}

/// What `tenarai demo` does once the course is published; what it writes is what it returns.
async fn seed(site: &TestSite, course: &Course) -> Vec<Account> {
    let accounts = demo::seed(&site.site.db, course.id, &file(site)).await.expect("the demo is made");
    let written = std::fs::read(file(site)).expect("a file");
    assert_eq!(serde_json::from_slice::<Value>(&written).expect("JSON"), json!(accounts));
    assert_eq!(std::fs::metadata(file(site)).expect("a file").permissions().mode() & 0o777, 0o600);
    accounts
}

fn of<'a>(accounts: &'a [Account], email: &str) -> &'a Account {
    accounts.iter().find(|account| account.email == email).expect("such an account")
}

/// Somebody at a browser who tries what the file says.
async fn try_account(site: &TestSite, account: &Account) -> (Browser, u16) {
    let browser = site.browser();
    let words = json!({ "email": account.email, "password": account.password });
    let status = browser.post("/api/v1/session", words).await.status;
    (browser, status)
}

/// How many rows there are of everything the demo makes.
async fn counts(site: &TestSite) -> Vec<i64> {
    site.write(|tx| {
        Ok(vec![
            organisations::table.count().get_result(tx)?,
            departments::table.count().get_result(tx)?,
            licences::table.count().get_result(tx)?,
            cohorts::table.count().get_result(tx)?,
            users::table.count().get_result(tx)?,
            role_grants::table.count().get_result(tx)?,
            enrolments::table.count().get_result(tx)?,
            sessions::table.filter(sessions::ended_at.is_null()).count().get_result(tx)?,
        ])
    })
    .await
}

const ISHIKAWA: &str = "ishikawa@aozora.example";
const BROWN: &str = "brown@aozora.example";

#[apply(story)]
async fn whoever_is_in_the_file_can_sign_in_and_is_who_it_says(site: TestSite) {
    let accounts = seed(&site, &site.course("ml").await).await;
    let who: Vec<_> = accounts.iter().map(|account| (account.organisation.as_str(), account.role.as_str())).collect();
    // Other people's scripts look for these.
    assert_eq!(
        who,
        [
            ("aozora", "trainee"),
            ("aozora", "trainee"),
            ("aozora", "tutor"),
            ("aozora", "tutor"),
            ("aozora", "corporate_admin"),
            ("aozora", "author"),
            ("aozora", "operator"),
            ("midori", "trainee"),
            ("midori", "corporate_admin"),
        ]
    );
    for account in &accounts {
        let (browser, status) = try_account(&site, account).await;
        assert_eq!(status, 200, "{}", account.email);
        let me = browser.get("/api/v1/session").await.ok();
        assert_eq!(me["organisation"]["slug"], account.organisation.as_str());
        assert_eq!(me["roles"].as_array().map(Vec::len), Some(1), "{me}");
        assert_eq!(me["roles"][0]["role"], account.role.as_str());
        if account.role == "trainee" {
            let home = browser.get("/api/v1/courses").await.ok();
            assert!(home.to_string().contains("ml"), "{home}");
        }
        if account.role == "corporate_admin" {
            let list = browser.get(&format!("/api/v1/organisations/{}/members", me["organisation"]["id"])).await.ok();
            let rows = list["items"].as_array().expect("a list");
            assert_eq!(rows.len(), accounts.iter().filter(|other| other.organisation == account.organisation).count());
            assert!(rows.iter().all(|row| row["department"].is_string()), "{list}");
        }
    }
}

#[apply(story)]
async fn a_second_time_changes_nothing(site: TestSite) {
    let course = site.course("ml").await;
    let first = seed(&site, &course).await;
    let (browser, _) = try_account(&site, of(&first, ISHIKAWA)).await;
    // What somebody did in between is not undone.
    site.write(|tx| diesel::update(enrolments::table).set(enrolments::ended_at.eq(Ts::now())).execute(tx)).await;
    site.write(|tx| diesel::update(licences::table).set(licences::ends_at.eq(Ts::now())).execute(tx)).await;
    let before = counts(&site).await;
    assert_eq!(json!(seed(&site, &course).await), json!(first));
    assert_eq!(counts(&site).await, before);
    browser.get("/api/v1/session").await.is(200);
    let undone: (i64, i64) = site
        .write(|tx| {
            Ok((
                enrolments::table.filter(enrolments::ended_at.is_null()).count().get_result(tx)?,
                licences::table.filter(licences::ends_at.is_null()).count().get_result(tx)?,
            ))
        })
        .await;
    assert_eq!(undone, (0, 0));
}

#[apply(story)]
async fn where_the_file_was_lost_the_same_people_get_new_passwords_and_are_signed_out(site: TestSite) {
    let course = site.course("ml").await;
    let first = seed(&site, &course).await;
    let (browser, _) = try_account(&site, of(&first, ISHIKAWA)).await;
    let before = counts(&site).await;
    std::fs::remove_file(file(&site)).expect("ours to delete");
    let second = seed(&site, &course).await;
    assert_eq!(counts(&site).await[..7], before[..7]);
    browser.is_signed_out().await;
    for (old, new) in first.iter().zip(&second) {
        assert_eq!((&old.email, &old.role), (&new.email, &new.role));
        assert_ne!(old.password, new.password);
    }
    assert_eq!(try_account(&site, of(&first, ISHIKAWA)).await.1, 401);
    assert_eq!(try_account(&site, of(&second, ISHIKAWA)).await.1, 200);
}

#[apply(story)]
async fn the_passwords_of_the_file_are_the_ones_that_hold(site: TestSite) {
    let course = site.course("ml").await;
    let first = seed(&site, &course).await;
    let (changed, _) = try_account(&site, of(&first, ISHIKAWA)).await;
    let (kept, _) = try_account(&site, of(&first, BROWN)).await;
    let words = json!({ "current_password": of(&first, ISHIKAWA).password, "new_password": "a password of my own" });
    changed.put("/api/v1/me/password", words).await.is(204);
    assert_eq!(try_account(&site, of(&first, ISHIKAWA)).await.1, 401);
    assert_eq!(json!(seed(&site, &course).await), json!(first));
    changed.is_signed_out().await;
    assert_eq!(try_account(&site, of(&first, ISHIKAWA)).await.1, 200);
    kept.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn the_same_people_take_a_second_course(site: TestSite) {
    let first = seed(&site, &site.course("ml").await).await;
    let second = site.course("more").await;
    assert_eq!(json!(seed(&site, &second).await), json!(first));
    let (browser, _) = try_account(&site, of(&first, ISHIKAWA)).await;
    browser.get(&second.chapter("hello")).await.is(200);
    let (tutor, _) = try_account(&site, of(&first, "sato@aozora.example")).await;
    assert_eq!(tutor.get("/api/v1/tutor/cohorts").await.ok()["items"].as_array().map(Vec::len), Some(2));
}
