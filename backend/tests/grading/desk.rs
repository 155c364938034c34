//! What lies on whose desk.

use chrono::TimeDelta;
use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::submissions;
use tenarai::db::types::{SubmissionId, Ts};

use super::{TASK, desk, id, ids, own, queue, scene, scene_with};
use crate::support::Plan;

#[apply(story)]
async fn a_tutor_sees_their_cohorts_and_nothing_of_others(plan: Plan) {
    let scene = scene(plan).await;
    let (_, submission) = scene.handed_in().await;
    let elsewhere = scene.site.cohort(scene.company, &scene.course, None).await;
    let foreign = scene.site.company().await;
    let stranger = scene.site.person(foreign, Role::Tutor, Scope::Cohort(elsewhere.0)).await;
    stranger.sign_in().await;
    assert_eq!(queue(&stranger, "").await, Vec::<i64>::new());
    assert_eq!(queue(&stranger, &format!("?cohort={}", scene.cohort)).await, Vec::<i64>::new());
    for path in ["", "/cells", "/page", "/notebook"] {
        stranger.get(&desk(&submission, path)).await.refused(404, "not_found");
    }
    stranger.put(&desk(&submission, "/claim"), json!({})).await.refused(404, "not_found");
    stranger.post(&desk(&submission, "/takeover"), json!({ "reason": "x" })).await.refused(404, "not_found");
    stranger.post_nothing("/api/v1/desk/queue/next").await.is(204);
    stranger.get(&format!("/api/v1/desk/figures?cohort={}", scene.cohort)).await.refused(404, "not_found");
    assert_eq!(stranger.get("/api/v1/desk/summary").await.ok()["waiting"], 0);
    // Whoever leads the course's tutors sees all of its cohorts, and who is in none.
    let lead = scene.lead().await;
    let single = scene.site.trainee(&scene.course).await;
    let alone = scene.hands_in(&single, "1").await;
    assert_eq!(queue(&lead, "").await, [id(&submission), id(&alone)]);
    assert_eq!(queue(&scene.tutor().await, "").await, [id(&submission)]);
    assert_eq!(lead.get("/api/v1/tutor/cohorts").await.ok()["items"].as_array().map(Vec::len), Some(2));
}

#[apply(story)]
async fn nobody_grades_their_own_work(plan: Plan) {
    let scene = scene(plan).await;
    let both = scene.staff(Scope::Cohort(scene.cohort.0)).await;
    scene.site.enrol(&both, scene.course.id, Some(scene.cohort)).await;
    let submission = scene.hands_in(&both, "1").await;
    assert_eq!(queue(&both, "").await, Vec::<i64>::new());
    both.get(&desk(&submission, "")).await.refused(404, "not_found");
    both.put(&desk(&submission, "/claim"), json!({})).await.refused(404, "not_found");
    both.post_nothing("/api/v1/desk/queue/next").await.is(204);
    assert_eq!(queue(&scene.tutor().await, "").await, [id(&submission)]);
}

