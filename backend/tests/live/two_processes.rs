//! What one process does, the other knows: through Redis, or without.

use std::time::Duration;

use serde_json::json;
use tenarai::accounts;
use tenarai::db::types::{SessionId, UserId};
use tenarai::live::News;

use super::{A_SECOND, pair, redis_becomes};
use crate::support::{Events, PASSWORD, Plan, Redis, TestSite, tell, within};

/// With a Redis between the two processes.
fn with_redis<F: Future<Output = ()>>(story: impl FnOnce(TestSite, TestSite) -> F) {
    let redis = Redis::start();
    let plan = Plan::on_postgres().with(|settings| settings.redis_url = Some(redis.url()));
    tell(plan, async |site: TestSite| {
        let (one, other) = pair(site).await;
        let operator = one.operator().await;
        redis_becomes(&operator, "ok").await;
        redis_becomes(&operator.through(&other), "ok").await;
        story(one, other).await;
    });
    drop(redis);
}

/// With nothing between them but the database.
fn without_redis<F: Future<Output = ()>>(story: impl FnOnce(TestSite, TestSite) -> F) {
    tell(Plan::on_postgres(), async |site: TestSite| {
        let (one, other) = pair(site).await;
        story(one, other).await;
    });
}

async fn a_sign_out_here_is_known_there(one: TestSite, other: TestSite) {
    let person = one.somebody().await;
    person.sign_in().await;
    let there = person.through(&other);
    let cookies = there.stolen();
    there.get("/api/v1/session").await.is(200);
    let watching = cookies.stolen();
    person.delete("/api/v1/session").await.is(204);
    watching.is_signed_out().await;
}

#[test]
fn who_must_wait_is_told_how_long_by_redis() {
    let redis = Redis::start();
    let plan = Plan::on_postgres().with(|settings| {
        settings.redis_url = Some(redis.url());
        settings.sign_in_failures_per_account = 2;
    });
    tell(plan, async |site: TestSite| {
        let (one, other) = pair(site).await;
        let operator = one.operator().await;
        redis_becomes(&operator, "ok").await;
        redis_becomes(&operator.through(&other), "ok").await;
        let person = one.somebody().await;
        for _ in 0..2 {
            person.try_password("not-the-password").await.refused(401, "invalid_credentials");
        }
        let key = format!("tenarai:limit:sign-in:account:{}", person.email);
        let client = redis::Client::open(redis.url()).expect("its address");
        let mut commands = client.get_multiplexed_async_connection().await.expect("it answers");
        let set: bool = redis::cmd("EXPIRE").arg(key).arg(30).query_async(&mut commands).await.expect("it is set");
        assert!(set, "the count is there");
        let answer = person.through(&other).try_password(PASSWORD).await;
        answer.refused(429, "too_many_requests");
        let seconds: u64 = answer.header("retry-after").parse().expect("Retry-After in seconds");
        assert!((25..=30).contains(&seconds), "{seconds}");
    });
    drop(redis);
}

#[test]
fn the_end_of_a_session_is_told_at_once_by_redis() {
    with_redis(async |one, other| {
        let mut news = other.site.live.listen();
        // Of this session the database knows nothing: only the news can tell.
        let end = News::SessionEnded { session: SessionId::new(), user: UserId(4711) };
        one.site.live.tell(end.clone()).await;
        let heard = async { while news.recv().await.expect("news") != end {} };
        tokio::time::timeout(A_SECOND, heard).await.expect("it is told");
        let News::SessionEnded { session, .. } = end else { unreachable!("as made above") };
        within(A_SECOND, "the end", async || other.site.live.revocations.has_ended(session).then_some(())).await;
    });
}

#[test]
fn a_sign_out_on_one_is_known_on_the_other_within_a_second() {
    with_redis(a_sign_out_here_is_known_there);
}

#[test]
fn a_sign_out_on_one_is_known_on_the_other_within_a_second_without_redis() {
    without_redis(a_sign_out_here_is_known_there);
}

