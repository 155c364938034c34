//! Who has what.

use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{desk, feedback, id, own, queue, scene};
use crate::support::Plan;

#[apply(story)]
async fn the_oldest_is_claimed_with_one_key_and_nobody_else_gets_it(plan: Plan) {
    let scene = scene(plan).await;
    let (first, second) = (scene.handed_in().await.1, scene.handed_in().await.1);
    let (one, two) = (scene.tutor().await, scene.tutor().await);
    assert_eq!(queue(&one, "").await, [id(&first), id(&second)]);
    let mine = one.post_nothing("/api/v1/desk/queue/next").await.ok();
    assert_eq!((&mine["id"], &mine["held"]["mine"]), (&first["id"], &json!(true)));
    // The other sees who has it, and gets the next one.
    let seen = two.get("/api/v1/desk/queue").await.ok()["items"][0].clone();
    assert_eq!((&seen["held"]["mine"], &seen["held"]["name"]), (&json!(false), &json!("Hana")));
    assert_eq!(two.post_nothing("/api/v1/desk/queue/next").await.ok()["id"], second["id"]);
    two.post_nothing("/api/v1/desk/queue/next").await.is(204);
    two.put(&desk(&first, "/claim"), json!({})).await.refused(409, "held_by_another");
    assert_eq!(queue(&one, "?mine=true").await, [id(&first)]);
    let counts = one.get("/api/v1/desk/summary").await.ok();
    assert_eq!((&counts["waiting"], &counts["mine"]), (&json!(2), &json!(1)));
    // Given back, it is the oldest again.
    one.delete(&desk(&first, "/claim")).await.is(204);
    assert_eq!(two.post_nothing("/api/v1/desk/queue/next").await.ok()["id"], first["id"]);
}

#[apply(story)]
async fn opening_locks_nothing(plan: Plan) {
    let scene = scene(plan).await;
    let (_, submission) = scene.handed_in().await;
    let (one, two) = (scene.tutor().await, scene.tutor().await);
    for path in ["", "/cells", "/page", "/notebook"] {
        one.get(&desk(&submission, path)).await.is(200);
    }
    assert_eq!(one.get(&desk(&submission, "")).await.ok()["submission"]["held"], Value::Null);
    two.put(&desk(&submission, "/claim"), json!({})).await.ok();
}

#[apply(story)]
async fn a_claim_that_ran_out_is_anybodys_and_what_was_written_stays(plan: Plan) {
    let scene = scene(plan).await;
    let (_, submission) = scene.handed_in().await;
    let (one, two) = (scene.tutor().await, scene.tutor().await);
    one.put(&desk(&submission, "/claim"), json!({})).await.ok();
    let draft = json!({ "revision": 0, "feedback": { "message": "half a thought" } });
    assert_eq!(one.put(&desk(&submission, "/draft"), draft).await.ok()["revision"], 1);
    scene.later(1).await;
    let late = json!({ "revision": 1, "feedback": { "message": "a whole thought" } });
    one.put(&desk(&submission, "/draft"), late.clone()).await.refused(409, "not_held");
    one.post(&desk(&submission, "/decision"), json!({ "revision": 1, "feedback": feedback("passed") }))
        .await
        .refused(409, "not_held");
    // Nobody took it meanwhile: one key, and they go on.
    one.put(&desk(&submission, "/claim"), json!({})).await.ok();
    assert_eq!(one.put(&desk(&submission, "/draft"), late).await.ok()["revision"], 2);
    scene.later(1).await;
    two.put(&desk(&submission, "/claim"), json!({})).await.ok();
    one.put(&desk(&submission, "/claim"), json!({})).await.refused(409, "held_by_another");
    let words = |work: Value| work["draft"]["feedback"]["message"].clone();
    assert_eq!(words(one.get(&desk(&submission, "")).await.ok()), "a whole thought");
    assert_eq!(two.get(&desk(&submission, "")).await.ok()["draft"], Value::Null);
}

#[apply(story)]
async fn who_works_keeps_it_and_who_writes_in_two_windows_loses_nothing(plan: Plan) {
    let scene = scene(plan).await;
    let (_, submission) = scene.handed_in().await;
    let tutor = scene.tutor().await;
    let claimed = tutor.put(&desk(&submission, "/claim"), json!({})).await.ok();
    let draft = |revision: i64, words: &str| json!({ "revision": revision, "feedback": { "message": words } });
    let saved = tutor.put(&desk(&submission, "/draft"), draft(0, "a")).await.ok();
    assert!(saved["held_until"].as_str() > claimed["held"]["until"].as_str());
    // The answer was lost: the same comes again.
    assert_eq!(tutor.put(&desk(&submission, "/draft"), draft(0, "a")).await.ok()["revision"], 1);
    tutor.put(&desk(&submission, "/draft"), draft(0, "b")).await.refused(409, "draft_outdated");
    assert_eq!(tutor.put(&desk(&submission, "/draft"), draft(1, "b")).await.ok()["revision"], 2);
}

#[apply(story)]
async fn a_lead_takes_over_with_a_reason_and_with_what_was_written(plan: Plan) {
    let scene = scene(plan).await;
    let (_, submission) = scene.handed_in().await;
    let (tutor, other, lead) = (scene.tutor().await, scene.tutor().await, scene.lead().await);
    tutor.put(&desk(&submission, "/claim"), json!({})).await.ok();
    let draft = json!({ "revision": 0, "feedback": { "message": "half a thought" } });
    tutor.put(&desk(&submission, "/draft"), draft).await.ok();
    let reason = json!({ "reason": "on leave" });
    other.post(&desk(&submission, "/takeover"), reason.clone()).await.refused(403, "forbidden");
    lead.post(&desk(&submission, "/takeover"), json!({ "reason": " " })).await.refused(422, "invalid_fields");
    let taken = lead.post(&desk(&submission, "/takeover"), reason).await.ok();
    assert_eq!(taken["held"]["mine"], true);
    let work = lead.get(&desk(&submission, "")).await.ok();
    assert_eq!(work["draft"]["feedback"]["message"], "half a thought");
    let last = work["events"].as_array().and_then(|events| events.last()).expect("events").clone();
    assert_eq!((&last["kind"], &last["reason"]), (&json!("taken_over"), &json!("on leave")));
    tutor
        .post(&desk(&submission, "/decision"), json!({ "revision": 1, "feedback": feedback("passed") }))
        .await
        .refused(409, "not_held");
}

#[apply(story)]
async fn what_a_tutor_has_begun_with_is_not_withdrawn_or_replaced(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, submission) = scene.handed_in().await;
    let tutor = scene.tutor().await;
    tutor.put(&desk(&submission, "/claim"), json!({})).await.ok();
    assert_eq!(trainee.get(&own(&submission, "")).await.ok()["being_graded"], true);
    trainee.post_nothing(&own(&submission, "/withdrawal")).await.refused(409, "not_waiting");
    let address = format!("{}/submissions", scene.course.chapter("own"));
    assert_eq!(trainee.get(&address).await.ok()["closed"], "being_graded");
    trainee.post_nothing(&address).await.refused(409, "being_graded");
    // Given back, it is the trainee's again; and what is withdrawn is not there for a tutor.
    tutor.delete(&desk(&submission, "/claim")).await.is(204);
    trainee.post_nothing(&own(&submission, "/withdrawal")).await.ok();
    tutor.get(&desk(&submission, "")).await.refused(404, "not_found");
    tutor.put(&desk(&submission, "/claim"), json!({})).await.refused(404, "not_found");
    assert_eq!(queue(&tutor, "").await, Vec::<i64>::new());
}