#[apply(story)]
async fn the_queue_is_narrowed_and_read_page_by_page(plan: Plan) {
    let scene = scene(plan).await;
    let tutor = scene.tutor().await;
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(id(&scene.handed_in().await.1));
    }
    let page = tutor.get("/api/v1/desk/queue?limit=2").await.ok();
    assert_eq!(ids(&page), all[..2]);
    let next = page["next"].as_str().expect("there is more");
    assert_eq!(queue(&tutor, &format!("?limit=2&after={next}")).await, all[2..]);
    // The first came late, and waits for two days.
    let first = SubmissionId(all[0]);
    scene
        .site
        .write(move |tx| {
            let ago = Ts::now() - TimeDelta::days(2);
            diesel::update(submissions::table.find(first))
                .set((submissions::queued_at.eq(ago), submissions::due_at.eq(ago)))
                .execute(tx)
        })
        .await;
    assert_eq!(queue(&tutor, "?late=true").await, all[..1]);
    assert_eq!(queue(&tutor, "?hours=24").await, all[..1]);
    assert_eq!(queue(&tutor, "?appeal=true").await, Vec::<i64>::new());
    let chapter = scene.course.chapter_id("own");
    assert_eq!(queue(&tutor, &format!("?chapter={chapter}&course={}", scene.course.id)).await, all);
    assert_eq!(queue(&tutor, &format!("?chapter={}", scene.course.chapter_id("hello"))).await, Vec::<i64>::new());
    let counts = tutor.get("/api/v1/desk/summary?locale=en").await.ok();
    assert_eq!((&counts["chapters"][0]["waiting"], &counts["cohorts"][0]["waiting"]), (&json!(3), &json!(3)));
    tutor.get("/api/v1/desk/queue?colour=red").await.refused(400, "invalid_query");
    assert_eq!(tutor.post_nothing("/api/v1/desk/queue/next?late=true").await.ok()["id"], all[0]);
    tutor.post_nothing("/api/v1/desk/queue/next?late=true").await.is(204);
}

#[apply(story)]
async fn trainees_see_who_opened_their_work(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, submission) = scene.handed_in().await;
    let opened = async || trainee.get(&own(&submission, "/feedback")).await.ok()["opened_by"].clone();
    assert_eq!(opened().await, json!([]));
    let tutor = scene.tutor().await;
    tutor.get(&desk(&submission, "/page")).await.is(200);
    tutor.get(&desk(&submission, "/page?show=handout")).await.is(200);
    let by = opened().await;
    assert_eq!((by.as_array().map(Vec::len), &by[0]["kind"], &by[0]["who"]), (Some(1), &json!("read"), &json!("Hana")));
    tutor.get(&desk(&submission, "/notebook")).await.is(200);
    assert_eq!(opened().await[0]["kind"], "copied");
    // One's own page is no opening.
    trainee.get(&own(&submission, "/page")).await.is(200);
    assert_eq!(opened().await.as_array().map(Vec::len), Some(2));
}

#[apply(story)]
async fn work_without_names_stays_without_names(plan: Plan) {
    let scene = scene_with(plan, &format!("blind: true\n{TASK}")).await;
    let (_, submission) = scene.handed_in().await;
    let tutor = scene.tutor().await;
    assert_eq!(tutor.get("/api/v1/desk/queue").await.ok()["items"][0]["trainee"], Value::Null);
    assert_eq!(tutor.get(&desk(&submission, "")).await.ok()["submission"]["trainee"], Value::Null);
    scene.graded(&tutor, &submission, "passed").await;
    assert_eq!(tutor.get("/api/v1/desk/decisions").await.ok()["items"][0]["submission"]["trainee"], Value::Null);
}

#[apply(story)]
async fn snippets_are_ones_own(plan: Plan) {
    let scene = scene(plan).await;
    let (tutor, other) = (scene.tutor().await, scene.tutor().await);
    let list = "/api/v1/desk/snippets";
    let made = tutor.post(list, json!({ "text": " Name your variables. " })).await.is(201).json();
    assert_eq!(made["text"], "Name your variables.");
    assert_eq!(tutor.post(list, json!({ "text": "Name your variables." })).await.is(200).json(), made);
    tutor.post(list, json!({ "text": " " })).await.refused(422, "invalid_fields");
    let address = format!("{list}/{}", made["id"]);
    other.put(&address, json!({ "text": "x" })).await.refused(404, "not_found");
    other.delete(&address).await.refused(404, "not_found");
    assert_eq!(other.get(list).await.ok()["items"], json!([]));
    assert_eq!(tutor.put(&address, json!({ "text": "Units!" })).await.ok()["text"], "Units!");
    tutor.delete(&address).await.is(204);
    assert_eq!(tutor.get(list).await.ok()["items"], json!([]));
}
