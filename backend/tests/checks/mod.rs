//! Automatic checks. The real runner is met in its own tests and in the browser's; here one that says what it is told.

mod trial;
mod trouble;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::blobs::BlobId;
use tenarai::db::schema::check_runs;
use tenarai::db::types::Ts;

use crate::support::{Course, CourseDraft, FakeHub, Look, Person, Plan, TestSite, within};

const TASK: &str = "\
checks:
  - {test: test_one, points: 3, title: {ja: 一, en: The first}, hint: see one, visible: true}
  - {test: test_secret, points: 2, title: {ja: 秘, en: The secret}, hint: see two}
";
const NOTEBOOK: &str = r#"{"nbformat": 4, "cells": []}"#;

/// A runner that writes down what it was given, waits while there is a file `wait`, and says what is in `says`.
struct FakeRunner {
    dir: PathBuf,
}

impl FakeRunner {
    fn of(plan: Plan) -> (Self, Plan) {
        let dir = plan.dir.path().join("runner");
        std::fs::create_dir_all(&dir).expect("the folder takes files");
        let python = dir.join("python");
        let script = r#"#!/bin/sh
cd "$(dirname "$0")"
if [ "$4" = --can ]; then [ ! -e broken ] || { echo "no walls here" >&2; exit 1; }; exit 0; fi
cp -r "$4/." "$(mktemp -d given-XXXXXX)"
while [ -e wait ]; do sleep 0.05; done
[ -e says ] && exec cat says
echo "this machine is ill" >&2; exit 1
"#;
        std::fs::write(&python, script).expect("the folder takes files");
        std::fs::set_permissions(&python, PermissionsExt::from_mode(0o755)).expect("ours to change");
        (Self { dir }, plan.with(|settings| settings.checks_python = Some(python)))
    }

    fn says(&self, outcome: &Value) {
        self.says_exactly(&outcome.to_string());
    }

    fn says_exactly(&self, text: &str) {
        std::fs::write(self.dir.join("says"), text).expect("the folder takes files");
    }

    fn mark(&self, name: &str) {
        std::fs::write(self.dir.join(name), "").expect("the folder takes files");
    }

    fn goes_on(&self) {
        std::fs::remove_file(self.dir.join("wait")).expect("it waits");
    }

    fn is_mended(&self) {
        std::fs::remove_file(self.dir.join("broken")).expect("it is broken");
    }

    /// The folders it was given, and the tests that were asked for.
    fn given(&self) -> Vec<(PathBuf, Value)> {
        let entries = std::fs::read_dir(&self.dir).expect("the folder can be read");
        let folders = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
        let job = |folder: PathBuf| {
            let text = std::fs::read_to_string(folder.join("job.json")).expect("a job");
            let job: Value = serde_json::from_str(&text).expect("JSON");
            (folder, job)
        };
        folders.map(job).collect()
    }
}

fn outcome() -> Value {
    json!({
        "format": 1, "status": "finished", "seconds": 1.5, "peak_memory_mb": 80,
        "execution": { "status": "failed", "cell": "two", "error_name": "NameError", "error_message": "no x" },
        "cells": { "restored": ["one"], "missing": [], "duplicated": [], "added": 2 },
        "tests": {
            "test_one": { "status": "failed", "message": "not yet", "seconds": 0.1 },
            "test_secret": { "status": "failed", "message": "the answer is 42", "seconds": 0.1 },
        },
    })
}

struct Scene {
    hub: FakeHub,
    site: TestSite,
    course: Course,
    trainee: Person,
}

fn draft(task: &str) -> CourseDraft {
    let mut draft = CourseDraft::new("ml");
    draft.chapter_mut("own").look = Look::Task(task.to_owned());
    draft
}

async fn scene(plan: Plan, task: &str) -> Scene {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = site.publish(&draft(task)).await;
    let trainee = site.trainee(&course).await;
    hub.runs(&trainee.hub_name());
    hub.keeps(&trainee.hub_name(), &course.notebook("own"), NOTEBOOK);
    Scene { hub, site, course, trainee }
}

impl Scene {
    fn address(&self, what: &str) -> String {
        format!("{}/{what}", self.course.chapter("own"))
    }

    /// Two others keep the site busy, be it one process or two.
    async fn is_busy(&self) {
        for _ in 0..2 {
            let other = self.site.trainee(&self.course).await;
            self.hub.runs(&other.hub_name());
            self.hub.keeps(&other.hub_name(), &self.course.notebook("own"), NOTEBOOK);
            other.post_nothing(&self.address("checks")).await.is(202);
        }
    }

    async fn overview(&self) -> Value {
        self.trainee.get(&format!("{}?locale=en", self.address("submissions"))).await.ok()
    }

    /// What came of a run: of the trial, or of what was handed in.
    async fn ended(&self, which: &str) -> Value {
        within(Duration::from_secs(60), "it has run", async || {
            let run = self.overview().await[which].clone();
            matches!(run["state"].as_str(), Some("done" | "failed")).then_some(run)
        })
        .await
    }
}

