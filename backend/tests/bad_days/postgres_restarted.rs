//! PostgreSQL is restarted, or another server takes over: all connections are gone at once.

use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::json;
use tenarai::db::{Access, Target};
use uuid::Uuid;

use crate::support::{Course, Person, Plan, TestSite, tell};

/// Two events, which is a transaction and no single statement.
async fn studies(person: &Person, course: &Course) -> u16 {
    let event = |kind: &str| json!({ "id": Uuid::now_v7(), "chapter_id": course.chapter_id("hello"), "at": chrono::Utc::now(), "type": kind });
    person.post("/api/v1/study/events", json!({ "events": [event("opened"), event("read")] })).await.status
}

#[test]
fn what_is_written_afterwards_is_written() {
    tell(Plan::on_postgres(), async |site: TestSite| {
        let course = site.course("ml").await;
        let trainee = site.trainee(&course).await;
        // All connections of the pool are open.
        for status in join_all((0..16).map(|_| studies(&trainee, &course))).await {
            assert_eq!(status, 200);
        }
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let operator = Target::parse(&site.settings().database_url).expect("a database");
        diesel::sql_query(others).execute(&mut operator.connect(Access::Write).expect("it opens")).expect("they end");
        // What meets a dead connection first fails, for it cannot be known how far it came; after that nothing does.
        let mut failures = 0;
        for _ in 0..40 {
            failures += usize::from(studies(&trainee, &course).await != 200);
        }
        assert!(failures <= 1, "{failures} of 40 failed");
    });
}
