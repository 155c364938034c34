//! What must not stop the checks of everybody else: words no database keeps, runs that end whoever has them, a machine
//! that is not ready.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::db::schema::check_runs;
use tenarai::db::types::Ts;

use super::{FakeRunner, Scene, TASK, outcome, scene};
use crate::support::{Plan, within};

/// A notebook that is none of the others.
fn notebook(words: &str) -> String {
    json!({ "nbformat": 4, "cells": [{ "cell_type": "raw", "source": words }] }).to_string()
}

impl Scene {
    async fn hands_in(&self, words: &str) -> Value {
        self.hub.keeps(&self.trainee.hub_name(), &self.course.notebook("own"), &notebook(words));
        self.trainee.post_nothing(&self.address("submissions")).await.is(201).json()
    }

    async fn runs(&self, which: &str) {
        within(Duration::from_secs(20), "it runs", async || {
            (self.overview().await[which]["state"] == "running").then_some(())
        })
        .await;
    }

    /// As if whoever had a run were gone, this time and all times before.
    async fn is_forsaken(&self, tries: i64) {
        let past = Ts::now() - TimeDelta::seconds(1);
        self.site
            .write(move |tx| {
                diesel::update(check_runs::table.filter(check_runs::state.eq("running")))
                    .set((check_runs::lease_until.eq(past), check_runs::tries.eq(tries)))
                    .execute(tx)
            })
            .await;
    }
}

#[apply(story)]
async fn words_that_no_database_keeps_are_told_without_them(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    let said = outcome()
        .to_string()
        .replace("no x", r"a\u0000b \ud800 half \ud83d\ude00 \\u0000")
        .replace("\"two\"", r#""\u0000\udfff""#);
    let said = said.replace("not yet", r"it is \u0000");
    runner.says_exactly(&said);
    let scene = scene(plan, TASK).await;
    scene.hands_in("hostile").await;
    let run = scene.ended("checked").await;
    assert_eq!((&run["state"], runner.given().len()), (&json!("done"), 1));
    let told = &run["result"];
    assert_eq!(told["execution"]["error_message"], "a\u{fffd}b \u{fffd} half \u{1f600} \\u0000");
    assert_eq!(told["execution"]["cell"], "\u{fffd}\u{fffd}");
    assert_eq!(told["checks"][0]["message"], "it is \u{fffd}");
}

#[apply(story)]
async fn a_run_that_ends_whoever_has_it_is_given_up_and_others_have_their_turn(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.mark("wait");
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    scene.hands_in("deadly").await;
    scene.runs("checked").await;
    // Three times the process went with it.
    scene.is_forsaken(3).await;
    let run = scene.ended("checked").await;
    assert_eq!((&run["state"], &run["result"]), (&json!("failed"), &Value::Null));
    assert_eq!(runner.given().len(), 1);
    // The next one is run as if nothing had been.
    runner.goes_on();
    scene.hands_in("harmless").await;
    assert_eq!(scene.ended("checked").await["state"], "done");
}

#[apply(story)]
async fn a_run_of_what_gave_way_meanwhile_is_begun_no_more(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.mark("wait");
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    scene.hands_in("first").await;
    scene.runs("checked").await;
    scene.hands_in("second").await;
    let left = scene.site.write(|tx| check_runs::table.count().get_result::<i64>(tx)).await;
    assert_eq!(left, 1);
    scene.is_forsaken(1).await;
    runner.goes_on();
    assert_eq!(scene.ended("checked").await["state"], "done");
    assert_eq!(scene.ended("checked").await["result"]["status"], "finished");
}

#[apply(story)]
async fn whoever_runs_something_for_long_says_that_they_still_have_it(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.mark("wait");
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    scene.hands_in("long").await;
    scene.runs("checked").await;
    let lease = async || {
        let until = scene.site.write(|tx| check_runs::table.select(check_runs::lease_until).first::<Option<Ts>>(tx));
        until.await.expect("it is held")
    };
    let first = lease().await;
    within(Duration::from_secs(60), "the lease is renewed", async || (lease().await > first).then_some(())).await;
    runner.goes_on();
    assert_eq!(scene.ended("checked").await["state"], "done");
    assert_eq!(runner.given().len(), 1);
}

#[apply(story)]
async fn what_came_while_checks_could_not_run_is_checked_once_they_can(plan: Plan) {
    let (runner, plan) = FakeRunner::of(plan);
    runner.mark("broken");
    runner.says(&outcome());
    let scene = scene(plan, TASK).await;
    within(Duration::from_secs(20), "it is known", async || {
        let answer = scene.trainee.post_nothing(&scene.address("checks")).await;
        (answer.status == 409 && scene.overview().await["checks_run"] == false).then_some(())
    })
    .await;
    scene.hands_in("early").await;
    // Nobody is kept waiting for what may never come.
    within(Duration::from_secs(20), "nothing is shown", async || {
        (scene.overview().await["checked"] == Value::Null).then_some(())
    })
    .await;
    runner.is_mended();
    assert_eq!(scene.ended("checked").await["state"], "done");
    within(Duration::from_secs(60), "it is known everywhere", async || {
        (scene.overview().await["checks_run"] == true).then_some(())
    })
    .await;
}
