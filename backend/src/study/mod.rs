//! Studying: chapters opened, read, run and completed. Tables: `chapter_progress`, `cell_progress`,
//! `course_progress`, `cell_events`.

mod chapter;
mod events;
mod home;
mod model;
mod outline;
pub mod problems;
mod progress;
mod rules;
mod trainee;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::courses::ChapterRef;
use crate::db::AnyConnection;
use crate::db::types::{Ts, UserId};
use crate::http::problem::Problem;

pub use trainee::TraineeOfChapter;

/// The quiz of this chapter was passed: completes it where that meets its rule, in the caller's transaction.
pub fn passed(tx: &mut AnyConnection, user: UserId, chapter: &ChapterRef, at: Ts) -> Result<(), Problem> {
    let step = model::Step { at: Some(at), passed_at: Some(at), ..model::Step::default() };
    if progress::advance(tx, user, chapter, &step)?.course_changed {
        progress::roll_up(tx, user, chapter)?;
    }
    Ok(())
}

pub fn routes(api: &mut ServiceConfig) {
    api.service(chapter::open)
        .service(events::send)
        .service(home::home)
        .service(home::list)
        .service(outline::outline)
        .service(chapter::mark);
}
