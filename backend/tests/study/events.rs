//! What happened in text and notebook, in batches.

use chrono::{TimeDelta, Utc};
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use super::{event, report, run};
use crate::support::{Course, CourseDraft, Person, Plan, TestSite};

async fn progress(person: &Person, course: &Course, key: &str) -> Value {
    person.get(&course.chapter(key)).await.ok()["progress"].clone()
}

fn statuses(answer: &Value) -> Vec<(&str, Option<&str>)> {
    let results = answer["results"].as_array().expect("results").iter();
    results.map(|result| (result["status"].as_str().unwrap_or(""), result["code"].as_str())).collect()
}

#[apply(story)]
async fn an_execution_counts_once_however_often_it_is_sent(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let failed = run(&course, "one", false);
    assert_eq!(
        statuses(&report(&trainee, &[failed.clone(), failed.clone()]).await.ok()),
        [("stored", None), ("duplicate", None)]
    );
    assert_eq!(
        statuses(&report(&trainee, &[failed, run(&course, "one", true)]).await.ok()),
        [("duplicate", None), ("stored", None)]
    );
    let cell = progress(&trainee, &course, "values").await["cells"][0].clone();
    assert_eq!((&cell["runs"], &cell["errors"], &cell["last_success"]), (&json!(2), &json!(1), &json!(true)));
    assert_eq!(cell["succeeded"], json!(true));
}

#[apply(story)]
async fn an_id_that_somebody_else_has_used_takes_nobodys_execution_away(site: TestSite) {
    let course = site.course("ml").await;
    let (one, other) = (site.trainee(&course).await, site.trainee(&course).await);
    let event = run(&course, "one", true);
    for person in [one, other] {
        assert_eq!(statuses(&report(&person, std::slice::from_ref(&event)).await.ok()), [("stored", None)]);
        assert_eq!(progress(&person, &course, "values").await["cells"][0]["runs"], json!(1));
    }
}

#[apply(story)]
async fn a_failed_run_says_which_error_it_was(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[run(&course, "one", false)]).await.is(200);
    let cell = progress(&trainee, &course, "values").await["cells"][0].clone();
    assert_eq!((&cell["last_error"], &cell["succeeded"]), (&json!("NameError"), &json!(false)));
}

#[apply(story)]
async fn the_answer_says_how_chapters_and_courses_stand_now(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let answer = report(&trainee, &[event(&course, "hello", "read", json!({}))]).await.ok();
    assert_eq!(answer["chapters"][0]["chapter_id"], course.chapter_id("hello").0);
    assert_eq!(answer["chapters"][0]["progress"]["state"], "completed");
    assert_eq!(
        (&answer["courses"][0]["slug"], &answer["courses"][0]["progress"]["completed_chapters"]),
        (&json!("ml"), &json!(1))
    );
}

#[apply(story)]
async fn of_two_positions_the_later_stays_whichever_arrives_last(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let mut early = event(&course, "hello", "position", json!({ "scroll": 0.1 }));
    early["at"] = json!(Utc::now() - TimeDelta::minutes(10));
    report(&trainee, &[event(&course, "hello", "position", json!({ "scroll": 0.7 }))]).await.is(200);
    report(&trainee, &[early]).await.is(200);
    assert_eq!(progress(&trainee, &course, "hello").await["position"]["scroll"], 0.7);
}

fn earlier(mut event: Value, minutes: i64) -> Value {
    event["at"] = json!(Utc::now() - TimeDelta::minutes(minutes));
    event
}

#[apply(story)]
async fn a_place_that_arrives_late_moves_neither_the_heading_nor_the_cell_in_focus(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let place = |anchor: &str, cell: Option<&str>| {
        event(&course, "values", "position", json!({ "scroll": 0.5, "anchor": anchor, "cell_id": cell }))
    };
    report(&trainee, &[place("h-second", Some("two"))]).await.is(200);
    let known = progress(&trainee, &course, "values").await["position"].clone();
    assert_eq!((&known["anchor"], &known["cell_id"]), (&json!("h-second"), &json!("two")));
    // Alone, and together with another event of the chapter, which is stored another way.
    report(&trainee, &[earlier(place("h-first", Some("one")), 10)]).await.is(200);
    assert_eq!(progress(&trainee, &course, "values").await["position"], known);
    let opened = earlier(event(&course, "values", "opened", json!({})), 11);
    report(&trainee, &[opened, earlier(place("h-first", Some("one")), 10)]).await.is(200);
    assert_eq!(progress(&trainee, &course, "values").await["position"], known);
    // Who scrolls on without touching the notebook keeps the cell in focus.
    report(&trainee, &[place("h-third", None)]).await.is(200);
    let position = progress(&trainee, &course, "values").await["position"].clone();
    assert_eq!((&position["anchor"], &position["cell_id"]), (&json!("h-third"), &json!("two")));
}

