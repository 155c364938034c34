//! A trainee's server is theirs: whatever it answers, nothing but a notebook is taken, and nothing is lost.

use futures_util::future::join_all;
use macro_rules_attribute::apply;
use serde_json::json;

use super::{draft, hand_in, notebook, overview, saves, task};
use crate::support::{FakeHub, Plan, TestSite, within};

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
        (302, "", (502, "notebook_not_read")),
        (403, "", (502, "notebook_not_read")),
        (424, "", (503, "notebook_server_not_started")),
        (500, "oh", (502, "notebook_not_read")),
        (200, "<html>", (502, "notebook_not_read")),
        (200, "{\"content\": 7}", (502, "notebook_not_read")),
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

#[apply(story)]
async fn what_the_server_cannot_read_either_is_the_files_fault(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    let (name, path) = (trainee.hub_name(), course.notebook("own"));
    hub.runs(&name);
    let long = json!({ "message": "/home/u1/own.ipynb is not UTF-8 encoded", "reason": "bad format".repeat(100) });
    for (body, reason) in [
        (json!({ "message": "/home/u1/own.ipynb is not UTF-8 encoded", "reason": "bad format" }), "bad format"),
        (json!({ "message": "/home/u1/own.ipynb is a directory", "reason": null }), "400"),
        (long, "bad format"),
    ] {
        hub.answers_oddly(&name, &path, 400, &body.to_string());
        let problem = hand_in(&trainee, &course).await;
        let detail = problem.text();
        problem.refused(422, "not_a_notebook");
        assert!(detail.contains(reason) && !detail.contains("/home") && detail.len() < 1_000, "{detail}");
    }
}

#[apply(story)]
async fn a_notebook_that_moved_while_the_server_runs_is_the_chapters_own(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    let name = trainee.hub_name();
    saves(&hub, &trainee, &course, &notebook("the assignment"));
    hub.keeps(&name, &course.notebook("values"), &notebook("another chapter"));
    // The assignment takes the other's place; the server does not know yet.
    let mut draft = draft("ml", "");
    for (key, to) in [("values", "figures"), ("own", "values")] {
        let chapter = draft.chapter_mut(key);
        (chapter.key, chapter.was) = (to.to_owned(), Some(key.to_owned()));
        site.publish(&draft).await;
        draft.chapter_mut(to).was = None;
    }
    let path = |key: &str| course.notebook(key);
    let is_known = async || trainee.get(&course.chapter("own")).await.ok()["notebook"]["path"] == path("values");
    within(std::time::Duration::from_secs(20), "all processes know", async || {
        (is_known().await && is_known().await).then_some(())
    })
    .await;
    hub.will_move(&name, &[(path("values"), path("figures")), (path("own"), path("values"))]);
    let receipt = hand_in(&trainee, &course).await.is(201).json();
    let kept = trainee.get(&format!("/api/v1/submissions/{}/notebook", receipt["id"])).await.is(200);
    assert_eq!(kept.text(), notebook("the assignment"));
    assert_eq!(hub.opened(&name), [(course.chapter_id("own").0, path("values"))]);
}

#[apply(story)]
async fn another_chapters_notebook_is_not_handed_in(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("another chapter"));
    let refusal = json!({ "code": "other_chapter", "detail": "it is the notebook of another chapter" }).to_string();
    for (status, expected) in [
        (409, (409, "notebook_of_another_chapter")),
        (400, (422, "not_a_notebook")),
        (507, (502, "notebook_not_read")),
        (302, (502, "notebook_not_read")),
    ] {
        hub.opens_oddly(&trainee.hub_name(), status, &refusal);
        hand_in(&trainee, &course).await.refused(expected.0, expected.1);
    }
    assert_eq!(overview(&trainee, &course).await["submissions"], json!([]));
}

#[apply(story)]
async fn a_slow_server_is_asked_for_one_file_at_a_time(plan: Plan) {
    let hub = FakeHub::start();
    let processes = if plan.shared.is_some() { 2 } else { 1 };
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("one"));
    hub.is_slow(&trainee.hub_name());
    let answers = join_all((0..6).map(|_| hand_in(&trainee, &course))).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)), "{answers:?}");
    assert!(hub.most_reading(&trainee.hub_name()) <= processes);
}

#[apply(story)]
async fn a_server_that_does_not_start_is_told_and_nothing_is_handed_in(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    let name = trainee.hub_name();
    let fails = async {
        within(std::time::Duration::from_secs(20), "the hub is asked", async || (hub.spawns(&name) > 0).then_some(()))
            .await;
        hub.fails(&name, "no room");
    };
    let (answer, ()) = futures_util::join!(hand_in(&trainee, &course), fails);
    answer.refused(503, "notebook_server_not_started");
    assert_eq!(overview(&trainee, &course).await["submissions"], json!([]));
}
