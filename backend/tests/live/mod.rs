//! Two processes of one site. Each story runs on PostgreSQL, where sites of several processes live.

mod redis_lost;
mod two_processes;

use std::time::Duration;

use crate::support::{Person, TestSite, within};

/// As far as a sign-out may lag behind.
const A_SECOND: Duration = Duration::from_secs(1);

/// Two processes on one database.
async fn pair(site: TestSite) -> (TestSite, TestSite) {
    let other = site.another().await;
    (site, other)
}

/// What the operator sees of Redis.
async fn redis_becomes(operator: &Person, state: &str) {
    within(Duration::from_secs(20), "the state of Redis", async || {
        let health = operator.get("/api/v1/operator/health").await.ok();
        (health["parts"][1]["state"] == state).then_some(())
    })
    .await;
}