#[apply(story)]
async fn what_is_handed_in_is_checked_and_hidden_checks_stay_hidden(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    assert_eq!(scene.overview().await["checks_run"], true);
    scene.trainee.post_nothing(&scene.address("submissions")).await.is(201);
    let run = scene.ended("checked").await;
    assert_eq!((&run["state"], &run["result"]["status"]), (&json!("done"), &json!("finished")));
    let hint = "<p>see one</p>\n";
    assert_eq!(
        run["result"]["checks"],
        json!([{ "test": "test_one", "title": "<p>The first</p>\n", "points": 3, "hidden": false, "status": "failed",
            "message": "not yet", "hint": hint }])
    );
    assert_eq!(run["result"]["execution"]["error_name"], "NameError");
    assert_eq!(run["result"]["cells"]["restored"], json!(["one"]));
    let all = scene.overview().await.to_string();
    assert!(!all.contains("secret") && !all.contains("the answer"), "{all}");

    // It had what it needs, in a folder that is gone by now.
    let given = runner.given();
    let [(folder, job)] = given.as_slice() else { panic!("{given:?}") };
    assert_eq!(job["tests"], json!(["test_one", "test_secret"]));
    assert_eq!(std::fs::read_to_string(folder.join("submission.ipynb")).expect("a notebook"), NOTEBOOK);
    assert!(std::fs::read_to_string(folder.join("checks.py")).expect("checks").contains("def test_secret"));
    // A trainee's own server gets everything of the course but that.
    let token = scene.site.content_token_for(&scene.trainee.hub_name()).await.ok()["token"].clone();
    let token = token.as_str().expect("a token");
    let hidden = BlobId::of(&std::fs::read(folder.join("checks.py")).expect("checks"));
    let shown = BlobId::of(&std::fs::read(folder.join("handout.ipynb")).expect("a handout"));
    scene.site.as_service(&format!("/content/v1/blobs/{hidden}"), token).await.refused(404, "not_found");
    scene.site.as_service(&format!("/content/v1/blobs/{shown}"), token).await.is(200);
    assert!(folder.join("data/numbers.csv").is_file() && folder.join("handout.ipynb").is_file());
    let left = std::fs::read_dir(scene.site.settings().data_dir.join("checks")).expect("a folder").count();
    assert_eq!(left, 0);
}

#[apply(story)]
async fn what_gave_way_before_its_turn_is_not_run(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.mark("wait");
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    scene.is_busy().await;
    let hand_in = async |words: &str| {
        let text = json!({ "nbformat": 4, "cells": [{ "cell_type": "raw", "source": words }] }).to_string();
        scene.hub.keeps(&scene.trainee.hub_name(), &scene.course.notebook("own"), &text);
        scene.trainee.post_nothing(&scene.address("submissions")).await.is(201).json()
    };
    hand_in("first").await;
    let second = hand_in("second").await;
    scene.trainee.post_nothing(&format!("/api/v1/submissions/{}/withdrawal", second["id"])).await.is(200);
    hand_in("third").await;
    runner.goes_on();
    assert_eq!(scene.ended("checked").await["state"], "done");
    assert_eq!(runner.given().len(), 3);
}

#[apply(story)]
async fn a_run_outlives_the_process_that_had_it(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.mark("wait");
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    scene.trainee.post_nothing(&scene.address("submissions")).await.is(201);
    within(Duration::from_secs(20), "it runs", async || {
        (scene.overview().await["checked"]["state"] == "running").then_some(())
    })
    .await;
    // As if whoever had it were gone for half a minute; that one comes too late.
    scene
        .site
        .write(|tx| {
            let past = Ts::now() - TimeDelta::seconds(1);
            diesel::update(check_runs::table)
                .set((check_runs::lease_until.eq(past), check_runs::tries.eq(2)))
                .execute(tx)
        })
        .await;
    runner.goes_on();
    let run = scene.ended("checked").await;
    assert_eq!(run["state"], "done");
    assert_eq!(runner.given().len(), 2);
}

#[apply(story)]
async fn a_machine_that_cannot_run_them_is_tried_again_and_then_given_up(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    let scene = scene(plan, TASK).await;
    scene.trainee.post_nothing(&scene.address("submissions")).await.is(201);
    let run = scene.ended("checked").await;
    assert_eq!((&run["state"], &run["result"]), (&json!("failed"), &Value::Null));
    assert_eq!(runner.given().len(), 3);
}

#[apply(story)]
async fn where_checks_cannot_run_work_is_handed_in_all_the_same(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.mark("broken");
    let scene = scene(plan, TASK).await;
    within(Duration::from_secs(20), "it is known", async || {
        (scene.overview().await["checks_run"] == false).then_some(())
    })
    .await;
    // Each process finds out by itself.
    within(Duration::from_secs(20), "it is known everywhere", async || {
        let answer = scene.trainee.post_nothing(&scene.address("checks")).await;
        (answer.status == 409).then(|| answer.refused(409, "checks_not_configured"))
    })
    .await;
    scene.trainee.post_nothing(&scene.address("submissions")).await.is(201);
}
