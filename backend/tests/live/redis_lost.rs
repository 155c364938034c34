//! Losing Redis degrades the site and fails no request.

use std::time::Duration;

use futures_util::future::join_all;

use super::{pair, redis_becomes};
use crate::support::{PASSWORD, Plan, Redis, TestSite, tell};

#[test]
fn killing_redis_in_the_middle_fails_no_request_and_its_return_is_used() {
    let mut redis = Redis::start();
    let plan = Plan::on_postgres().with(|settings| {
        settings.redis_url = Some(redis.url());
        settings.sign_in_failures_per_account = 4;
    });
    tell(plan, async |site: TestSite| {
        let (one, other) = pair(site).await;
        let operator = one.operator().await;
        redis_becomes(&operator, "ok").await;
        redis_becomes(&operator.through(&other), "ok").await;
        let people = join_all((0..4).map(|_| one.somebody())).await;
        let busy = join_all(people.iter().map(async |person| {
            for _ in 0..10 {
                person.try_password(PASSWORD).await.is(200);
                person.through(&other).get("/api/v1/session").await.is(200);
            }
        }));
        // While all of them sign in and ask, it goes.
        let killed = tokio::task::spawn_blocking(move || {
            redis.kill();
            redis
        });
        let (_, killed) = futures_util::join!(busy, killed);
        let mut redis = killed.expect("it is killed");
        redis_becomes(&operator, "degraded").await;
        redis_becomes(&operator.through(&other), "degraded").await;

        let person = one.somebody().await;
        person.sign_in().await;
        let there = person.elsewhere(&one);
        let (here, there) = (person.clone(), {
            there.sign_in().await;
            there.through(&other)
        });
        there.get("/api/v1/session").await.is(200);
        here.delete("/api/v1/sessions").await.is(204);
        there.is_signed_out().await;

        // Each process goes on counting by itself.
        let victim = one.somebody().await;
        for _ in 0..4 {
            victim.try_password("wrong-wrong-wrong").await.refused(401, "invalid_credentials");
        }
        victim.try_password(PASSWORD).await.refused(429, "too_many_requests");
        victim.through(&other).try_password(PASSWORD).await.is(200);

        redis.start_again();
        redis_becomes(&operator, "ok").await;
        redis_becomes(&operator.through(&other), "ok").await;
        let person = one.somebody().await;
        person.sign_in().await;
        let there = person.elsewhere(&one);
        there.sign_in().await;
        let there = there.through(&other);
        person.delete("/api/v1/sessions").await.is(204);
        there.is_signed_out().await;
    });
}

#[test]
fn a_site_starts_and_works_while_redis_is_away() {
    let redis = Redis::start();
    let url = redis.url();
    drop(redis);
    tell(Plan::on_postgres().with(|settings| settings.redis_url = Some(url)), async |site: TestSite| {
        let operator = site.operator().await;
        redis_becomes(&operator, "degraded").await;
        site.browser().get("/readyz").await.is(200);
    });
}

#[test]
fn a_redis_that_is_silent_counts_as_lost_until_it_answers_again() {
    let redis = Redis::start();
    let plan = Plan::on_postgres().with(|settings| settings.redis_url = Some(redis.url()));
    tell(plan, async |site: TestSite| {
        let operator = site.operator().await;
        redis_becomes(&operator, "ok").await;
        redis.is_silent_for(Duration::from_secs(4)).await;
        let person = site.somebody().await;
        person.sign_in().await;
        redis_becomes(&operator, "degraded").await;
        person.try_password(PASSWORD).await.is(200);
        redis_becomes(&operator, "ok").await;
    });
    drop(redis);
}
