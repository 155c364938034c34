//! A second opinion on a sample.

use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{desk, own, scene};
use crate::support::Plan;

#[apply(story)]
async fn a_lead_gives_a_second_opinion_without_having_seen_the_first(plan: Plan) {
    let scene = scene(plan.with(|settings| settings.moderation_percent = 100)).await;
    let (trainee, submission) = scene.handed_in().await;
    let (tutor, lead) = (scene.tutor().await, scene.lead().await);
    scene.graded(&tutor, &submission, "passed").await;
    let asked = lead.get("/api/v1/desk/moderation").await.ok()["items"][0].clone();
    assert_eq!(asked["submission"]["id"], submission["id"]);
    let work = lead.get(&desk(&submission, "")).await.ok();
    assert_eq!((&work["moderation"], &work["decisions"]), (&asked["decision"], &json!([])));
    assert_eq!(work["attempts"][0]["points"], Value::Null);
    let address = format!("/api/v1/desk/moderation/{}", asked["decision"]);
    let opinion = json!({ "verdict": "needs_work", "points": 2, "note": "no reasons" });
    tutor.post(&address, opinion.clone()).await.refused(404, "not_found");
    lead.post(&address, json!({ "verdict": "passed", "points": 8 })).await.refused(422, "invalid_fields");
    let given = lead.post(&address, opinion.clone()).await.ok();
    assert_eq!((&given["agrees"], &given["first"]["points"]), (&json!(false), &json!(4)));
    lead.post(&address, opinion).await.refused(409, "moderated");
    assert_eq!(lead.get("/api/v1/desk/moderation").await.ok()["items"], json!([]));
    // What the trainee was told stays, and the figures know.
    assert_eq!(trainee.get(&own(&submission, "")).await.ok()["state"], "passed");
    let figures = lead.get("/api/v1/desk/figures").await.ok();
    assert_eq!(figures["second_opinions"], json!({ "count": 1, "differing": 1, "mean_points_apart": 2.0 }));
    assert_eq!((&figures["tutors"][0]["differing"], &figures["tutors"][0]["decided"]), (&json!(1), &json!(1)));
}

#[apply(story)]
async fn nobody_gives_a_second_opinion_on_their_own_decision(plan: Plan) {
    let scene = scene(plan.with(|settings| settings.moderation_percent = 100)).await;
    let (_, submission) = scene.handed_in().await;
    let lead = scene.lead().await;
    scene.graded(&lead, &submission, "passed").await;
    assert_eq!(lead.get("/api/v1/desk/moderation").await.ok()["items"], json!([]));
    let work = lead.get(&desk(&submission, "")).await.ok();
    assert_eq!((&work["moderation"], work["decisions"].as_array().map(Vec::len)), (&Value::Null, Some(1)));
}
