//! Tenarai: the server of an e-learning site where the text of a chapter stands beside a live notebook.
//!
//! A room is a folder with a front door (`mod.rs`); nobody else touches its tables. See `docs/architecture.md`.

pub mod blobs;
pub mod content;
pub mod db;
