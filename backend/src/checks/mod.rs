//! Automatic checks: what waits to be run, what came of it, and who runs it. Tables: `check_runs`.
//!
//! A run is a row before anything happens, so a process that ends loses none. What runs is somebody else's program: a
//! [`Runner`] keeps it away from everything, and its result is a proposal that a tutor decides on.

mod job;
mod local;
mod model;
mod outcome;
pub mod problems;
mod runner;
mod view;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::config::Settings;

pub use local::LocalRunner;
pub use model::{NewRun, RunRow, RunState, drop_open, enqueue, enqueue_trial, of_submission, trial_of};
pub use runner::{Runner, RunnerError};
pub use view::{CheckRun, proposed};
pub use worker::work;

/// The checks of this process; cheap to clone.
#[derive(Clone)]
pub struct Checks {
    runner: Option<Arc<dyn Runner>>,
    /// There is something to run.
    wake: Arc<Notify>,
    broken: Arc<AtomicBool>,
}

impl Checks {
    pub fn new(settings: &Settings) -> Self {
        let local = settings
            .checks_python
            .clone()
            .map(|python| -> Arc<dyn Runner> { Arc::new(LocalRunner::new(python, &settings.data_dir)) });
        Self { runner: local, wake: Arc::default(), broken: Arc::default() }
    }

    /// Whether checks are to be run at this site, though it may not be able to just now.
    pub fn are_configured(&self) -> bool {
        self.runner.is_some()
    }

    /// Whether checks are run at this site.
    pub fn can_run(&self) -> bool {
        self.runner.is_some() && !self.broken.load(Ordering::Relaxed)
    }

    /// Something was queued.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}
