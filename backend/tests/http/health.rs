//! For load balancers, Prometheus and the operator.

use std::time::Duration;

use macro_rules_attribute::apply;
use serde_json::json;

use crate::support::{Plan, TestSite, postgres, tell, within};

#[apply(story)]
async fn a_site_that_works_is_alive_and_ready(site: TestSite) {
    let version = json!({ "version": env!("CARGO_PKG_VERSION") });
    assert_eq!(site.browser().get("/healthz").await.ok(), version);
    assert_eq!(site.browser().get("/readyz").await.ok(), version);
}

#[test]
fn without_its_database_a_site_is_alive_but_not_ready_and_comes_back_by_itself() {
    tell(Plan::on_postgres(), async |site: TestSite| {
        let url = site.settings().database_url.clone();
        let person = site.somebody().await;
        postgres::lock_out(&url);
        site.browser().get("/readyz").await.refused(503, "unavailable");
        site.browser().get("/healthz").await.is(200);
        let problem = person.try_password(crate::support::PASSWORD).await.refused(503, "unavailable");
        assert!(!problem.to_string().contains("connection"), "the database's words are for the log: {problem}");
        postgres::let_in(&url);
        within(Duration::from_secs(20), "ready again", async || {
            (site.browser().get("/readyz").await.status == 200).then_some(())
        })
        .await;
        person.sign_in().await;
    });
}

#[apply(story)]
async fn prometheus_sees_requests_by_route_and_the_database(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    trainee.get(&course.chapter("hello")).await.is(200);
    let answer = site.browser().get("/metrics").await.is(200);
    assert!(answer.header("content-type").starts_with("text/plain"));
    let figures = answer.text();
    for wanted in [
        "tenarai_request_seconds_bucket",
        r#"route="/api/v1/chapters/{chapter}""#,
        "tenarai_database_seconds_bucket",
        r#"operation="write""#,
    ] {
        assert!(figures.contains(wanted), "no {wanted} in\n{figures}");
    }
    assert!(!figures.contains(&trainee.email), "figures name no people");
}

#[apply(story)]
async fn the_operator_sees_how_each_part_is(site: TestSite) {
    let operator = site.operator().await;
    let health = operator.get("/api/v1/operator/health").await.ok();
    let parts = health["parts"].as_array().expect("parts").iter();
    let parts: Vec<_> = parts.map(|part| (part["name"].as_str(), part["state"].as_str())).collect();
    let redis = if site.settings().redis_url.is_some() { "ok" } else { "not_configured" };
    assert_eq!(
        parts,
        [
            (Some("database"), Some("ok")),
            (Some("redis"), Some(redis)),
            (Some("hub"), Some("not_configured")),
            (Some("storage"), Some("ok")),
        ]
    );
    let name = if site.is_on_sqlite() { "sqlite" } else { "postgres" };
    assert_eq!(health["parts"][0]["detail"], name);
}

#[apply(story)]
async fn the_operator_asks_for_one_part_without_waiting_for_the_others(site: TestSite) {
    let operator = site.operator().await;
    for name in ["database", "redis", "hub", "storage"] {
        let health = operator.get(&format!("/api/v1/operator/health?part={name}")).await.ok();
        let parts: Vec<_> = health["parts"].as_array().expect("parts").iter().map(|part| &part["name"]).collect();
        assert_eq!(parts, [name]);
    }
    operator.get("/api/v1/operator/health?part=luck").await.refused(400, "invalid_query");
}
