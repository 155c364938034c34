//! Staying signed in: the refresh secret is replaced at each use, and a copy of an old one ends the session.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::join_all;
use macro_rules_attribute::apply;
use serde_json::json;
use tenarai::db::schema::{sessions, users};
use tenarai::db::types::Ts;
use tenarai::db::{Access, Target};

use crate::support::postgres::waiting;
use crate::support::{Answer, Browser, PASSWORD, Person, Plan, TestSite, tell, within};

async fn refresh(browser: &Browser) -> Answer {
    browser.post("/api/v1/session/refresh", json!({})).await
}

/// Lets the time pass in which tabs may refresh at once.
async fn let_grace_pass(site: &TestSite, person: &Person) {
    let user = person.id;
    site.write(move |tx| {
        diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
            .set(sessions::rotated_at.eq(Ts::now() - TimeDelta::minutes(1)))
            .execute(tx)
    })
    .await;
}

#[apply(story)]
async fn a_refresh_gives_a_new_token_and_a_new_secret(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let secret = person.cookie("tenarai_refresh");
    let me = refresh(&person).await.ok();
    assert_eq!(me["user"]["email"], json!(person.email));
    assert_ne!(person.cookie("tenarai_refresh"), secret);
    refresh(&person).await.is(200);
    person.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn tabs_that_refresh_at_the_same_moment_all_stay_signed_in(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let tab = person.stolen();
    refresh(&person).await.is(200);
    refresh(&tab).await.is(200);
    person.get("/api/v1/session").await.is(200);
    tab.get("/api/v1/session").await.is(200);
    refresh(&person).await.is(200);
}

#[apply(story)]
async fn tabs_that_share_their_cookies_refresh_at_once_over_and_over(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    for _ in 0..8 {
        // One of them replaces the secret; whose answer comes last must not matter.
        for answer in join_all((0..4).map(|_| refresh(&person))).await {
            answer.is(200);
        }
    }
    person.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn an_answer_that_never_arrived_ends_no_session(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let lost = person.stolen();
    refresh(&lost).await.is(200);
    let_grace_pass(&site, &person).await;
    let secret = person.cookie("tenarai_refresh");
    refresh(&person).await.is(200);
    assert_ne!(person.cookie("tenarai_refresh"), secret);
    let_grace_pass(&site, &person).await;
    refresh(&person).await.is(200);
}

#[apply(story)]
async fn a_secret_used_after_its_successor_ends_the_session_for_thief_and_owner(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let thief = person.stolen();
    refresh(&person).await.is(200);
    refresh(&person).await.is(200);
    refresh(&thief).await.refused(401, "session_ended");
    person.is_signed_out().await;
    refresh(&person).await.refused(401, "session_ended");
}

#[apply(story)]
async fn a_thief_with_the_secret_before_is_found_out_by_the_owner(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let thief = person.stolen();
    refresh(&person).await.is(200);
    let_grace_pass(&site, &person).await;
    refresh(&thief).await.is(200);
    refresh(&person).await.refused(401, "session_ended");
    thief.is_signed_out().await;
}

#[apply(story)]
async fn a_thief_who_refreshes_again_and_again_is_found_out_by_the_owner(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let thief = person.stolen();
    for _ in 0..3 {
        refresh(&thief).await.is(200);
    }
    refresh(&person).await.refused(401, "session_ended");
    thief.is_signed_out().await;
    refresh(&thief).await.refused(401, "session_ended");
}

#[apply(story)]
async fn without_a_secret_or_with_a_made_up_one_there_is_nothing_to_refresh(site: TestSite) {
    let browser = site.browser();
    refresh(&browser).await.refused(401, "not_signed_in");
    browser.plant("tenarai_refresh=made-up; Path=/api/v1/session");
    refresh(&browser).await.refused(401, "session_ended");
}

#[apply(story)]
async fn a_session_nobody_used_for_a_month_is_over(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let user = person.id;
    site.write(move |tx| {
        diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
            .set(sessions::expires_at.eq(Ts::now() - TimeDelta::seconds(1)))
            .execute(tx)
    })
    .await;
    refresh(&person).await.refused(401, "session_ended");
}

#[apply(story)]
async fn a_suspended_account_is_not_refreshed(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let user = person.id;
    site.write(move |tx| diesel::update(users::table.find(user)).set(users::disabled_at.eq(Ts::now())).execute(tx))
        .await;
    site.site.people.forget(user).await;
    refresh(&person).await.refused(403, "account_disabled");
    person.is_signed_out().await;
}

#[apply(story)]
async fn what_a_sign_in_left_behind_is_deleted_after_ninety_days(site: TestSite) {
    let (gone, ended, living) = (site.somebody().await, site.somebody().await, site.somebody().await);
    for person in [&gone, &ended, &living] {
        person.sign_in().await;
    }
    ended.delete("/api/v1/session").await.is(204);
    let (user, long_ago) = (gone.id, Ts::now() - TimeDelta::days(91));
    site.write(move |tx| {
        diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
            .set(sessions::expires_at.eq(long_ago))
            .execute(tx)
    })
    .await;
    assert_eq!(tenarai::sessions::delete_old(&site.site.db).await.expect("they are deleted"), 1);
    living.get("/api/v1/session").await.is(200);
}

/// Held up at the same row, each would once hold what the other waits for.
#[test]
fn a_refresh_and_a_change_of_the_password_do_not_wait_for_each_other() {
    tell(Plan::on_postgres(), async |site: TestSite| {
        let person = site.somebody().await;
        person.sign_in().await;
        let elsewhere = person.elsewhere(&site);
        elsewhere.sign_in().await;
        let target = Target::parse(&site.settings().database_url).expect("a database");
        let [mut holder, mut observer] = [(); 2].map(|()| target.connect(Access::Write).expect("it opens"));
        let hold = format!("BEGIN; UPDATE users SET locale = locale WHERE id = {}", person.id);
        holder.batch_execute(&hold).expect("it is held");
        let mut wait_for = async |count| {
            within(Duration::from_secs(10), "they wait", async || (waiting(&mut observer) >= count).then_some(()))
                .await;
        };
        let change = tokio::spawn(async move {
            let words = json!({ "current_password": PASSWORD, "new_password": "a-longer-password" });
            person.put("/api/v1/me/password", words).await.status
        });
        wait_for(1).await;
        let refreshed = tokio::spawn(async move { refresh(&elsewhere).await.status });
        wait_for(2).await;
        holder.batch_execute("COMMIT").expect("it is let go");
        assert_eq!((change.await.expect("it ends"), refreshed.await.expect("it ends")), (204, 200));
    });
}

/// Hashing takes its time, and an operator may have been there meanwhile.
#[test]
fn a_change_of_the_password_that_comes_too_late_changes_nothing() {
    tell(Plan::on_postgres(), async |site: TestSite| {
        for meanwhile in [
            "UPDATE users SET password_hash = 'another' WHERE id = $",
            "UPDATE sessions SET ended_at = now() WHERE user_id = $",
        ] {
            let person = site.somebody().await;
            person.sign_in().await;
            let target = Target::parse(&site.settings().database_url).expect("a database");
            let [mut holder, mut observer] = [(); 2].map(|()| target.connect(Access::Write).expect("it opens"));
            let hold = format!("BEGIN; UPDATE users SET locale = locale WHERE id = {}", person.id);
            holder.batch_execute(&hold).expect("it is held");
            let changer = person.clone();
            let change = tokio::spawn(async move {
                let words = json!({ "current_password": PASSWORD, "new_password": "a-longer-password" });
                changer.put("/api/v1/me/password", words).await.status
            });
            within(Duration::from_secs(20), "it waits", async || (waiting(&mut observer) > 0).then_some(())).await;
            let meanwhile = meanwhile.replace('$', &person.id.to_string());
            holder.batch_execute(&format!("{meanwhile}; COMMIT")).expect("it is written");
            assert!([401, 422].contains(&change.await.expect("it ends")), "{meanwhile}");
            assert_ne!(person.try_password("a-longer-password").await.status, 200, "{meanwhile}");
        }
    });
}
