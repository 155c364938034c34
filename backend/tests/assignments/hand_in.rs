//! From the notebook to the receipt, and back.

use diesel::prelude::*;
use futures_util::future::join_all;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::blobs::BlobId;
use tenarai::db::schema::{chapter_versions, submissions};
use tenarai::db::types::{PublicationId, SubmissionId};

use super::{draft, hand_in, notebook, overview, saves, task};
use crate::support::{FakeHub, Plan, within};

#[apply(story)]
async fn what_is_handed_in_is_kept_and_answered_with_a_receipt(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "pass: 50%").await;
    let trainee = site.trainee(&course).await;
    let before = overview(&trainee, &course).await;
    assert_eq!(
        (&before["points"], &before["submissions"], &before["closed"], &before["attempts_left"]),
        (&json!(9), &json!([]), &Value::Null, &Value::Null)
    );
    assert_eq!(before["rubric"][0]["levels"][1], json!({ "points": 4, "text": "<p>Given</p>\n" }));
    // Of a hidden check no name, no words and no hint.
    assert_eq!(before["checks"], json!([{ "test": "test_one", "title": "<p>The first</p>\n", "points": 3 }]));
    assert_eq!(before["hidden_checks"], json!({ "count": 1, "points": 2 }));

    let text = notebook("一 = 1");
    saves(&hub, &trainee, &course, &text);
    let receipt = hand_in(&trainee, &course).await.is(201).json();
    assert_eq!(receipt["sha256"], BlobId::of(text.as_bytes()).as_str());
    assert_eq!(
        (&receipt["number"], &receipt["state"], &receipt["size"], &receipt["late_seconds"]),
        (&json!(1), &json!("waiting"), &json!(text.len()), &Value::Null)
    );
    assert_eq!(overview(&trainee, &course).await["submissions"], json!([receipt]));
    let address = format!("/api/v1/submissions/{}", receipt["id"]);
    assert_eq!(trainee.get(&address).await.ok(), receipt);
    let kept = trainee.get(&format!("{address}/notebook")).await.is(200);
    assert_eq!(kept.text(), text);
    assert!(kept.header("content-disposition").starts_with("attachment"));

    // The hub gave a token for this one server, for a minute, and it has been taken back.
    let scope = format!("access:servers!user={}", trainee.hub_name());
    let passes = hub.passes(&trainee.hub_name());
    let [(asked, revoked)] = passes.as_slice() else { panic!("{passes:?}") };
    assert_eq!((&asked["scopes"], &asked["expires_in"], *revoked), (&json!([scope]), &json!(60), true));
}

#[apply(story)]
async fn the_same_content_is_one_submission_and_new_content_takes_its_place(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("one"));
    let first = hand_in(&trainee, &course).await.is(201).json();
    assert_eq!(hand_in(&trainee, &course).await.is(200).json(), first);
    saves(&hub, &trainee, &course, &notebook("two"));
    let second = hand_in(&trainee, &course).await.is(201).json();
    assert_eq!(second["number"], 2);
    let all = overview(&trainee, &course).await["submissions"].clone();
    assert_eq!((&all[0], &all[1]["id"], &all[1]["state"]), (&second, &first["id"], &json!("superseded")));
    // What came before may come again.
    saves(&hub, &trainee, &course, &notebook("one"));
    assert_eq!(hand_in(&trainee, &course).await.is(201).json()["number"], 3);
}

#[apply(story)]
async fn many_tabs_hand_in_one_submission(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("one"));
    let answers = join_all((0..8).map(|_| hand_in(&trainee, &course))).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)), "{answers:?}");
    assert_eq!((made, overview(&trainee, &course).await["submissions"].as_array().map(Vec::len)), (1, Some(1)));
}

#[apply(story)]
async fn what_waits_can_be_withdrawn(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "attempts: 1").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("one"));
    let first = hand_in(&trainee, &course).await.is(201).json();
    let withdrawal = format!("/api/v1/submissions/{}/withdrawal", first["id"]);
    assert_eq!(trainee.post_nothing(&withdrawal).await.ok()["state"], "withdrawn");
    assert_eq!(trainee.post_nothing(&withdrawal).await.ok()["state"], "withdrawn");
    // It used up nothing, and the same content may be handed in after all.
    assert_eq!(overview(&trainee, &course).await["attempts_left"], 1);
    let second = hand_in(&trainee, &course).await.is(201).json();
    assert_eq!(second["number"], 2);
    // What has given way to something newer waits no more.
    saves(&hub, &trainee, &course, &notebook("two"));
    hand_in(&trainee, &course).await.is(201);
    let gone = format!("/api/v1/submissions/{}/withdrawal", second["id"]);
    trainee.post_nothing(&gone).await.refused(409, "not_waiting");
}

#[apply(story)]
async fn a_server_that_is_off_is_started_for_it(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    let name = trainee.hub_name();
    hub.keeps(&name, &course.notebook("own"), &notebook("one"));
    let started = async {
        within(std::time::Duration::from_secs(20), "the hub is asked", async || (hub.spawns(&name) > 0).then_some(()))
            .await;
        hub.becomes_ready(&name);
    };
    let (answer, ()) = futures_util::join!(hand_in(&trainee, &course), started);
    assert_eq!(answer.is(201).json()["number"], 1);
}

#[apply(story)]
async fn it_is_made_from_the_publication_that_was_read(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = task(&site, "").await;
    let trainee = site.trainee(&course).await;
    saves(&hub, &trainee, &course, &notebook("one"));
    let first = hand_in(&trainee, &course).await.is(201).json();
    // Authors go on writing; what was handed in stays what it was.
    let mut changed = draft("ml", "");
    changed.chapter_mut("own").words = "Other words.".to_owned();
    site.publish(&changed).await;
    saves(&hub, &trainee, &course, &notebook("two"));
    let second = hand_in(&trainee, &course).await.is(201).json();
    let made_from = site
        .write(|tx| {
            let version = chapter_versions::id.eq(submissions::chapter_version_id);
            let both = submissions::table.inner_join(chapter_versions::table.on(version));
            both.order(submissions::number)
                .select((submissions::id, chapter_versions::publication_id))
                .load::<(SubmissionId, PublicationId)>(tx)
        })
        .await;
    let ids = made_from.iter().map(|(id, _)| json!(id)).collect::<Vec<_>>();
    assert_eq!(ids, [first["id"].clone(), second["id"].clone()]);
    assert_eq!(made_from[0].1, course.publication);
    assert_ne!(made_from[1].1, course.publication);
}
