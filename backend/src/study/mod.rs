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

pub fn routes(api: &mut ServiceConfig) {
    api.service(chapter::open)
        .service(events::send)
        .service(home::home)
        .service(home::list)
        .service(outline::outline)
        .service(chapter::mark);
}
