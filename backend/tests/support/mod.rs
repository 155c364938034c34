//! What stories are told with: a running site, people at their browsers, courses, companies.

mod answer;
mod browser;
mod course;
mod events;
mod hub;
mod keeper;
mod person;
mod plan;
mod post_office;
pub mod postgres;
pub mod program;
mod redis;
mod site;
pub mod submissions;

use std::time::{Duration, Instant};

pub use answer::Answer;
pub use browser::Browser;
pub use course::{ChapterDraft, Course, CourseDraft, Look};
pub use events::Events;
pub use hub::FakeHub;
pub use person::{Company, PASSWORD, Person};
pub use plan::Plan;
pub use post_office::PostOffice;
pub use program::Program;
pub use redis::Redis;
pub use site::{HUB_SERVICE_TOKEN, TestSite};

/// Tells a story on SQLite, on PostgreSQL, and on two processes that share a PostgreSQL and a Redis: `#[apply(story)] async fn …(site: TestSite)`, or, where the
/// site needs settings of its own, `(plan: Plan)`.
macro_rules! story {
    ($(#[$attribute:meta])* async fn $name:ident($site:ident: $what:ty) $body:block) => {
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn told($site: $what) $body

            #[test]
            fn on_sqlite() {
                $crate::support::tell($crate::support::Plan::on_sqlite(), told);
            }

            #[test]
            fn on_postgres() {
                $crate::support::tell($crate::support::Plan::on_postgres(), told);
            }

            #[test]
            fn on_two_processes() {
                $crate::support::tell($crate::support::Plan::on_two_processes(), told);
            }
        }
    };
}

/// What a story begins with.
pub trait Beginning {
    async fn of(plan: Plan) -> Self;
}

impl Beginning for Plan {
    async fn of(plan: Plan) -> Self {
        plan
    }
}

impl Beginning for TestSite {
    async fn of(plan: Plan) -> Self {
        plan.start().await
    }
}

/// Runs a story as the server runs: on a runtime of several threads.
pub fn tell<B: Beginning, F: Future<Output = ()>>(plan: Plan, story: impl FnOnce(B) -> F) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async { story(B::of(plan).await).await });
    // Followers and streams may still be waiting for something; nobody needs it any more.
    runtime.shutdown_background();
}

/// Asks again and again until there is an answer; the story fails where there is none in time.
#[track_caller]
pub fn within<T>(
    time: Duration,
    what: &'static str,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        let begun = Instant::now();
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            assert!(begun.elapsed() < time, "{caller}: not within {time:?}: {what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
