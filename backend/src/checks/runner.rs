//! Who runs checks. Here a process of this machine; on a cluster it will be a job of the notebook image.

use async_trait::async_trait;

use super::job::Job;
use super::outcome::Outcome;

#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    #[error("the files of a run cannot be laid out")]
    Files(#[from] std::io::Error),
    #[error("the runner of checks cannot work: {0}")]
    Unable(String),
    #[error("the runner of checks did not end in time")]
    Endless,
    #[error("the runner of checks said what is no result")]
    Nonsense(#[from] serde_json::Error),
}

/// Runs the checks of one notebook. An error is the machine's; whatever the notebook does is an outcome.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Whether checks can run here at all; the reason where they cannot.
    async fn can(&self) -> Result<(), RunnerError>;
    async fn run(&self, job: &Job) -> Result<Outcome, RunnerError>;
}