#[apply(story)]
async fn a_run_that_arrives_late_counts_and_is_not_taken_for_the_last(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let mut late = earlier(run(&course, "one", false), 10);
    late["duration_ms"] = json!(9_000);
    report(&trainee, &[run(&course, "one", true)]).await.is(200);
    let known = progress(&trainee, &course, "values").await["cells"][0].clone();
    report(&trainee, &[late]).await.is(200);
    let cell = progress(&trainee, &course, "values").await["cells"][0].clone();
    assert_eq!((&cell["runs"], &cell["errors"]), (&json!(2), &json!(1)));
    for of_the_last in ["last_success", "last_error", "last_duration_ms", "last_run_at"] {
        assert_eq!(cell[of_the_last], known[of_the_last], "{of_the_last}");
    }
    // The last one failed, and that a success arrives late does not make it good.
    report(&trainee, &[run(&course, "two", false), earlier(run(&course, "two", true), 10)]).await.is(200);
    let cell = progress(&trainee, &course, "values").await["cells"][1].clone();
    assert_eq!((&cell["last_success"], &cell["last_error"]), (&json!(false), &json!("NameError")));
    assert_eq!(cell["succeeded"], json!(true));
}

#[apply(story)]
async fn a_position_beyond_the_text_is_brought_back_into_it(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    report(&trainee, &[event(&course, "hello", "position", json!({ "scroll": 7.5 }))]).await.is(200);
    assert_eq!(progress(&trainee, &course, "hello").await["position"]["scroll"], 1.0);
}

#[apply(story)]
async fn a_browsers_clock_that_is_ahead_or_before_this_site_is_not_believed(site: TestSite) {
    let course = site.course("ml").await;
    let tomorrow = json!(Utc::now() + TimeDelta::days(1));
    for wrong in
        [tomorrow, json!("2025-12-31T23:59:59Z"), json!("1800-01-01T00:00:00Z"), json!("-250000-01-01T00:00:00Z")]
    {
        let trainee = site.trainee(&course).await;
        let mut opened = event(&course, "hello", "opened", json!({}));
        opened["at"] = wrong;
        report(&trainee, &[opened]).await.is(200);
        let opened = progress(&trainee, &course, "hello").await["opened_at"].as_str().expect("opened").to_owned();
        let opened = opened.parse::<chrono::DateTime<Utc>>().expect("a time");
        assert!((Utc::now() - TimeDelta::minutes(1)..=Utc::now()).contains(&opened), "{opened}");
    }
}

#[apply(story)]
async fn events_in_chapters_one_may_not_see_are_rejected_and_the_others_stored(site: TestSite) {
    let (mine, theirs) = (site.course("mine").await, site.course("theirs").await);
    let trainee = site.trainee(&mine).await;
    let mut unknown = event(&mine, "hello", "opened", json!({}));
    unknown["chapter_id"] = json!(987_654);
    let events = [
        event(&theirs, "hello", "opened", json!({})),
        event(&mine, "hello", "read", json!({})),
        unknown,
        event(&mine, "quiz", "opened", json!({})),
    ];
    let answer = report(&trainee, &events).await.ok();
    let rejected = ("rejected", Some("not_found"));
    assert_eq!(statuses(&answer), [rejected, ("stored", None), rejected, rejected]);
    assert_eq!(answer["chapters"].as_array().map(Vec::len), Some(1));
}

#[apply(story)]
async fn no_progress_is_kept_for_readers_who_are_not_enrolled(site: TestSite) {
    let course = site.course("ml").await;
    let operator = site.operator().await;
    let answer = report(&operator, &[event(&course, "hello", "read", json!({}))]).await.ok();
    assert_eq!(statuses(&answer), [("rejected", Some("not_enrolled"))]);
}

#[apply(story)]
async fn an_execution_in_another_notebook_or_outside_the_tree_is_rejected_and_leaves_no_trace(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let elsewhere = ["ml/other.ipynb", "../ml/values.ipynb", "/etc/passwd", "ml/../ml/values.ipynb", ""].map(|path| {
        let mut run = run(&course, "one", true);
        run["path"] = json!(path);
        run
    });
    let answer = report(&trainee, &elsewhere).await.ok();
    assert_eq!(statuses(&answer), [("rejected", Some("foreign_notebook")); 5]);
    let mut in_a_text = run(&course, "one", true);
    in_a_text["chapter_id"] = json!(course.chapter_id("hello"));
    assert_eq!(statuses(&report(&trainee, &[in_a_text]).await.ok()), [("rejected", Some("foreign_notebook"))]);
    for key in ["hello", "values"] {
        assert_eq!(progress(&trainee, &course, key).await["state"], "not_started", "{key}");
    }
}

/// From a page that was open, or offline, meanwhile.
#[apply(story)]
async fn an_execution_counts_under_the_name_that_its_chapter_had(site: TestSite) {
    let mut draft = CourseDraft::new("ml");
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    let before = run(&course, "one", true);
    let chapter = draft.chapter_mut("values");
    (chapter.key, chapter.was) = ("numbers".to_owned(), Some("values".to_owned()));
    let renamed = site.publish(&draft).await;
    assert_eq!(statuses(&report(&trainee, &[before]).await.ok()), [("stored", None)]);
    assert_eq!(progress(&trainee, &renamed, "numbers").await["cells"][0]["runs"], 1);
}

