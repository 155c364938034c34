//! Starting and stopping one's notebook server.

use futures_util::future::join_all;
use macro_rules_attribute::apply;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use tenarai::accounts::Locale;
use tenarai::config::Config;
use tenarai::live::Live;
use tenarai::notebooks::{Followers, HubClient};

use super::{EVENTS, SERVER};
use crate::support::{Answer, Events, FakeHub, Person, Plan};

async fn ask(person: &Person, reason: &str) -> Answer {
    person.post(SERVER, json!({ "reason": reason })).await
}

#[apply(story)]
async fn a_server_is_started_once_however_often_it_is_asked_for(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let name = person.hub_name();
    let mut events = Events::of(&person, EVENTS).await;
    for answer in join_all((0..6).map(|_| ask(&person, "open"))).await {
        assert_eq!(answer.is(202).json()["state"], "starting");
    }
    events.until("starting").await;
    hub_has_it(&hub, &name).await;
    hub.becomes_ready(&name);
    let ready = events.until("ready").await;
    assert_eq!(ready["url"], format!("{}user/{name}/", site.settings().hub_url.clone().expect("a hub")));
    // Another process sees it a moment later.
    let again = crate::support::within(std::time::Duration::from_secs(10), "ready everywhere", async || {
        let answer = ask(&person, "open").await;
        (answer.status == 200).then(|| answer.json())
    })
    .await;
    assert_eq!(again, ready);
    assert_eq!(hub.spawns(&name), 1);
}

