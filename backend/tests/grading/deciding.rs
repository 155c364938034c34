//! From the draft to what the trainee reads.

use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{decide, desk, feedback, id, own, queue, scene};
use crate::support::Plan;

#[apply(story)]
async fn what_is_decided_is_sent_a_minute_later_and_the_chapter_is_complete(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, submission) = scene.handed_in().await;
    let tutor = scene.tutor().await;
    tutor.put(&desk(&submission, "/claim"), json!({})).await.ok();
    let made = decide(&tutor, &submission, feedback("passed")).await.ok();
    assert_eq!((&made["verdict"], &made["points"]), (&json!("passed"), &json!(4)));
    // Nothing is told yet, and nobody else takes it.
    tenarai::grading::send_all(&scene.site.site).await.expect("nothing to do");
    let before = trainee.get(&own(&submission, "/feedback")).await.ok();
    assert_eq!((&before["decisions"], &before["submission"]["state"]), (&json!([]), &json!("waiting")));
    scene.tutor().await.put(&desk(&submission, "/claim"), json!({})).await.refused(409, "held_by_another");

    scene.is_sent().await;
    let after = trainee.get(&own(&submission, "/feedback?locale=en")).await.ok();
    let decision = &after["decisions"][0];
    assert_eq!((&after["submission"]["state"], &after["points"]), (&json!("passed"), &json!(7)));
    assert_eq!((&decision["points"], &decision["tutor"]), (&json!(4), &json!("Hana")));
    assert_eq!(decision["feedback"]["comments"][0]["text"], "why two?");
    assert_eq!(after["rubric"][0]["levels"][1]["points"], 4);
    let chapter = trainee.get(&scene.course.chapter("own")).await.ok();
    assert_eq!(chapter["progress"]["state"], "completed");
    assert_eq!(queue(&tutor, "").await, Vec::<i64>::new());
    let mine = tutor.get("/api/v1/desk/decisions").await.ok();
    assert_eq!((&mine["items"][0]["submission"]["id"], &mine["next"]), (&submission["id"], &Value::Null));
    // Sent is sent.
    tutor.delete(&desk(&submission, "/decision")).await.refused(409, "already_sent");
    decide(&tutor, &submission, feedback("needs_work")).await.refused(409, "not_held");
    tutor.put(&desk(&submission, "/claim"), json!({})).await.refused(409, "not_in_queue");
}

#[apply(story)]
async fn a_decision_is_taken_back_before_it_is_sent_and_made_anew(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, submission) = scene.handed_in().await;
    let tutor = scene.tutor().await;
    tutor.put(&desk(&submission, "/claim"), json!({})).await.ok();
    decide(&tutor, &submission, feedback("passed")).await.ok();
    let again = decide(&tutor, &submission, feedback("passed")).await.ok();
    let work = tutor.get(&desk(&submission, "")).await.ok();
    assert_eq!(work["submission"]["sends_at"], again["sends_at"]);
    // While it is on its way nothing changes it.
    let draft = json!({ "revision": work["draft"]["revision"], "feedback": { "message": "other" } });
    tutor.put(&desk(&submission, "/draft"), draft).await.refused(409, "already_decided");
    tutor.put(&desk(&submission, "/claim"), json!({})).await.refused(409, "already_decided");
    scene.tutor().await.delete(&desk(&submission, "/decision")).await.refused(409, "already_sent");

    tutor.delete(&desk(&submission, "/decision")).await.is(204);
    tutor.delete(&desk(&submission, "/decision")).await.is(204);
    let work = tutor.get(&desk(&submission, "")).await.ok();
    assert_eq!((&work["submission"]["sends_at"], &work["submission"]["held"]["mine"]), (&Value::Null, &json!(true)));
    assert_eq!(work["draft"]["feedback"]["message"], "well reasoned");
    scene.is_sent().await;
    assert_eq!(trainee.get(&own(&submission, "")).await.ok()["state"], "waiting");

    tutor.put(&desk(&submission, "/claim"), json!({})).await.ok();
    decide(&tutor, &submission, feedback("needs_work")).await.ok();
    scene.is_sent().await;
    let after = trainee.get(&own(&submission, "/feedback")).await.ok();
    assert_eq!(
        (&after["submission"]["state"], after["decisions"].as_array().map(Vec::len)),
        (&json!("needs_work"), Some(1))
    );
    assert_ne!(trainee.get(&scene.course.chapter("own")).await.ok()["progress"]["state"], "completed");
}

