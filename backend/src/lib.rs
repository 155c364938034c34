//! Tenarai: the server of an e-learning site where the text of a chapter stands beside a live notebook.
//!
//! A room is a folder with a front door (`mod.rs`); nobody else writes its tables. See `docs/architecture.md`.

pub mod accounts;
mod allocator;
pub mod assignments;
pub mod blobs;
pub mod checks;
pub mod cli;
pub mod config;
pub mod content;
pub mod courses;
pub mod db;
pub mod demo;
pub mod grading;
pub mod http;
pub mod live;
mod locale;
pub mod mail;
pub mod notebooks;
pub mod notifications;
pub mod organisations;
mod private_file;
pub mod quizzes;
pub mod rendering;
mod service_token;
pub mod sessions;
pub mod site;
pub mod study;
pub mod telemetry;
