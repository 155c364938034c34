//! What one was told, and having seen it.

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use macro_rules_attribute::apply;
use serde_json::json;
use tenarai::db;
use tenarai::db::schema::{notifications, outbox};
use tenarai::db::types::{Json, SubmissionId, Ts};
use tenarai::notifications::{Notice, add};

use super::{NOTICES, list, returned};
use crate::support::{CourseDraft, Look, Plan, PostOffice, TestSite};

const TASK: &str = "checks: [{test: test_one, points: 1, title: x, visible: true}]\n";

fn draft(title: &str) -> CourseDraft {
    let mut draft = CourseDraft::new("ml");
    draft.chapter_mut("own").look = Look::Task(TASK.to_owned());
    draft.chapter_mut("own").title = title.to_owned();
    draft
}

#[apply(story)]
async fn a_notice_says_what_happened_and_leads_to_it(site: TestSite) {
    let course = site.publish(&draft("Rents")).await;
    let trainee = site.trainee(&course).await;
    let id = returned(&site, &trainee, &course, 7).await;
    let told = list(&trainee, "").await;
    let chapter = course.chapter_id("own");
    let created = told["items"][0]["created_at"].clone();
    let expected = json!({
        "items": [{
            "id": id, "kind": "work_returned", "title": "“1.3 Rents” needs more work", "course": "Course ml",
            "link": format!("/chapters/{chapter}/coding?submission=7"), "created_at": created, "seen_at": null,
        }],
        "next": null, "unseen": 1,
    });
    assert_eq!(told, expected);
    let japanese = list(&trainee, "?locale=ja").await;
    assert_eq!(japanese["items"][0]["title"], "「1.3 章」は再提出が必要です");
}

#[apply(story)]
async fn titles_are_those_of_today_and_a_chapter_that_is_gone_leaves_words(site: TestSite) {
    let course = site.publish(&draft("Rents")).await;
    let trainee = site.trainee(&course).await;
    returned(&site, &trainee, &course, 7).await;
    let mut renamed = draft("House prices");
    site.publish(&renamed).await;
    assert_eq!(list(&trainee, "").await["items"][0]["title"], "“1.3 House prices” needs more work");
    renamed.chapters.retain(|chapter| chapter.key != "own");
    site.publish(&renamed).await;
    // The other process takes a moment to see what is published.
    crate::support::within(std::time::Duration::from_secs(10), "the chapter is gone", async || {
        let notice = list(&trainee, "").await["items"][0].clone();
        (notice["title"] == "Your assignment needs more work" && notice["link"].is_null()).then_some(())
    })
    .await;
}

#[apply(story)]
async fn pages_go_by_key_from_the_newest(site: TestSite) {
    let course = site.publish(&draft("Rents")).await;
    let trainee = site.trainee(&course).await;
    let mut ids = Vec::new();
    for submission in 1..=5 {
        ids.push(json!(returned(&site, &trainee, &course, submission).await));
    }
    ids.reverse();
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = list(&trainee, &format!("?limit=2{after}")).await;
        assert_eq!(page["unseen"], 5);
        seen.extend(page["items"].as_array().expect("a list").iter().map(|notice| notice["id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
        // What comes meanwhile shifts nothing.
        if seen.len() == 2 {
            let late = returned(&site, &trainee, &course, 6).await;
            trainee.post_nothing(&format!("{NOTICES}/{late}/seen")).await.ok();
        }
    }
    assert_eq!(seen, ids);
    trainee.get(&format!("{NOTICES}?after=x")).await.refused(400, "invalid_query");
}

#[apply(story)]
async fn seen_is_seen_once_and_only_by_oneself(site: TestSite) {
    let course = site.publish(&draft("Rents")).await;
    let (trainee, other) = (site.trainee(&course).await, site.trainee(&course).await);
    let first = returned(&site, &trainee, &course, 1).await;
    let theirs = returned(&site, &other, &course, 2).await;
    let second = returned(&site, &trainee, &course, 3).await;
    let third = returned(&site, &trainee, &course, 4).await;
    let see = async |id| trainee.post_nothing(&format!("{NOTICES}/{id}/seen")).await;
    assert_eq!(see(second.0).await.ok(), json!({ "unseen": 2 }));
    let moment = list(&trainee, "").await["items"][1]["seen_at"].clone();
    assert_eq!(see(second.0).await.ok(), json!({ "unseen": 2 }));
    assert_eq!(list(&trainee, "").await["items"][1]["seen_at"], moment);
    let up_to = async |id: i64| trainee.post(&format!("{NOTICES}/seen"), json!({ "up_to": id })).await.ok();
    assert_eq!(up_to(first.0).await, json!({ "unseen": 1 }));
    assert_eq!(up_to(third.0).await, json!({ "unseen": 0 }));
    assert_eq!(up_to(third.0).await, json!({ "unseen": 0 }));
    // Another's does not exist.
    see(theirs.0).await.refused(404, "not_found");
    see(i64::MAX).await.refused(404, "not_found");
    let others = list(&other, "").await;
    assert_eq!((others["unseen"].clone(), others["items"].as_array().map(Vec::len)), (json!(1), Some(1)));
}

#[apply(story)]
async fn notice_and_mail_are_both_there_or_neither(plan: Plan) {
    let office = PostOffice::open().await;
    office.says("RCPT", "450 later");
    let site = office.serves(plan).start().await;
    let course = site.publish(&draft("Rents")).await;
    let trainee = site.trainee(&course).await;
    let (mail, user, chapter) = (site.site.mail.clone(), trainee.id, course.chapter_id("own"));
    let notice = Notice::WorkPassed { submission: SubmissionId(1), chapter };
    let failed = site.site.db.write(move |tx| {
        add(tx, &mail, user, &notice, Ts::now())?;
        Err::<(), _>(db::Error::from(DieselError::RollbackTransaction))
    });
    failed.await.expect_err("it was rolled back");
    let counts = async || {
        site.write(|tx| {
            let notices: i64 = notifications::table.count().get_result(tx)?;
            let mails: i64 = outbox::table.count().get_result(tx)?;
            Ok((notices, mails))
        })
        .await
    };
    assert_eq!(counts().await, (0, 0));
    returned(&site, &trainee, &course, 1).await;
    assert_eq!(counts().await, (1, 1));
}

#[apply(story)]
async fn what_a_newer_version_wrote_is_still_something_new(site: TestSite) {
    let trainee = site.somebody().await;
    trainee.sign_in().await;
    let user = trainee.id;
    site.write(move |tx| {
        let row = (
            notifications::user_id.eq(user),
            notifications::kind.eq("of_tomorrow"),
            notifications::subject.eq(Json(json!({ "anything": 1 }))),
            notifications::created_at.eq(Ts::now()),
        );
        diesel::insert_into(notifications::table).values(row).execute(tx)
    })
    .await;
    let told = list(&trainee, "").await;
    let notice = &told["items"][0];
    assert_eq!((&notice["kind"], &notice["title"]), (&json!(null), &json!("There is something new")));
    assert_eq!((&told["unseen"], &notice["link"]), (&json!(1), &json!(null)));
}
