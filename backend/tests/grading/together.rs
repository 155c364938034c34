//! 64 tutors and 2,000 submissions at once, through two processes of which one is killed, while claims run out.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::{decisions, grading_drafts, grading_events, submissions};
use tenarai::db::types::{SubmissionId, Ts, UserId};

use super::{TASK, feedback};
use crate::support::program::{Program, free_address};
use crate::support::submissions::{add_somebody, add_submission};
use crate::support::{CourseDraft, Look, Person, Plan, TestSite, tell};

const TUTORS: usize = 64;
const SUBMISSIONS: usize = 2_000;

#[test]
fn many_tutors_at_once_on_sqlite() {
    tell(Plan::on_sqlite(), many_at_once);
}

#[test]
fn many_tutors_at_once_on_postgresql() {
    tell(Plan::on_postgres(), many_at_once);
}

/// Where all of them work, and what became of it.
struct Hall {
    site: TestSite,
    /// The other process; nothing once it was killed.
    other: Mutex<Option<Program>>,
    killed: AtomicBool,
    /// How often a claim on a submission was let run out.
    ran_out: Mutex<HashMap<SubmissionId, usize>>,
    decided: AtomicUsize,
    /// What a tutor tried who did not have it.
    intrusions: AtomicUsize,
}

async fn many_at_once(plan: Plan) {
    let address = free_address();
    let plan = plan.with(|settings| {
        settings.public_url = format!("http://{address}");
        settings.listen = address;
        settings.moderation_percent = 0;
    });
    let site = plan.clone().start().await;
    let other = Program::serve(plan);
    let mut draft = CourseDraft::new("ml");
    draft.chapter_mut("own").look = Look::Task(TASK.to_owned());
    let course = site.publish(&draft).await;
    let company = site.company().await;
    site.license(company, &course).await;
    let cohort = site.cohort(company, &course, None).await;
    let chapter = site.site.catalogue.chapter(&site.site.db, course.chapter_id("own")).await.expect("it is read");
    let chapter = chapter.expect("it is there");
    let (chapter, version) = (chapter.chapter().id, chapter.chapter().version);
    site.write(move |tx| {
        for number in 0..SUBMISSIONS {
            let at =
                Ts::now() - TimeDelta::days(1) + TimeDelta::seconds(i64::try_from(number).expect("a small number"));
            let somebody = add_somebody(tx, company, &format!("trainee-{number}"), at)?;
            add_submission(tx, somebody, (chapter, version), cohort, at)?;
        }
        Ok(())
    })
    .await;

    let mut tutors = Vec::new();
    for _ in 0..TUTORS {
        let tutor = site.person(company, Role::Tutor, Scope::Cohort(cohort.0)).await;
        tutor.sign_in().await;
        tutors.push(tutor);
    }
    let hall = Arc::new(Hall {
        site,
        other: Mutex::new(Some(other)),
        killed: AtomicBool::new(false),
        ran_out: Mutex::default(),
        decided: AtomicUsize::new(0),
        intrusions: AtomicUsize::new(0),
    });
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let work = tutors.iter().enumerate().map(|(index, tutor)| {
        let hall = Arc::clone(&hall);
        let rng = StdRng::seed_from_u64(seed.wrapping_add(index as u64));
        tokio::spawn(grade(hall, tutor.clone(), index, rng))
    });
    for done in join_all(work).await {
        done.expect("a tutor came to the end of the queue");
    }
    hall.is_sent().await;
    hall.holds().await;
}

/// One tutor, until nothing is left. Half of them begin at the process that is killed.
async fn grade(hall: Arc<Hall>, tutor: Person, index: usize, mut rng: StdRng) {
    let mut last = None;
    loop {
        let Some((status, item)) = hall.ask(&tutor, index, Method::POST, "/api/v1/desk/queue/next", None).await else {
            continue;
        };
        if status == 204 {
            // What others hold may come back; who was answered by the killed process does not know what they hold.
            match hall.one_left().await {
                None => return,
                Some(id) if rng.random_bool(0.1) => hall.runs_out(id).await,
                Some(_) => tokio::task::yield_now().await,
            }
            continue;
        }
        assert_eq!(status, 200, "{item}");
        let id = item["id"].as_i64().expect("an id");
        let decision = format!("/api/v1/desk/submissions/{id}/decision");
        let body =
            json!({ "revision": 0, "feedback": feedback(if rng.random_bool(0.5) { "passed" } else { "needs_work" }) });
        match rng.random_range(0..100) {
            // They think about it for too long.
            0..5 => hall.runs_out(SubmissionId(id)).await,
            5..10 => {
                _ = hall
                    .ask(&tutor, index, Method::DELETE, &format!("/api/v1/desk/submissions/{id}/claim"), None)
                    .await;
                continue;
            }
            // They try one that is not theirs any more.
            10..15 if last.is_some() => {
                let other = format!("/api/v1/desk/submissions/{}/decision", last.unwrap_or_default());
                if let Some((status, answer)) = hall.ask(&tutor, index, Method::POST, &other, Some(&body)).await {
                    assert!(matches!((status, answer["code"].as_str()), (409, _) | (200, None)), "{status} {answer}");
                    hall.intrusions.fetch_add(1, Ordering::Relaxed);
                }
            }
            _ => {}
        }
        // A lost answer is asked for again, as a browser does.
        let answer = loop {
            if let Some(answer) = hall.ask(&tutor, index, Method::POST, &decision, Some(&body)).await {
                break answer;
            }
        };
        match answer.0 {
            200 if rng.random_bool(0.03) => {
                _ = hall.ask(&tutor, index, Method::DELETE, &decision, None).await;
                _ = hall
                    .ask(
                        &tutor,
                        index,
                        Method::POST,
                        &decision,
                        Some(&json!({ "revision": 1, "feedback": body["feedback"] })),
                    )
                    .await;
            }
            200 => {}
            // It ran out, and somebody else may have it.
            409 => assert!(matches!(answer.1["code"].as_str(), Some("not_held" | "already_decided")), "{}", answer.1),
            _ => panic!("{answer:?}"),
        }
        last = Some(id);
        if hall.decided.fetch_add(1, Ordering::Relaxed) == SUBMISSIONS / 2 {
            hall.kill();
        }
    }
}

