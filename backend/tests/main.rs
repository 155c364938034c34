//! Stories: what people and programs do with the site, through HTTP, on SQLite and on PostgreSQL.
//!
//! One binary, for linking is what takes the time. A story is named as a sentence and lives where its room does:
//! `src/study/events.rs` is told in `tests/study/events.rs`. `cargo test -p tenarai --test stories -- sign_in` runs
//! some of them. PostgreSQL and Redis are started here and end with the run; nothing else is needed.

#[macro_use]
mod support;

mod accounts;
mod assignments;
mod bad_days;
mod checks;
mod content;
mod courses;
mod demo;
mod grading;
mod http;
mod live;
mod notebooks;
mod organisations;
mod permissions;
mod quizzes;
mod sessions;
mod study;
mod telemetry;
