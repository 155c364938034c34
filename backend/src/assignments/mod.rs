//! Handing in: what trainees gave, when, from what, and where it stands. Tables: `submissions`.
//!
//! What is asked for, and how it is scored, is `content`'s.

mod hand_in;
mod model;
mod own;
pub mod problems;
pub mod queue;
mod routes;
mod snapshot;
mod trial;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::{Holder, SubmissionRow, SubmissionState, of, standing_of};
pub use own::OwnSubmission;
pub use routes::notebook_file;
pub use view::{CriterionView, Submission, criteria};

pub fn routes(api: &mut ServiceConfig) {
    api.service(routes::overview)
        .service(hand_in::hand_in)
        .service(routes::open)
        .service(routes::withdraw)
        .service(routes::notebook)
        .service(trial::run);
}
