//! The tutor's desk.

mod appeals;
mod claims;
mod deciding;
mod desk;
mod moderation;
mod together;
mod trainee;

use diesel::prelude::*;
use serde_json::{Value, json};
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::submissions;
use tenarai::db::types::{CohortId, SubmissionId, Ts};

use crate::support::{Company, Course, CourseDraft, FakeHub, Look, Person, Plan, TestSite};

/// Four points for a tutor, three for a check.
const TASK: &str = "\
pass: 50%
rubric:
  - key: reasons
    title: {ja: 理由, en: Reasons}
    levels: [{points: 0, text: {ja: なし, en: None}}, {points: 4, text: {ja: あり, en: Given}}]
checks:
  - {test: test_one, points: 3, title: {ja: 一, en: The first}, visible: true}
";

/// A company whose trainees hand in, and the tutors of their cohort.
struct Scene {
    hub: FakeHub,
    site: TestSite,
    course: Course,
    company: Company,
    cohort: CohortId,
}

async fn scene(plan: Plan) -> Scene {
    scene_with(plan, TASK).await
}

async fn scene_with(plan: Plan, task: &str) -> Scene {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let mut draft = CourseDraft::new("ml");
    draft.chapter_mut("own").look = Look::Task(task.to_owned());
    let course = site.publish(&draft).await;
    let company = site.company().await;
    site.license(company, &course).await;
    let cohort = site.cohort(company, &course, None).await;
    Scene { hub, site, course, company, cohort }
}

impl Scene {
    async fn trainee(&self) -> Person {
        let person = self.site.person(self.company, Role::Trainee, Scope::Organisation(self.company.id.0)).await;
        self.site.enrol(&person, self.course.id, Some(self.cohort)).await;
        person.sign_in().await;
        person
    }

    async fn tutor(&self) -> Person {
        self.staff(Scope::Cohort(self.cohort.0)).await
    }

    /// Who leads the course's tutors.
    async fn lead(&self) -> Person {
        self.staff(Scope::Course(self.course.id.0)).await
    }

    async fn staff(&self, scope: Scope) -> Person {
        let person = self.site.person(self.company, Role::Tutor, scope).await;
        person.sign_in().await;
        person
    }

    async fn hands_in(&self, trainee: &Person, words: &str) -> Value {
        self.hub.runs(&trainee.hub_name());
        self.hub.keeps(&trainee.hub_name(), &self.course.notebook("own"), &notebook(words));
        trainee.post_nothing(&format!("{}/submissions", self.course.chapter("own"))).await.is(201).json()
    }

    /// A trainee who has handed in, and what.
    async fn handed_in(&self) -> (Person, Value) {
        let trainee = self.trainee().await;
        let submission = self.hands_in(&trainee, "1 + 1").await;
        (trainee, submission)
    }

    /// Time passes: claims run out, and what is decided is sent.
    async fn later(&self, hours: i64) {
        let by = chrono::TimeDelta::hours(hours);
        self.site
            .write(move |tx| {
                let rows: Vec<(SubmissionId, Option<Ts>, Option<Ts>)> = submissions::table
                    .select((submissions::id, submissions::held_until, submissions::sends_at))
                    .load(tx)?;
                for (id, held, sends) in rows {
                    diesel::update(submissions::table.find(id))
                        .set((
                            submissions::held_until.eq(held.map(|at| at - by)),
                            submissions::sends_at.eq(sends.map(|at| at - by)),
                        ))
                        .execute(tx)?;
                }
                Ok(())
            })
            .await;
    }

    /// The minute is over.
    async fn is_sent(&self) {
        self.later(1).await;
        tenarai::grading::send_all(&self.site.site).await.expect("it is sent");
    }

    /// Claims and decides, and it is sent.
    async fn graded(&self, tutor: &Person, submission: &Value, verdict: &str) {
        tutor.put(&desk(submission, "/claim"), json!({})).await.ok();
        decide(tutor, submission, feedback(verdict)).await.ok();
        self.is_sent().await;
    }
}

async fn decide(tutor: &Person, submission: &Value, feedback: Value) -> crate::support::Answer {
    let work = tutor.get(&desk(submission, "")).await.ok();
    let revision = work["draft"]["revision"].as_i64().unwrap_or(0);
    let body = json!({ "revision": revision, "feedback": feedback });
    tutor.post(&desk(submission, "/decision"), body).await
}

fn desk(submission: &Value, what: &str) -> String {
    format!("/api/v1/desk/submissions/{}{what}", submission["id"])
}

fn own(submission: &Value, what: &str) -> String {
    format!("/api/v1/submissions/{}{what}", submission["id"])
}

fn feedback(verdict: &str) -> Value {
    json!({
        "levels": { "reasons": 1 }, "points": null, "message": "well reasoned", "verdict": verdict,
        "comments": [{ "id": "c1", "cell": "one", "line": 1, "text": "why two?" }],
    })
}

fn notebook(words: &str) -> String {
    let cell = json!({ "cell_type": "code", "id": "one", "metadata": {}, "execution_count": 1, "outputs": [],
        "source": [words] });
    json!({ "nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell] }).to_string()
}

/// The queue as this tutor sees it.
async fn queue(tutor: &Person, filter: &str) -> Vec<i64> {
    let page = tutor.get(&format!("/api/v1/desk/queue{filter}")).await.ok();
    ids(&page)
}

fn ids(page: &Value) -> Vec<i64> {
    page["items"].as_array().expect("a list").iter().map(|item| item["id"].as_i64().expect("an id")).collect()
}

fn id(submission: &Value) -> i64 {
    submission["id"].as_i64().expect("an id")
}
