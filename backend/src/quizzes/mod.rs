//! Taking quizzes: attempts, answers, results. Tables: `quiz_attempts`, `quiz_answers`.
//!
//! What is asked, and what is right, is `content`'s; here is who answered what, when, and what it was worth.

mod attempt;
mod closing;
mod model;
pub mod problems;
mod routes;
mod scoring;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub use closing::{close_all, close_overdue};

pub fn routes(api: &mut ServiceConfig) {
    api.service(routes::overview)
        .service(routes::begin)
        .service(routes::open)
        .service(routes::answer)
        .service(routes::submit);
}
