//! Who may do what: every operation of the API, tried by everybody. The table is a reviewed snapshot; an operation
//! that is new stands in no line of it, so the test fails until somebody has looked at who gets in.

use std::fmt::Write;

use macro_rules_attribute::apply;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tenarai::accounts::{Role, Scope};
use tenarai::db::types::CohortId;
use tenarai::http;

use crate::support::{Browser, Company, Course, CourseDraft, FakeHub, HUB_SERVICE_TOKEN, Look, Person, Plan, TestSite};

const TASK: &str = "checks: [{test: test_one, points: 1, title: x, visible: true}]\n";
const QUIZ: &str = "questions: [{key: one, kind: true_false, text: x, answer: true}]\n";

/// What is asked for belongs to the first company: its course, its people.
struct World {
    course: Course,
    company: Company,
    /// A session of a trainee of the company who is none of those who try.
    session: String,
    /// Of a quiz, by the same trainee.
    attempt: String,
    /// Handed in by the same trainee.
    submission: String,
    trainee: String,
    blob: String,
    /// Of the hub, and of the notebook servers of the company's trainee and of the other company's.
    tokens: [String; 3],
}

#[apply(story)]
async fn everybody_tries_every_operation(plan: Plan) {
    // That somebody tries too often is another story.
    let hub = FakeHub::start();
    let site = hub.serves(plan.with(|settings| settings.sign_in_failures_per_account = 1000)).start().await;
    let (world, people) = populate(&site, &hub).await;
    let mut table = String::from(
        "# anonymous | trainee tutor corporate_admin author operator | the same of another company | the hub, and the trainees' notebook servers\n",
    );
    let document = serde_json::to_value(http::openapi()).expect("a document");
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let body = body(operation, &world);
            let path_here = fill_in(path, &world);
            let mut line = format!("{method} {path}\n  ");
            let _ = write!(line, "{}", status(&site.browser(), &method, &path_here, body.clone()).await);
            for company in &people {
                line.push_str(" |");
                for person in company {
                    if person.cookie("tenarai_session").is_none() || person.get("/api/v1/session").await.status != 200 {
                        person.sign_in().await;
                    }
                    let _ = write!(line, " {}", status(person, &method, &path_here, body.clone()).await);
                }
            }
            line.push_str(" |");
            for token in &world.tokens {
                let _ = write!(line, " {}", as_service(&site, token, &method, &path_here, body.clone()).await);
            }
            let _ = writeln!(table, "{line}");
        }
    }
    insta::assert_snapshot!("who_may", table);
}

