//! Another tutor is asked for.

use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{decide, desk, feedback, id, own, queue, scene};
use crate::support::Plan;

#[apply(story)]
async fn an_appeal_goes_to_another_tutor_and_is_answered_once(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, submission) = scene.handed_in().await;
    let (one, two) = (scene.tutor().await, scene.tutor().await);
    let reason = json!({ "reason": "it says so in chapter 2" });
    trainee.post(&own(&submission, "/appeal"), reason.clone()).await.refused(409, "not_appealable");
    scene.graded(&one, &submission, "needs_work").await;
    assert_eq!(trainee.get(&own(&submission, "/feedback")).await.ok()["may_appeal"], true);
    trainee.post(&own(&submission, "/appeal"), json!({ "reason": "" })).await.refused(422, "invalid_fields");
    assert_eq!(trainee.post(&own(&submission, "/appeal"), reason.clone()).await.ok()["state"], "appealed");
    assert_eq!(trainee.post(&own(&submission, "/appeal"), reason.clone()).await.ok()["state"], "appealed");
    let address = format!("{}/submissions", scene.course.chapter("own"));
    trainee.post_nothing(&address).await.refused(409, "appeal_waits");

    // Whoever decided sees it, and may not have it.
    let seen = one.get("/api/v1/desk/queue?appeal=true").await.ok()["items"][0].clone();
    assert_eq!((&seen["id"], &seen["own_decision"]), (&submission["id"], &json!(true)));
    one.put(&desk(&submission, "/claim"), json!({})).await.refused(409, "own_decision");
    one.post_nothing("/api/v1/desk/queue/next").await.is(204);
    assert_eq!(two.post_nothing("/api/v1/desk/queue/next").await.ok()["id"], submission["id"]);
    assert_eq!(two.get(&desk(&submission, "")).await.ok()["appeal"]["reason"], "it says so in chapter 2");
    trainee.delete(&own(&submission, "/appeal")).await.refused(409, "appeal_begun");
    decide(&two, &submission, feedback("passed")).await.ok();
    scene.is_sent().await;

    let after = trainee.get(&own(&submission, "/feedback")).await.ok();
    assert_eq!((&after["submission"]["state"], &after["may_appeal"]), (&json!("passed"), &json!(false)));
    assert_eq!(after["decisions"].as_array().map(Vec::len), Some(2));
    assert_eq!(after["appeals"][0]["answered"], true);
    assert_eq!(trainee.get(&scene.course.chapter("own")).await.ok()["progress"]["state"], "completed");
    // Two tutors differed.
    let figures = two.get("/api/v1/desk/figures").await.ok();
    assert_eq!(figures["second_opinions"], json!({ "count": 1, "differing": 1, "mean_points_apart": 0.0 }));
    assert_eq!((&figures["decided"], &figures["chapters"][0]["passed"]), (&json!(2), &json!(1)));
}

#[apply(story)]
async fn an_appeal_is_withdrawn_before_a_tutor_begins_and_can_be_made_again(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, submission) = scene.handed_in().await;
    let (one, two) = (scene.tutor().await, scene.tutor().await);
    scene.graded(&one, &submission, "needs_work").await;
    trainee.post(&own(&submission, "/appeal"), json!({ "reason": "a" })).await.ok();
    assert_eq!(trainee.delete(&own(&submission, "/appeal")).await.ok()["state"], "needs_work");
    assert_eq!(trainee.delete(&own(&submission, "/appeal")).await.ok()["state"], "needs_work");
    assert_eq!(queue(&two, "").await, Vec::<i64>::new());
    trainee.post(&own(&submission, "/appeal"), json!({ "reason": "b" })).await.ok();
    assert_eq!(two.get(&desk(&submission, "")).await.ok()["appeal"]["reason"], "b");
    scene.graded(&two, &submission, "needs_work").await;
    // Twice is enough; handing in again goes on.
    trainee.post(&own(&submission, "/appeal"), json!({ "reason": "c" })).await.refused(409, "not_appealable");
    let next = scene.hands_in(&trainee, "2").await;
    trainee.post(&own(&submission, "/appeal"), json!({ "reason": "c" })).await.refused(409, "not_appealable");
    assert_eq!(queue(&one, "").await, [id(&next)]);
}

#[apply(story)]
async fn an_appeal_of_somebody_else_does_not_exist(plan: Plan) {
    let scene = scene(plan).await;
    let (_, submission) = scene.handed_in().await;
    scene.graded(&scene.tutor().await, &submission, "needs_work").await;
    let other = scene.trainee().await;
    for path in ["/feedback", "/page"] {
        other.get(&own(&submission, path)).await.refused(404, "not_found");
    }
    other.post(&own(&submission, "/appeal"), json!({ "reason": "x" })).await.refused(404, "not_found");
    other.delete(&own(&submission, "/appeal")).await.refused(404, "not_found");
    assert_eq!(other.get("/api/v1/desk/queue").await.refused(403, "forbidden")["errors"], Value::Null);
}
