//! A trainee's server is theirs: whatever it answers, nothing but a notebook is taken, and nothing is lost.

use macro_rules_attribute::apply;
use serde_json::json;

use super::{hand_in, notebook, overview, saves, task};
use crate::support::{FakeHub, Plan, TestSite};

#[apply(story)]
async fn what_is_no_notebook_is_refused_with_the_reason(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    let deep = format!("{{\"nbformat\": 4, \"cells\": [{}", "[".repeat(100_000));
    for text in ["", "not json", "{\"nbformat\": 3, \"cells\": []}", "{\"nbformat\": 4, \"cells\": [1]}", &deep] {
        saves(&hub, &trainee, &course, text);
        let problem = hand_in(&trainee, &course).await;
        problem.refused(422, "not_a_notebook");
    }
    assert_eq!(overview(&trainee, &course).await["submissions"], json!([]));
}

#[apply(story)]
async fn a_notebook_that_was_never_opened_is_missed(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    hub.runs(&trainee.hub_name());
    hand_in(&trainee, &course).await.refused(409, "no_working_copy");
}

#[apply(story)]
async fn a_server_that_answers_something_else_is_not_followed(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    let (name, path) = (trainee.hub_name(), course.notebook("own"));
    hub.runs(&name);
    for (status, body, expected) in [
        (302, "", (503, "notebook_server_not_started")),
        (424, "", (503, "notebook_server_not_started")),
        (500, "oh", (503, "notebook_server_not_started")),
        (200, "<html>", (503, "hub_unreachable")),
        (200, "{\"content\": 7}", (503, "hub_unreachable")),
    ] {
        hub.answers_oddly(&name, &path, status, body);
        hand_in(&trainee, &course).await.refused(expected.0, expected.1);
    }
    // More than anybody writes, in the file and in what is around it.
    let large = json!({ "content": notebook(&"x".repeat(10 << 20)) }).to_string();
    hub.answers_oddly(&name, &path, 200, &large);
    hand_in(&trainee, &course).await.refused(413, "working_copy_too_large");
    hub.answers_oddly(&name, &path, 200, &"x".repeat(31 << 20));
    hand_in(&trainee, &course).await.refused(413, "working_copy_too_large");
    // No token is left behind.
    assert!(hub.passes(&name).iter().all(|(_, revoked)| *revoked));
}

#[apply(story)]
async fn without_a_hub_nothing_can_be_handed_in_and_that_is_said(site: TestSite) {
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    hand_in(&trainee, &course).await.refused(409, "hub_not_configured");
}

#[apply(story)]
async fn a_hub_that_does_not_answer_is_named(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("one"));
    hub.goes_away().await;
    hand_in(&trainee, &course).await.refused(503, "hub_unreachable");
    let hub = hub.again();
    saves(&hub, &trainee, &course, &notebook("one"));
    hand_in(&trainee, &course).await.is(201);
}
