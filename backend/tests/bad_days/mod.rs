//! Full disks, kills, half-done upgrades. Each ends in a clear sentence, and nothing that was acknowledged is lost.

mod full_disk;
mod killed;
mod migration;
mod panicked;
mod postgres_restarted;
mod start;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Course, Person};

const EVENTS: &str = "/api/v1/study/events";

/// So many runs of a cell, none of them told before.
fn some_runs(course: &Course, count: usize) -> Value {
    let run = || {
        json!({ "id": Uuid::now_v7(), "chapter_id": course.chapter_id("values"), "at": chrono::Utc::now(),
            "type": "cell_executed", "path": course.notebook("values"), "cell_id": "one", "cell_index": 1,
            "execution_count": 1, "success": true, "error": null, "duration_ms": 5, "source_sha256": "0".repeat(64) })
    };
    json!({ "events": (0..count).map(|_| run()).collect::<Vec<_>>() })
}

async fn report_runs(person: &Person, course: &Course, count: usize) -> Answer {
    person.post(EVENTS, some_runs(course, count)).await
}

/// One run, reported to a site that may be gone.
async fn try_to_report(person: &Person, course: &Course) -> Option<Answer> {
    let request = person.as_page(Method::POST, EVENTS).json(&some_runs(course, 1));
    Answer::try_read(request.send().await.ok()?).await
}

/// How many runs of that cell the site knows of.
async fn runs(person: &Person, course: &Course) -> u64 {
    let progress = person.get(&course.chapter("values")).await.ok()["progress"].clone();
    progress["cells"][0]["runs"].as_u64().unwrap_or(0)
}
