//! No hub, or one that does not answer: the texts can be read all the same.

use std::time::Duration;

use macro_rules_attribute::apply;
use serde_json::json;

use super::{EVENTS, SERVER};
use crate::support::{Events, FakeHub, Plan, TestSite, within};

#[apply(story)]
async fn a_site_without_a_hub_says_so(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    assert_eq!(trainee.get("/api/v1/site").await.ok()["hub"], json!(null));
    assert_eq!(trainee.get(SERVER).await.ok()["state"], "not_configured");
    let problem = trainee.post(SERVER, json!({ "reason": "open" })).await.refused(409, "hub_not_configured");
    assert!(problem["detail"].as_str().expect("a detail").contains("can be read"), "{problem}");
    trainee.delete(SERVER).await.refused(409, "hub_not_configured");
    let mut events = Events::of(&trainee, EVENTS).await;
    events.until("not_configured").await;
    trainee.delete("/api/v1/session").await.is(204);
    assert_eq!(events.next().await, Some(("session".to_owned(), json!({ "state": "ended" }))));
}

#[apply(story)]
async fn a_hub_that_does_not_answer_is_shown_and_nothing_else_suffers(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    hub.goes_away().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    assert_eq!(trainee.get(SERVER).await.ok()["state"], "hub_down");
    trainee.delete(SERVER).await.refused(503, "hub_unreachable");
    trainee.get(&course.chapter("values")).await.is(200);
    let health = site.operator().await.get("/api/v1/operator/health").await.ok();
    assert_eq!((&health["parts"][2]["state"], &health["servers"]), (&json!("down"), &json!(null)));
}

#[apply(story)]
async fn a_hub_that_goes_away_under_an_open_pane_is_noticed_and_so_is_its_return(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    hub.runs(&person.hub_name());
    let mut events = Events::of(&person, EVENTS).await;
    events.until("ready").await;
    hub.goes_away().await;
    events.until("hub_down").await;
    let _hub = hub.again();
    events.until("ready").await;
}

#[apply(story)]
async fn where_no_hub_answers_nobody_is_told_to_wait_in_line(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    hub.goes_away().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let mut events = Events::of(&person, EVENTS).await;
    events.until("hub_down").await;
    let answer = person.post(SERVER, json!({ "reason": "open" })).await.is(202).json();
    assert_eq!(answer["state"], "hub_down");
    assert_eq!(person.get(SERVER).await.ok()["state"], "hub_down");
}

#[apply(story)]
async fn a_start_that_cannot_be_asked_for_ends_in_hub_down(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let mut events = Events::of(&person, EVENTS).await;
    events.until("stopped").await;
    hub.goes_away().await;
    person.post(SERVER, json!({ "reason": "open" })).await.is(202);
    events.until("hub_down").await;
}

#[apply(story)]
async fn nothing_is_started_ahead_of_need_while_the_hub_cannot_be_asked_and_once_when_it_can(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let name = person.hub_name();
    hub.falls_ill();
    for _ in 0..2 {
        let answer = person.post(SERVER, json!({ "reason": "prewarm" })).await.is(202).json();
        assert_eq!(answer["state"], "hub_down");
    }
    let mut events = Events::of(&person, EVENTS).await;
    events.until("hub_down").await;
    hub.recovers();
    events.until("stopped").await;
    within(Duration::from_secs(10), "every process has heard from the hub again", async || {
        let states = [person.get(SERVER).await.ok(), person.get(SERVER).await.ok()];
        states.iter().all(|status| status["state"] == "stopped").then_some(())
    })
    .await;
    assert_eq!(hub.spawns(&name), 0);
    for reason in ["prewarm", "open", "open", "prewarm"] {
        assert_eq!(person.post(SERVER, json!({ "reason": reason })).await.is(202).json()["state"], "starting");
    }
    within(Duration::from_secs(10), "the hub is asked", async || (hub.spawns(&name) > 0).then_some(())).await;
    hub.becomes_ready(&name);
    events.until("ready").await;
    assert_eq!(hub.spawns(&name), 1);
}
