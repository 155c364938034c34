//! How a server's state reaches the pane.

use std::time::Duration;

use macro_rules_attribute::apply;
use serde_json::json;

use super::{EVENTS, SERVER};
use crate::support::{Events, FakeHub, Plan, TestSite, within};

#[apply(story)]
async fn progress_is_relayed_in_order_and_never_claims_too_much(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let name = person.hub_name();
    let mut events = Events::of(&person, EVENTS).await;
    assert_eq!(events.next().await.map(|(_, status)| status["state"].clone()), Some(json!("stopped")));
    person.post(SERVER, json!({ "reason": "open" })).await.is(202);
    let mut seen = Vec::new();
    let mut step = async |seen: &mut Vec<_>, wanted: &str, percent: u64| {
        loop {
            let (name, status) = events.next().await.expect("the stream goes on");
            assert_eq!((name.as_str(), &status["state"]), ("status", &json!("starting")), "{status}");
            seen.push((status["step"].as_str().unwrap_or("").to_owned(), status["percent"].as_u64().unwrap_or(0)));
            if status["step"] == wanted && status["percent"] == percent {
                return;
            }
        }
    };
    step(&mut seen, "queued", 0).await;
    within(Duration::from_secs(10), "the hub is asked", async || (hub.spawns(&name) > 0).then_some(())).await;
    for (wanted, told, shown) in [("server", 10, 10), ("contents", 40, 40), ("notebook", 80, 80), ("notebook", 100, 99)]
    {
        hub.tells(&name, json!({ "progress": told, "message": "…", "step": wanted }));
        step(&mut seen, wanted, shown).await;
    }
    // What was told before comes again when the stream is opened again.
    hub.tells(&name, json!({ "progress": 10, "message": "…", "step": "server" }));
    let percents: Vec<u64> = seen.iter().map(|(_, percent)| *percent).collect();
    assert!(percents.is_sorted(), "{seen:?}");
    hub.becomes_ready(&name);
    let (_, ready) = events.next().await.expect("the last of it");
    assert_eq!((&ready["state"], &ready["percent"]), (&json!("ready"), &json!(null)));
}

#[apply(story)]
async fn nothing_on_the_way_holds_events_back(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let answer = person.stream(EVENTS).await;
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    assert_eq!(header("content-type"), "text/event-stream");
    // Compression gathers, proxies buffer, caches keep.
    assert_eq!(header("content-encoding"), "identity");
    assert_eq!(header("x-accel-buffering"), "no");
    assert_eq!(header("cache-control"), "no-cache");
    assert_eq!(header("content-length"), "");
}

#[apply(story)]
async fn a_second_pane_sees_at_once_how_it_stands(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    hub.runs(&person.hub_name());
    let mut first = Events::of(&person, EVENTS).await;
    first.until("ready").await;
    let mut second = Events::of(&person, EVENTS).await;
    assert_eq!(second.next().await.map(|(_, status)| status["state"].clone()), Some(json!("ready")));
}

#[apply(story)]
async fn a_server_culled_under_an_open_pane_is_noticed(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    hub.runs(&person.hub_name());
    let mut events = Events::of(&person, EVENTS).await;
    events.until("ready").await;
    hub.culls(&person.hub_name());
    let stopped = events.until("stopped").await;
    assert_eq!(stopped["url"], json!(null));
}

#[apply(story)]
async fn ones_stream_shows_ones_own_server_alone(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let (person, other) = (site.somebody().await, site.somebody().await);
    person.sign_in().await;
    other.sign_in().await;
    hub.runs(&other.hub_name());
    let mut events = Events::of(&person, EVENTS).await;
    assert_eq!(events.next().await.map(|(_, status)| status["state"].clone()), Some(json!("stopped")));
    other.delete(SERVER).await.is(202);
    person.delete("/api/v1/session").await.is(204);
    assert_eq!(events.next().await.map(|(name, _)| name), Some("session".to_owned()));
}

#[apply(story)]
async fn whoever_asks_while_the_hub_is_asked_waits_for_its_word(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    hub.runs(&person.hub_name());
    for answer in futures_util::future::join_all((0..6).map(|_| person.get(SERVER))).await {
        assert_eq!(answer.ok()["state"], "ready");
    }
}
