mod chapter;
mod completion;
mod concurrency;
mod events;
mod home;
mod outline;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Course, Person};

const SHA: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// An event of this kind that happened just now, with what else it says.
fn event(course: &Course, key: &str, kind: &str, more: Value) -> Value {
    let mut event = json!({ "id": Uuid::now_v7(), "chapter_id": course.chapter_id(key), "at": chrono::Utc::now(),
        "type": kind });
    for (name, value) in more.as_object().into_iter().flatten() {
        event[name] = value.clone();
    }
    event
}

/// A run of a cell of the usual coding chapter, `values`.
fn run(course: &Course, cell: &str, success: bool) -> Value {
    let error = if success { Value::Null } else { json!({ "name": "NameError" }) };
    let more = json!({ "path": course.notebook("values"), "cell_id": cell, "cell_index": 1, "execution_count": 1,
        "success": success, "error": error, "duration_ms": 12, "source_sha256": SHA });
    event(course, "values", "cell_executed", more)
}

async fn report(person: &Person, events: &[Value]) -> Answer {
    person.post("/api/v1/study/events", json!({ "events": events })).await
}

/// Reads the usual coding chapter and runs all its cells.
async fn work_through_values(person: &Person, course: &Course) -> Value {
    let events = [event(course, "values", "read", json!({})), run(course, "one", true), run(course, "two", true)];
    report(person, &events).await.ok()
}