#[apply(story)]
async fn what_cannot_be_is_rejected_event_by_event(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let bent = |name: &str, value: Value| {
        let mut run = run(&course, "one", true);
        run[name] = value;
        run
    };
    let events = [
        bent("source_sha256", json!("not a hash")),
        bent("cell_id", json!("")),
        bent("cell_id", json!("あ".repeat(101))),
        event(&course, "hello", "position", json!({ "scroll": 0.5, "anchor": "あ".repeat(201) })),
    ];
    let answer = report(&trainee, &events).await.ok();
    assert_eq!(statuses(&answer), [("rejected", Some("malformed")); 4]);
    assert_eq!(progress(&trainee, &course, "values").await["state"], "not_started");
    // A letter is a letter, however many bytes it has; and what an error is called is no reason to lose a run.
    let mut failed = run(&course, "one", false);
    failed["error"] = json!({ "name": "エラー".repeat(40) });
    let fine = [failed, event(&course, "hello", "position", json!({ "scroll": 0.5, "anchor": "あ".repeat(200) }))];
    assert_eq!(statuses(&report(&trainee, &fine).await.ok()), [("stored", None); 2]);
    let name = progress(&trainee, &course, "values").await["cells"][0]["last_error"].clone();
    assert_eq!(name.as_str().map(|name| name.chars().count()), Some(100));
}

#[apply(story)]
async fn nobody_fills_the_database_with_runs_and_the_others_are_not_held_up(plan: Plan) {
    let site = plan.with(|settings| settings.runs_per_person = 200).start().await;
    let course = site.course("ml").await;
    let (busy, other) = (site.trainee(&course).await, site.trainee(&course).await);
    let runs: Vec<Value> = (0..120).map(|_| run(&course, "one", true)).collect();
    report(&busy, &runs).await.is(200);
    let more: Vec<Value> = (0..120).map(|_| run(&course, "one", true)).collect();
    let answer = report(&busy, &more).await.ok();
    assert_eq!(statuses(&answer)[79..81], [("stored", None), ("rejected", Some("too_many"))]);
    assert_eq!(progress(&busy, &course, "values").await["cells"][0]["runs"], json!(200));
    // What was read, and where one is, counts all the same, also beside a run.
    let read = event(&course, "values", "read", json!({}));
    let answer = report(&busy, &[run(&course, "one", true), read]).await.ok();
    assert_eq!(statuses(&answer), [("rejected", Some("too_many")), ("stored", None)]);
    assert!(progress(&busy, &course, "values").await["read_at"].is_string());
    report(&busy, &[event(&course, "values", "position", json!({ "scroll": 0.5 }))]).await.is(200);
    assert_eq!(statuses(&report(&other, &runs).await.ok()), [("stored", None); 120]);
}

#[apply(story)]
async fn two_hundred_events_are_taken_at_once_and_one_more_is_not(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let mut events: Vec<Value> = (0..201).map(|_| run(&course, "one", true)).collect();
    report(&trainee, &events).await.refused(422, "too_many_events");
    assert_eq!(progress(&trainee, &course, "values").await["state"], "not_started");
    events.pop();
    report(&trainee, &events).await.is(200);
    assert_eq!(progress(&trainee, &course, "values").await["cells"][0]["runs"], 200);
}

#[apply(story)]
async fn json_with_a_mistake_is_refused_and_says_where(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let good = event(&course, "hello", "read", json!({}));
    let unknown_kind = event(&course, "hello", "graded", json!({}));
    let mut no_number = event(&course, "hello", "read", json!({}));
    no_number["chapter_id"] = json!("three");
    for (body, pointer, code) in [
        (r#"{"events": ["#.to_owned(), "", "syntax"),
        (String::new(), "", "unexpected"),
        ("[]".to_owned(), "", "unexpected"),
        (r#"{"events": {}}"#.to_owned(), "/events", "unexpected"),
        (r#"{"events": [], "more": 1}"#.to_owned(), "/more", "unexpected"),
        (json!({ "events": [good, unknown_kind] }).to_string(), "/events/1", "unexpected"),
        (json!({ "events": [good, good, no_number] }).to_string(), "/events/2", "unexpected"),
        (r#"{"events": []} trailing"#.to_owned(), "", "syntax"),
    ] {
        let request = trainee.as_page(Method::POST, "/api/v1/study/events").header("content-type", "application/json");
        let problem = trainee.send(request.body(body.clone())).await.refused(400, "malformed_json");
        let error = &problem["errors"][0];
        let place = error["pointer"].as_str().expect("a pointer");
        assert!(place == pointer || place.starts_with(&format!("{pointer}/")), "{body}: {problem}");
        assert_eq!(error["code"], code, "{body}: {problem}");
        assert!(error["detail"].as_str().expect("a detail").contains("line"), "{body}: {problem}");
    }
    assert_eq!(progress(&trainee, &course, "hello").await["state"], "not_started");
}