async fn a_theft_seen_here_ends_the_session_there(one: TestSite, other: TestSite) {
    let person = one.somebody().await;
    person.sign_in().await;
    let thief = person.stolen();
    // A secret used after its successor: somebody has a copy.
    for _ in 0..2 {
        person.post("/api/v1/session/refresh", json!({})).await.is(200);
    }
    thief.post("/api/v1/session/refresh", json!({})).await.refused(401, "session_ended");
    person.through(&other).is_signed_out().await;
}

#[test]
fn a_theft_seen_on_one_ends_the_session_on_the_other() {
    with_redis(a_theft_seen_here_ends_the_session_there);
    without_redis(a_theft_seen_here_ends_the_session_there);
}

async fn a_pane_there_hears_of_a_sign_out_here(one: TestSite, other: TestSite) {
    let person = one.somebody().await;
    person.sign_in().await;
    let mut events = Events::of(&person.through(&other), "/api/v1/notebook-server/events").await;
    events.until("not_configured").await;
    person.delete("/api/v1/session").await.is(204);
    assert_eq!(events.next().await, Some(("session".to_owned(), json!({ "state": "ended" }))));
}

#[test]
fn a_pane_open_on_one_hears_of_a_sign_out_on_the_other() {
    with_redis(a_pane_there_hears_of_a_sign_out_here);
}

#[test]
fn a_pane_open_on_one_hears_of_a_sign_out_on_the_other_without_redis() {
    without_redis(a_pane_there_hears_of_a_sign_out_here);
}

#[test]
fn wrong_passwords_on_both_count_together() {
    let redis = Redis::start();
    let plan = Plan::on_postgres().with(|settings| {
        settings.redis_url = Some(redis.url());
        settings.sign_in_failures_per_account = 4;
    });
    tell(plan, async |site: TestSite| {
        let (one, other) = pair(site).await;
        let operator = one.operator().await;
        redis_becomes(&operator, "ok").await;
        redis_becomes(&operator.through(&other), "ok").await;
        let person = one.somebody().await;
        for _ in 0..2 {
            person.try_password("wrong-wrong-wrong").await.refused(401, "invalid_credentials");
            person.through(&other).try_password("wrong-wrong-wrong").await.refused(401, "invalid_credentials");
        }
        person.try_password("wrong-wrong-wrong").await.refused(429, "too_many_requests");
        person.through(&other).try_password("wrong-wrong-wrong").await.refused(429, "too_many_requests");
    });
}

#[test]
fn a_changed_name_on_one_is_seen_on_the_other_within_a_second() {
    with_redis(async |one, other| {
        let person = one.somebody().await;
        person.sign_in().await;
        let there = person.through(&other);
        there.get("/api/v1/session").await.is(200);
        person.patch("/api/v1/me", json!({ "display_name": "Natsu" })).await.is(200);
        within(A_SECOND, "the new name", async || {
            (there.get("/api/v1/session").await.ok()["user"]["display_name"] == "Natsu").then_some(())
        })
        .await;
    });
}

/// `tenarai user password` is a process that tells nobody.
async fn the_command_line_ends_sessions(one: TestSite, other: TestSite) {
    let person = one.somebody().await;
    person.sign_in().await;
    person.get("/api/v1/session").await.is(200);
    let new = secrecy::SecretString::from("set-by-the-operator");
    accounts::reset_password(&other.site.db, person.id, new).await.expect("a new password");
    within(Duration::from_secs(10), "signed out", async || {
        (person.get("/api/v1/session").await.status == 401).then_some(())
    })
    .await;
    person.is_signed_out().await;
}

#[test]
fn sessions_ended_from_the_command_line_are_noticed() {
    with_redis(the_command_line_ends_sessions);
    without_redis(the_command_line_ends_sessions);
}

#[test]
fn a_process_that_starts_later_knows_who_has_signed_out() {
    tell(Plan::on_postgres(), async |site: TestSite| {
        let person = site.somebody().await;
        person.sign_in().await;
        let stolen = person.stolen();
        person.delete("/api/v1/session").await.is(204);
        let later = site.another().await;
        stolen.via(&later.url).is_signed_out().await;
    });
}