async fn populate(site: &TestSite, hub: &FakeHub) -> (World, [Vec<Person>; 2]) {
    let mut draft = CourseDraft::new("ml");
    draft.chapter_mut("quiz").look = Look::Questions(QUIZ.to_owned());
    draft.chapter_mut("values").look = Look::Task(TASK.to_owned());
    let (course, other) = (site.publish(&draft).await, site.course("other").await);
    let (company, foreign) = (site.company().await, site.company().await);
    let (own, cohort) = everybody(site, company, &course).await;
    let people = [own, everybody(site, foreign, &other).await.0];
    // In the cohort of the company's tutor.
    let witness = site.person(company, Role::Trainee, Scope::Organisation(company.id.0)).await;
    site.enrol(&witness, course.id, Some(cohort)).await;
    witness.sign_in().await;
    let begun = witness.post_nothing(&format!("{}/quiz/attempts", course.chapter("quiz"))).await;
    let attempt = begun.is(201).json()["id"].to_string();
    // There is something to hand in, for whoever may.
    for person in people.iter().flatten().chain([&witness]) {
        hub.runs(&person.hub_name());
        hub.keeps(&person.hub_name(), &course.notebook("values"), r#"{"nbformat": 4, "cells": []}"#);
    }
    let receipt = witness.post_nothing(&format!("{}/submissions", course.chapter("values"))).await;
    let submission = receipt.is(201).json()["id"].to_string();
    let session = witness.get("/api/v1/session").await.ok()["session"]["id"].as_str().expect("an id").to_owned();
    let own = content_token(site, &witness).await;
    let manifest = site.as_service("/content/v1/manifest", &own).await.ok();
    let tokens = [HUB_SERVICE_TOKEN.to_owned(), own, content_token(site, &people[1][0]).await];
    let blob = manifest["courses"][0]["files"][0]["sha256"].as_str().expect("a hash").to_owned();
    (World { course, company, session, attempt, submission, trainee: witness.hub_name(), blob, tokens }, people)
}

async fn content_token(site: &TestSite, person: &Person) -> String {
    site.content_token_for(&person.hub_name()).await.ok()["token"].as_str().expect("a token").to_owned()
}

/// One of each role, at home in this company and this course.
async fn everybody(site: &TestSite, company: Company, course: &Course) -> (Vec<Person>, CohortId) {
    site.license(company, course).await;
    let cohort = site.cohort(company, course, None).await;
    let mut people = vec![site.colleague(company, course).await];
    for (role, scope) in [
        (Role::Tutor, Scope::Cohort(cohort.0)),
        (Role::CorporateAdmin, Scope::Organisation(company.id.0)),
        (Role::Author, Scope::Course(course.id.0)),
        (Role::Operator, Scope::Site),
    ] {
        people.push(site.person(company, role, scope).await);
    }
    (people, cohort)
}

fn fill_in(path: &str, world: &World) -> String {
    let chapter = match path {
        _ if path.contains("/quiz") => "quiz",
        _ if path.contains("/submissions") || path.contains("/checks") => "values",
        _ => "own",
    };
    let path = path
        .replace("{chapter}", &world.course.chapter_id(chapter).to_string())
        .replace("{attempt}", &world.attempt)
        .replace("{submission}", &world.submission)
        .replace("{question}", "one")
        // Of nobody; whose they are is told in stories of their own.
        .replace("{snippet}", "1")
        .replace("{decision}", "1")
        .replace("{file}", "dot.svg")
        .replace("{slug}", &world.course.slug)
        .replace("{organisation}", &world.company.id.to_string())
        .replace("{id}", &world.session)
        .replace("{sid}", &world.session)
        .replace("{hub_user}", &world.trainee)
        .replace("{sha256}", &world.blob);
    assert!(!path.contains('{'), "say what {path} is about");
    path
}

/// A body that would be taken from whoever may.
fn body(operation: &Value, world: &World) -> Option<Value> {
    operation.get("requestBody")?;
    let name = operation["operationId"].as_str().expect("a name");
    Some(match name {
        // Wrong on purpose: 401 and 422 mean that it was looked at.
        "sign_in" => json!({ "email": "nobody@example.com", "password": "nobodys-password" }),
        "change_password" => json!({ "current_password": "not-my-password", "new_password": "a-longer-password" }),
        "change_profile" => json!({ "locale": "en" }),
        "mark_chapter" => json!({ "completed": false }),
        "send_study_events" => json!({ "events": [] }),
        "start_notebook_server" => json!({ "reason": "open" }),
        "answer_quiz_question" => json!({ "answer": { "kind": "true_false", "value": true } }),
        "add_snippet" | "change_snippet" => json!({ "text": "x" }),
        // A verdict is missing.
        "save_draft" | "decide_submission" => json!({ "revision": 0, "feedback": {} }),
        "take_over_submission" | "appeal" => json!({ "reason": "x" }),
        "give_second_opinion" => json!({ "verdict": "passed", "points": 0 }),
        "internal_content_token" => json!({ "hub_user": world.trainee }),
        _ => panic!("say what {name} takes"),
    })
}

async fn status(browser: &Browser, method: &Method, path: &str, body: Option<Value>) -> u16 {
    answered(browser.as_page(method.clone(), path), body).await
}

async fn as_service(site: &TestSite, token: &str, method: &Method, path: &str, body: Option<Value>) -> u16 {
    answered(site.browser().as_page(method.clone(), path).bearer_auth(token), body).await
}

async fn answered(request: RequestBuilder, body: Option<Value>) -> u16 {
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    // The body is left alone: one of them never ends.
    request.send().await.expect("the site answers").status().as_u16()
}