/// The start is asked for in the background.
async fn hub_has_it(hub: &FakeHub, name: &str) {
    crate::support::within(std::time::Duration::from_secs(10), "the hub is asked to start it", async || {
        (hub.spawns(name) > 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_start_is_counted_once_by_the_process_that_was_asked_for_it() {
    let recorder = PrometheusBuilder::new().build_recorder();
    // Followers run on this thread, too.
    let _here = metrics::set_default_local_recorder(&recorder);
    let hub = FakeHub::start();
    let config = Config::check(hub.serves(Plan::on_sqlite()).settings).expect("settings of a story are fine");
    let client = HubClient::new(config.hub.expect("a hub")).expect("a client");
    let [asked, watching] = [(); 2].map(|()| Followers::new(Live::start(None)));
    let mut seen = watching.listen(&client, "u1").await;
    let start = asked.begin_start(&client, "u1").await;
    watching.heard_of_start("u1", start);
    client.start("u1", Locale::Ja).await.expect("it starts");
    hub.becomes_ready("u1");
    asked.listen(&client, "u1").await.wait_for(|status| status.url.is_some()).await.expect("it is followed");
    seen.wait_for(|status| status.url.is_some()).await.expect("it is followed");
    assert!(recorder.handle().render().contains("tenarai_spawn_seconds_count 1\n"), "{}", recorder.handle().render());
}

#[apply(story)]
async fn prometheus_can_tell_starts_of_minutes_apart(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let mut events = Events::of(&person, EVENTS).await;
    ask(&person, "open").await.is(202);
    hub_has_it(&hub, &person.hub_name()).await;
    hub.becomes_ready(&person.hub_name());
    events.until("ready").await;
    let figures = site.browser().get("/metrics").await.is(200).text();
    let spawns: Vec<&str> = figures.lines().filter(|line| line.starts_with("tenarai_spawn_seconds_bucket")).collect();
    for bound in ["5", "60", "180", "600"] {
        assert!(spawns.iter().any(|line| line.contains(&format!("{{le=\"{bound}\"}}"))), "no {bound} in {spawns:?}");
    }
}

#[apply(story)]
async fn a_start_that_failed_says_why_and_may_be_tried_again(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let name = person.hub_name();
    let mut events = Events::of(&person, EVENTS).await;
    ask(&person, "open").await.is(202);
    hub_has_it(&hub, &name).await;
    hub.tells(&name, json!({ "progress": 10, "message": "Starting", "step": "server" }));
    while events.next().await.expect("the stream goes on").1["step"] != "server" {}
    hub.fails(&name, "Spawn failed: no room");
    let failed = events.until("failed").await;
    assert_eq!(failed["failure"], json!({ "code": "spawn_failed", "detail": "Spawn failed: no room" }));
    assert_eq!(person.get(SERVER).await.ok()["state"], "failed");
    ask(&person, "open").await.is(202);
    events.until("starting").await;
    crate::support::within(std::time::Duration::from_secs(10), "a second start", async || {
        (hub.spawns(&name) == 2).then_some(())
    })
    .await;
    hub.becomes_ready(&name);
    events.until("ready").await;
}

#[apply(story)]
async fn a_start_that_the_hub_has_lost_is_asked_for_again(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let name = person.hub_name();
    ask(&person, "open").await.is(202);
    hub_has_it(&hub, &name).await;
    // It was restarted, say: nobody is told of a failure.
    hub.culls(&name);
    assert_eq!(ask(&person, "open").await.is(202).json()["state"], "starting");
    crate::support::within(std::time::Duration::from_secs(10), "a second start", async || {
        (hub.spawns(&name) == 2).then_some(())
    })
    .await;
}

#[apply(story)]
async fn a_user_whom_somebody_else_makes_known_at_the_same_moment_gets_the_server(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let name = person.hub_name();
    hub.hears_of_twice(&name);
    ask(&person, "open").await.is(202);
    hub_has_it(&hub, &name).await;
    hub.becomes_ready(&name);
    Events::of(&person, EVENTS).await.until("ready").await;
}

#[apply(story)]
async fn a_server_that_was_culled_a_moment_ago_is_started_by_who_opens_a_pane(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let name = person.hub_name();
    hub.runs(&name);
    let mut events = Events::of(&person, EVENTS).await;
    events.until("ready").await;
    hub.culls(&name);
    assert_eq!(ask(&person, "open").await.is(202).json()["state"], "starting");
    hub_has_it(&hub, &name).await;
}

#[apply(story)]
async fn a_server_that_is_being_stopped_is_started_after_that(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let name = person.hub_name();
    hub.runs(&name);
    let mut events = Events::of(&person, EVENTS).await;
    events.until("ready").await;
    hub.is_stopping(&name);
    assert_eq!(ask(&person, "open").await.is(202).json()["state"], "starting");
    events.until("starting").await;
    assert_eq!(hub.spawns(&name), 0);
    hub.culls(&name);
    hub_has_it(&hub, &name).await;
    hub.becomes_ready(&name);
    events.until("ready").await;
}

#[apply(story)]
async fn a_server_is_stopped_when_its_owner_says_so(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let (person, other) = (site.somebody().await, site.somebody().await);
    person.sign_in().await;
    hub.runs(&person.hub_name());
    hub.runs(&other.hub_name());
    let mut events = Events::of(&person, EVENTS).await;
    events.until("ready").await;
    person.delete(SERVER).await.is(202);
    events.until("stopped").await;
    assert_eq!((hub.stops(&person.hub_name()), hub.stops(&other.hub_name())), (1, 0));
}

#[apply(story)]
async fn servers_are_started_ahead_of_need_only_while_there_is_room(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).with(|settings| settings.prewarm_limit = 1).start().await;
    let (first, second) = (site.somebody().await, site.somebody().await);
    first.sign_in().await;
    second.sign_in().await;
    assert_eq!(ask(&first, "prewarm").await.is(202).json()["state"], "starting");
    hub_has_it(&hub, &first.hub_name()).await;
    assert_eq!(ask(&second, "prewarm").await.is(202).json()["state"], "stopped");
    assert_eq!(hub.spawns(&second.hub_name()), 0);
    assert_eq!(ask(&second, "open").await.is(202).json()["state"], "starting");
    hub_has_it(&hub, &second.hub_name()).await;
}

#[apply(story)]
async fn a_pane_left_open_renews_its_cookie_and_wakes_no_server_that_was_stopped(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let mut events = Events::of(&person, EVENTS).await;
    events.until("stopped").await;
    let renewed = ask(&person, "renew").await.is(202);
    assert!(
        renewed.headers.get_all("set-cookie").iter().any(|cookie| cookie.as_bytes().starts_with(b"tenarai_hub=ey"))
    );
    assert_eq!(renewed.json()["state"], "stopped");
    // Without a reason, it is to be opened.
    assert_eq!(person.post_nothing(SERVER).await.is(202).json()["state"], "starting");
    hub_has_it(&hub, &person.hub_name()).await;
    hub.becomes_ready(&person.hub_name());
    events.until("ready").await;
    person.delete(SERVER).await.is(202);
    events.until("stopped").await;
    for _process in 0..2 {
        ask(&person, "renew").await.is(202);
    }
    // Had a renewal started it, this would find it on its way.
    assert_eq!(hub.spawns(&person.hub_name()), 1);
    assert_eq!(person.get(SERVER).await.ok()["state"], "stopped");
}

#[apply(story)]
async fn a_reason_nobody_knows_is_refused(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let problem = ask(&person, "fun").await.refused(400, "malformed_json");
    assert_eq!(problem["errors"][0]["pointer"], "/reason");
    assert_eq!(hub.spawns(&person.hub_name()), 0);
}
