//! The tutor's desk: who grades what, what they decide, and what the trainee is told.
//! Tables: `grading_drafts`, `decisions`, `appeals`, `grading_events`, `openings`, `snippets`, `moderations`.
//!
//! What waits, and who has it, is a matter of the submission itself: `assignments::queue`.

mod appeals;
mod claims;
mod decided;
mod deciding;
mod desk;
mod drafts;
mod feedback;
mod figures;
mod item;
mod model;
mod moderation;
mod pages;
pub mod problems;
mod queue;
mod returned;
mod sending;
mod snippets;
mod work;

use utoipa_actix_web::service_config::ServiceConfig;

pub use sending::{Outbound, send_all, send_decisions};

pub fn routes(api: &mut ServiceConfig) {
    api.service(queue::list)
        .service(queue::summary)
        .service(queue::next)
        .service(work::open)
        .service(pages::list)
        .service(pages::page)
        .service(pages::notebook)
        .service(claims::claim)
        .service(claims::release)
        .service(claims::take_over)
        .service(drafts::save)
        .service(deciding::decide)
        .service(deciding::take_back)
        .service(decided::list)
        .service(snippets::list)
        .service(snippets::add)
        .service(snippets::change)
        .service(snippets::delete)
        .service(moderation::list)
        .service(moderation::give)
        .service(figures::figures)
        .service(returned::feedback)
        .service(returned::cells)
        .service(returned::page)
        .service(appeals::make)
        .service(appeals::withdraw);
}
