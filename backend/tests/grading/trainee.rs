//! The trainee's side: where work stands, at home and by its steps.

use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{desk, own, scene};
use crate::support::{Person, Plan};

/// What home says of each hand-in: state, whether a tutor has begun, its number.
async fn at_home(trainee: &Person) -> Vec<(String, bool, i64)> {
    let home = trainee.get("/api/v1/home?locale=en").await.ok();
    let rows = home["hand_ins"].as_array().expect("a list").iter().map(|row| {
        let it = &row["submission"];
        let state = it["state"].as_str().expect("a state").to_owned();
        (state, it["being_graded"] == true, it["number"].as_i64().expect("a number"))
    });
    rows.collect()
}

fn one(state: &str, being_graded: bool, number: i64) -> Vec<(String, bool, i64)> {
    vec![(state.to_owned(), being_graded, number)]
}

#[apply(story)]
async fn home_tells_what_waits_until_it_is_passed(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, tutor) = (scene.trainee().await, scene.tutor().await);
    assert_eq!(at_home(&trainee).await, []);
    let first = scene.hands_in(&trainee, "1").await;
    assert_eq!(at_home(&trainee).await, one("waiting", false, 1));
    tutor.put(&desk(&first, "/claim"), json!({})).await.ok();
    assert_eq!(at_home(&trainee).await, one("waiting", true, 1));
    scene.graded(&tutor, &first, "needs_work").await;
    assert_eq!(at_home(&trainee).await, one("needs_work", false, 1));
    let home = trainee.get("/api/v1/home?locale=en").await.ok();
    let row = &home["hand_ins"][0];
    assert_eq!((&row["course"], &row["submission"]["id"]), (&json!(scene.course.id.0), &first["id"]));
    assert_eq!(
        (&row["chapter"]["id"], &row["chapter"]["kind"]),
        (&json!(scene.course.chapter_id("own").0), &json!("assignment"))
    );

    // What is newer stands for all; what was withdrawn stands for nothing.
    let second = scene.hands_in(&trainee, "2").await;
    assert_eq!(at_home(&trainee).await, one("waiting", false, 2));
    trainee.post_nothing(&own(&second, "/withdrawal")).await.ok();
    assert_eq!(at_home(&trainee).await, one("needs_work", false, 1));
    trainee.post(&own(&first, "/appeal"), json!({ "reason": "look again" })).await.ok();
    assert_eq!(at_home(&trainee).await, one("appealed", false, 1));
    scene.graded(&scene.tutor().await, &first, "passed").await;
    assert_eq!(at_home(&trainee).await, []);
    let home = trainee.get("/api/v1/home").await.ok();
    let chapters = home["courses"][0]["chapters"].as_array().expect("a list");
    let chapter = chapters.iter().find(|it| it["id"] == scene.course.chapter_id("own").0).expect("it is there");
    assert_eq!(chapter["state"], "completed");
}

#[apply(story)]
async fn home_tells_nobody_elses_work(plan: Plan) {
    let scene = scene(plan).await;
    scene.handed_in().await;
    assert_eq!(at_home(&scene.trainee().await).await, []);
    assert_eq!(at_home(&scene.tutor().await).await, []);
}

#[apply(story)]
async fn each_decision_has_the_moment_its_tutor_began(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, submission) = scene.handed_in().await;
    let (first, second) = (scene.tutor().await, scene.tutor().await);
    let begun = async || trainee.get(&own(&submission, "/feedback")).await.ok()["begun_at"].as_array().map(Vec::len);
    assert_eq!(begun().await, Some(0));
    // Begun, and given back: nobody is at it.
    first.put(&desk(&submission, "/claim"), json!({})).await.ok();
    assert_eq!(begun().await, Some(1));
    first.delete(&desk(&submission, "/claim")).await.is(204);
    assert_eq!(begun().await, Some(0));
    scene.graded(&first, &submission, "needs_work").await;
    assert_eq!(begun().await, Some(1));
    trainee.post(&own(&submission, "/appeal"), json!({ "reason": "look again" })).await.ok();
    assert_eq!(begun().await, Some(1));
    second.put(&desk(&submission, "/claim"), json!({})).await.ok();
    assert_eq!(begun().await, Some(2));
    scene.graded(&second, &submission, "passed").await;
    assert_eq!(begun().await, Some(2));
}

#[apply(story)]
async fn only_what_was_handed_in_last_may_be_appealed(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, first) = scene.handed_in().await;
    let may = async |it: &Value| trainee.get(&own(it, "/feedback")).await.ok()["may_appeal"].clone();
    assert_eq!(may(&first).await, false);
    scene.graded(&scene.tutor().await, &first, "needs_work").await;
    assert_eq!(may(&first).await, true);
    let next = scene.hands_in(&trainee, "2").await;
    assert_eq!((may(&first).await, may(&next).await), (json!(false), json!(false)));
}

#[apply(story)]
async fn cells_are_named_as_the_page_and_the_comments_name_them(plan: Plan) {
    let scene = scene(plan).await;
    let (trainee, submission) = scene.handed_in().await;
    let cells = trainee.get(&own(&submission, "/cells")).await.ok();
    assert_eq!((&cells["items"][0]["id"], &cells["items"][0]["index"]), (&json!("one"), &json!(0)));
    assert_eq!((cells["items"].as_array().map(Vec::len), &cells["next"]), (Some(1), &Value::Null));
    let page = trainee.get(&own(&submission, "/page")).await.is(200);
    assert!(page.text().contains("data-cell=\"one\""));
    let other = scene.trainee().await;
    other.get(&own(&submission, "/cells")).await.refused(404, "not_found");
}
