//! Trying the checks that are shown, before handing in.

use std::time::Duration;

use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::db::types::Ts;

use super::{FakeRunner, NOTEBOOK, Scene, TASK, draft, outcome, scene};
use crate::support::{Plan, within};

impl Scene {
    async fn tries(&self, notebook: &str) -> Value {
        self.hub.keeps(&self.trainee.hub_name(), &self.course.notebook("own"), notebook);
        self.trainee.post_nothing(&self.address("checks")).await.is(202).json()
    }

    async fn trial_runs(&self) {
        within(Duration::from_secs(20), "it runs", async || {
            (self.overview().await["trial"]["state"] == "running").then_some(())
        })
        .await;
    }
}

#[apply(story)]
async fn whoever_tries_for_themselves_runs_the_checks_that_are_shown(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.mark("wait");
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    let first = scene.tries(NOTEBOOK).await;
    scene.trial_runs().await;
    // While it goes on there is one, and it is not taken for one of what was written since.
    scene.trainee.post_nothing(&scene.address("checks")).await.refused(409, "checks_running");
    runner.goes_on();
    let ended = scene.ended("trial").await;
    assert_eq!((&ended["id"], &ended["result"]["checks"][0]["status"]), (&first["id"], &json!("failed")));
    let given = runner.given();
    assert_eq!(given.iter().map(|(_, job)| job["tests"].clone()).collect::<Vec<_>>(), [json!(["test_one"])]);
    assert_eq!(scene.overview().await["checked"], Value::Null);
    scene.tries(NOTEBOOK).await;
}

#[apply(story)]
async fn a_trial_that_waits_takes_what_was_written_since(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.mark("wait");
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    scene.is_busy().await;
    let first = scene.tries(NOTEBOOK).await;
    assert_eq!(first["state"], "queued");
    let newer = r#"{"nbformat": 4, "cells": [], "metadata": {}}"#;
    assert_eq!(scene.tries(newer).await["id"], first["id"]);
    runner.goes_on();
    assert_eq!(scene.ended("trial").await["state"], "done");
    let read = |(folder, _): &(std::path::PathBuf, Value)| {
        std::fs::read_to_string(folder.join("submission.ipynb")).expect("a notebook")
    };
    let given: Vec<String> = runner.given().iter().map(read).collect();
    assert_eq!(given.iter().filter(|text| *text == newer).count(), 1, "{given:?}");
    assert_eq!(given.len(), 3);
}

#[apply(story)]
async fn a_run_is_told_in_the_words_of_its_own_publication(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    scene.tries(NOTEBOOK).await;
    scene.ended("trial").await;
    scene.trainee.post_nothing(&scene.address("submissions")).await.is(201);
    let checked = scene.ended("checked").await;
    // Other points, and what was hidden is shown from now on.
    let changed = TASK.replace("points: 3", "points: 7").replace("title: {ja: 秘", "visible: true, title: {ja: 秘");
    scene.site.publish(&draft(&changed)).await;
    within(Duration::from_secs(20), "the new checks are there", async || {
        (scene.overview().await["checks"][0]["points"] == 7).then_some(())
    })
    .await;
    let now = scene.overview().await;
    assert_eq!(now["checked"], checked);
    assert_eq!(now["trial"]["result"]["checks"], checked["result"]["checks"]);
    assert!(!now.to_string().contains("the answer is 42"), "{now}");
}

#[apply(story)]
async fn how_long_it_took_is_told_in_whole_tens(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    let mut said = outcome();
    said["seconds"] = json!(13.37);
    runner.says(&said);
    let scene = scene(plan, TASK).await;
    scene.tries(NOTEBOOK).await;
    let run = scene.ended("trial").await;
    assert_eq!(run["result"]["seconds"], 20.0);
    let moment = |name: &str| serde_json::from_value::<Ts>(run[name].clone()).expect("a moment");
    let took = moment("finished_at") - moment("queued_at");
    assert_eq!(took.num_microseconds().map(|took| took % 10_000_000), Some(0));
}

#[apply(story)]
async fn an_assignment_without_shown_checks_has_nothing_to_try(plan: Plan) {
    let (_runner, plan) = FakeRunner::of(plan);
    let scene = scene(plan, "checks: [{test: test_secret, points: 1, title: x}]\n").await;
    scene.trainee.post_nothing(&scene.address("checks")).await.refused(409, "nothing_to_check");
    assert!(scene.hub.passes(&scene.trainee.hub_name()).is_empty());
}