impl Hall {
    /// Asks one of the two processes; nothing where it has just been killed.
    async fn ask(
        &self,
        tutor: &Person,
        index: usize,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let elsewhere = (index % 2 == 1 && !self.killed.load(Ordering::Relaxed))
            .then(|| self.other.lock().expect("nobody panicked").as_ref().map(|other| other.url.clone()))
            .flatten();
        let browser = elsewhere.map_or_else(|| tutor.via(&self.site.url), |url| tutor.via(&url));
        let mut request = browser.as_page(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        // One process waits for the other to let go of the file.
        if status == 503 {
            return None;
        }
        let bytes = response.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    fn kill(&self) {
        if let Some(mut other) = self.other.lock().expect("nobody panicked").take() {
            other.kill();
            self.killed.store(true, Ordering::Relaxed);
        }
    }

    /// A claim that goes on runs out.
    async fn runs_out(&self, id: SubmissionId) {
        let out = self
            .site
            .write(move |tx| {
                let row = submissions::table
                    .find(id)
                    .filter(submissions::holder_id.is_not_null())
                    .filter(submissions::sends_at.is_null());
                diesel::update(row).set(submissions::held_until.eq(Ts::now() - TimeDelta::seconds(1))).execute(tx)
            })
            .await;
        *self.ran_out.lock().expect("nobody panicked").entry(id).or_default() += out;
    }

    /// Something that nobody has decided yet.
    async fn one_left(&self) -> Option<SubmissionId> {
        let left = submissions::table.filter(submissions::sends_at.is_null()).filter(submissions::state.eq("waiting"));
        let found = left.select(submissions::id).limit(1);
        self.site.write(move |tx| found.first(tx).optional()).await
    }

    async fn is_sent(&self) {
        self.site
            .write(|tx| {
                let waiting = submissions::table.filter(submissions::sends_at.is_not_null());
                diesel::update(waiting).set(submissions::sends_at.eq(Ts::now() - TimeDelta::seconds(1))).execute(tx)
            })
            .await;
        while self
            .site
            .write(|tx| submissions::table.filter(submissions::sends_at.is_not_null()).count().get_result::<i64>(tx))
            .await
            > 0
        {
            tenarai::grading::send_all(&self.site.site).await.expect("it is sent");
        }
    }

    /// None was lost, none was claimed by two, and whoever decided had it.
    async fn holds(&self) {
        let (made, left, events, drafts) = self
            .site
            .write(|tx| {
                let made: Vec<(SubmissionId, i64, UserId)> = decisions::table
                    .select((decisions::submission_id, decisions::number, decisions::tutor_id))
                    .load(tx)?;
                let left: i64 = submissions::table.filter(submissions::state.eq("waiting")).count().get_result(tx)?;
                let events: Vec<(SubmissionId, UserId, String)> = grading_events::table
                    .order(grading_events::id)
                    .select((grading_events::submission_id, grading_events::user_id, grading_events::kind))
                    .load(tx)?;
                let drafts: i64 =
                    grading_drafts::table.filter(grading_drafts::decided_at.is_not_null()).count().get_result(tx)?;
                Ok((made, left, events, drafts))
            })
            .await;
        assert_eq!((made.len(), left, drafts), (SUBMISSIONS, 0, 0), "each is decided once");
        assert!(made.iter().all(|(_, number, _)| *number == 1), "and no more than once");
        let mut by_submission: HashMap<SubmissionId, Vec<(UserId, String)>> = HashMap::new();
        for (submission, user, kind) in events {
            by_submission.entry(submission).or_default().push((user, kind));
        }
        let ran_out = self.ran_out.lock().expect("nobody panicked");
        for (submission, _, tutor) in made {
            let events = &by_submission[&submission];
            let mut holder = None;
            let mut claims = 0;
            let mut free = 0;
            for (user, kind) in events {
                match kind.as_str() {
                    "claimed" => {
                        claims += 1;
                        holder = Some(*user);
                    }
                    "released" => {
                        assert_eq!(holder, Some(*user), "{submission}: {events:?}");
                        free += 1;
                        holder = None;
                    }
                    _ => assert_eq!(holder, Some(*user), "{submission}: {events:?}"),
                }
            }
            assert_eq!(holder, Some(tutor), "{submission}: {events:?}");
            let given_up = free + ran_out.get(&submission).copied().unwrap_or(0);
            assert!(claims <= given_up + 1, "{submission} was claimed by two at once: {events:?}");
        }
        assert!(self.killed.load(Ordering::Relaxed), "a process was killed in the middle");
        assert!(self.intrusions.load(Ordering::Relaxed) > 0, "somebody tried what was not theirs");
    }
}