#[apply(story)]
async fn what_was_returned_is_handed_in_again_and_passed(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, first) = scene.handed_in().await;
    let tutor = scene.tutor().await;
    scene.graded(&tutor, &first, "needs_work").await;
    let second = scene.hands_in(&trainee, "2").await;
    assert_eq!(queue(&tutor, "?again=true").await, [id(&second)]);
    let cells = tutor.get(&desk(&second, "/cells")).await.ok();
    assert_eq!(cells["last"][0]["change"], "changed");
    let page = tutor.get(&desk(&second, "/page?show=last")).await.is(200);
    assert!(page.header("content-security-policy").contains("sandbox allow-scripts"));
    let work = tutor.get(&desk(&second, "")).await.ok();
    let attempts = work["attempts"].as_array().expect("a list");
    assert_eq!((attempts.len(), &attempts[0]["points"], &attempts[0]["state"]), (2, &json!(4), &json!("needs_work")));
    scene.graded(&tutor, &second, "passed").await;
    assert_eq!(trainee.get(&scene.course.chapter("own")).await.ok()["progress"]["state"], "completed");
}

#[apply(story)]
async fn a_decision_says_all_that_the_trainee_needs(plan: Plan) {
    let scene = scene(plan).await;
    let (_, submission) = scene.handed_in().await;
    let tutor = scene.tutor().await;
    tutor.put(&desk(&submission, "/claim"), json!({})).await.ok();
    let pointers = |answer: Value| -> Vec<String> {
        let errors = answer["errors"].as_array().expect("errors");
        errors.iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect()
    };
    let empty = decide(&tutor, &submission, json!({})).await.refused(422, "invalid_fields");
    assert_eq!(pointers(empty), ["/feedback/levels/reasons", "/feedback/verdict"]);
    let wordless = json!({ "levels": { "reasons": 0 }, "verdict": "needs_work", "message": " ",
        "comments": [{ "id": "a", "cell": "one", "line": null, "text": " " }] });
    let refused = decide(&tutor, &submission, wordless).await.refused(422, "invalid_fields");
    assert_eq!(pointers(refused), ["/feedback/message"]);
    for (field, value) in [
        ("levels", json!({ "reasons": 2 })),
        ("levels", json!({ "unknown": 0 })),
        ("points", json!(8)),
        ("message", json!("x".repeat(10_001))),
        ("comments", json!([{ "id": "a", "cell": "x".repeat(201), "line": null, "text": "x" }])),
    ] {
        let body = json!({ "revision": 0, "feedback": { field: value } });
        tutor.put(&desk(&submission, "/draft"), body).await.refused(422, "invalid_fields");
    }
    tutor
        .put(&desk(&submission, "/draft"), json!({ "revision": 0, "feedback": { "score": 7 } }))
        .await
        .refused(400, "malformed_json");
    // Of whoever hands points in with it, the tutor's count.
    let mut given = feedback("passed");
    given["points"] = json!(6);
    assert_eq!(decide(&tutor, &submission, given).await.ok()["points"], 6);
}

#[apply(story)]
async fn what_was_decided_is_sent_by_whichever_process_is_left(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, submission) = scene.handed_in().await;
    let tutor = scene.tutor().await;
    tutor.put(&desk(&submission, "/claim"), json!({})).await.ok();
    decide(&tutor, &submission, feedback("passed")).await.ok();
    scene.later(1).await;
    // Both look at the same moment: it is sent once.
    let other = scene.site.another().await;
    let (one, two) =
        futures_util::join!(tenarai::grading::send_all(&scene.site.site), tenarai::grading::send_all(&other.site));
    one.and(two).expect("it is sent");
    let after = trainee.get(&own(&submission, "/feedback")).await.ok();
    assert_eq!(after["decisions"].as_array().map(Vec::len), Some(1));
}
