//! Handing in.

mod hand_in;
mod limits;
mod reading;

use serde_json::{Value, json};

use crate::support::{Answer, Course, CourseDraft, FakeHub, Look, Person, TestSite};

/// Four points for a tutor, three for a check that is shown, two for one that is not.
const TASK: &str = "\
rubric:
  - key: reasons
    title: {ja: 理由, en: Reasons}
    levels: [{points: 0, text: {ja: なし, en: None}}, {points: 4, text: {ja: あり, en: Given}}]
checks:
  - {test: test_one, points: 3, title: {ja: 一, en: The first}, visible: true}
  - {test: test_secret, points: 2, title: {ja: 秘, en: The secret}, hint: look again}
";

/// A course whose assignment has these rules.
async fn task(site: &TestSite, rules: &str) -> Course {
    site.publish(&draft("ml", rules)).await
}

fn draft(slug: &str, rules: &str) -> CourseDraft {
    let mut draft = CourseDraft::new(slug);
    draft.chapter_mut("own").look = Look::Task(format!("{rules}\n{TASK}"));
    draft
}

fn address(course: &Course) -> String {
    format!("{}/submissions", course.chapter("own"))
}

async fn overview(person: &Person, course: &Course) -> Value {
    person.get(&format!("{}?locale=en", address(course))).await.ok()
}

async fn hand_in(person: &Person, course: &Course) -> Answer {
    person.post_nothing(&address(course)).await
}

/// A notebook that says this.
fn notebook(words: &str) -> String {
    let cell = json!({ "cell_type": "code", "id": "one", "metadata": {}, "execution_count": 1, "outputs": [],
        "source": [words] });
    json!({ "nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell] }).to_string()
}

/// The trainee's server runs, and this is what they saved.
fn saves(hub: &FakeHub, person: &Person, course: &Course, text: &str) {
    hub.runs(&person.hub_name());
    hub.keeps(&person.hub_name(), &course.notebook("own"), text);
}
