//! A kernel's connection outlives a sign-out; the server must not.

use std::time::Duration;

use macro_rules_attribute::apply;
use serde_json::json;

use super::EVENTS;
use crate::support::{Events, FakeHub, Plan, TestSite, within};

#[apply(story)]
async fn the_server_of_somebody_who_signed_out_is_stopped(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    hub.runs(&person.hub_name());
    person.delete("/api/v1/session").await.is(204);
    within(Duration::from_secs(10), "the server is stopped", async || {
        (hub.stops(&person.hub_name()) > 0).then_some(())
    })
    .await;
}

#[apply(story)]
async fn who_is_signed_in_elsewhere_keeps_the_server(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let (person, other) = (site.somebody().await, site.somebody().await);
    let elsewhere = person.elsewhere(&site);
    for somebody in [&person, &elsewhere, &other] {
        somebody.sign_in().await;
        hub.runs(&somebody.hub_name());
    }
    person.delete("/api/v1/session").await.is(204);
    // It is decided in order: when the other's server is stopped, nothing is left to be done for this person.
    other.delete("/api/v1/session").await.is(204);
    within(Duration::from_secs(10), "the other's server is stopped", async || {
        (hub.stops(&other.hub_name()) > 0).then_some(())
    })
    .await;
    assert_eq!(hub.stops(&person.hub_name()), 0);
    elsewhere.delete("/api/v1/sessions").await.is(204);
    within(Duration::from_secs(10), "the server is stopped", async || {
        (hub.stops(&person.hub_name()) > 0).then_some(())
    })
    .await;
}

#[apply(story)]
async fn who_signed_out_while_the_hub_was_ill_has_the_server_stopped_once_it_is_well(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let (person, other) = (site.somebody().await, site.somebody().await);
    for somebody in [&person, &other] {
        somebody.sign_in().await;
        hub.runs(&somebody.hub_name());
    }
    hub.falls_ill();
    person.delete("/api/v1/session").await.is(204);
    within(Duration::from_secs(10), "a first attempt", async || (hub.refusals() > 0).then_some(())).await;
    hub.recovers();
    within(Duration::from_secs(20), "the server is stopped", async || {
        (hub.stops(&person.hub_name()) > 0).then_some(())
    })
    .await;
    assert_eq!(hub.stops(&other.hub_name()), 0);
}

#[apply(story)]
async fn who_signed_out_while_the_site_was_away_has_the_server_stopped_when_it_starts(plan: Plan) {
    let hub = FakeHub::start();
    hub.runs("u4711");
    let _site = hub.serves(plan).start().await;
    within(Duration::from_secs(20), "the server is stopped", async || (hub.stops("u4711") > 0).then_some(())).await;
}

#[apply(story)]
async fn an_open_pane_is_told_that_its_session_has_ended_elsewhere(site: TestSite) {
    let person = site.somebody().await;
    let elsewhere = person.elsewhere(&site);
    person.sign_in().await;
    elsewhere.sign_in().await;
    let mut events = Events::of(&person, EVENTS).await;
    events.until("not_configured").await;
    elsewhere.delete("/api/v1/sessions").await.is(204);
    assert_eq!(events.next().await, Some(("session".to_owned(), json!({ "state": "ended" }))));
    assert_eq!(events.next().await, None);
}
