//! SQLite's one writer: a thread that gathers what waits into one transaction (group commit).
//!
//! Each job runs in a savepoint of its own, so one that fails takes nothing else with it, and hears
//! back only after the COMMIT that makes it durable. With 64 writers this gave no SQLITE_BUSY and the
//! shortest tail of all arrangements measured.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager, TransactionManagerStatus};

use super::connection::{Access, AnyConnection, Target};
use super::error::Error;

/// More would only make the first of a batch wait longer.
const MOST_JOBS_A_COMMIT: usize = 64;

/// Runs inside the transaction. Returns whom to tell the fate of the COMMIT, and whether the transaction still lives.
pub type Job = Box<dyn FnOnce(&mut AnyConnection) -> (Reply, bool) + Send>;
pub type Reply = Box<dyn FnOnce(Result<(), CommitFailed>) + Send>;

/// Nothing of a batch was written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitFailed {
    #[error("the disk is full: {0}")]
    Full(String),
    #[error("the commit failed: {0}")]
    Other(String),
    #[error("another write of the same moment brought the transaction down")]
    Ended,
}

impl From<CommitFailed> for Error {
    fn from(failed: CommitFailed) -> Self {
        match failed {
            CommitFailed::Full(_) => Self::Full(Box::new(failed)),
            CommitFailed::Other(_) | CommitFailed::Ended => Self::Unavailable(Box::new(failed)),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Opens the database for writing and starts the thread; it ends with the last `Writer`.
    pub fn start(target: &Target) -> Result<Self, Error> {
        let connection = target.connect(Access::Write).map_err(|error| Error::Unavailable(Box::new(error)))?;
        let (jobs, waiting) = mpsc::channel();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(connection, &waiting))
            .map_err(|error| Error::Unavailable(Box::new(error)))?;
        Ok(Self { jobs })
    }

    pub fn send(&self, job: Job) -> Result<(), Error> {
        self.jobs.send(job).map_err(|_| Error::Unavailable("the writer has stopped".into()))
    }
}

fn run(mut connection: AnyConnection, waiting: &mpsc::Receiver<Job>) {
    let mut batch = VecDeque::new();
    while let Some(first) = batch.pop_front().or_else(|| waiting.recv().ok()) {
        batch.push_front(first);
        batch.extend(waiting.try_iter().take(MOST_JOBS_A_COMMIT.saturating_sub(batch.len())));
        commit_together(&mut connection, &mut batch);
    }
}

/// Runs the batch and commits it. Where a job brings the transaction down, those behind it stay for the next.
fn commit_together(connection: &mut AnyConnection, batch: &mut VecDeque<Job>) {
    let AnyConnection::Sqlite(sqlite) = connection else {
        unreachable!("the writer thread is SQLite's");
    };
    if let Err(error) = AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE") {
        // The jobs are dropped unrun; their callers hear that nothing was written.
        tracing::error!(%error, jobs = batch.len(), "cannot begin a transaction");
        batch.clear();
        return;
    }
    let mut replies = Vec::with_capacity(batch.len());
    let mut lives = true;
    while lives && let Some(job) = batch.pop_front() {
        match catch_unwind(AssertUnwindSafe(|| job(connection))) {
            Ok((reply, still)) => {
                replies.push(reply);
                lives = still;
            }
            // It is dropped with its caller's channel. Nobody knows how deep in savepoints it was: a COMMIT now would
            // release one of them, and what is told to be durable would be lost with the process.
            Err(_) => lives = false,
        }
    }
    let outcome = if lives { commit(connection) } else { Err(CommitFailed::Ended) };
    if let Err(error) = &outcome {
        // Each of those who asked reports it; this line says that they were one.
        tracing::warn!(%error, jobs = replies.len(), "none of these writes took place");
        clear_up(connection);
    }
    for reply in replies {
        reply(outcome.clone());
    }
}

fn commit(connection: &mut AnyConnection) -> Result<(), CommitFailed> {
    AnyConnection::commit_transaction(connection).map_err(|error| {
        let text = error.to_string();
        match Error::from(error) {
            Error::Full(_) => CommitFailed::Full(text),
            _ => CommitFailed::Other(text),
        }
    })
}

/// SQLite ends the whole transaction by itself when the disk is full; diesel then still believes in one.
fn clear_up(connection: &mut AnyConnection) {
    if let AnyConnection::Sqlite(sqlite) = connection {
        let _ = sqlite.batch_execute("ROLLBACK");
        *AnsiTransactionManager::transaction_manager_status_mut(sqlite) = TransactionManagerStatus::default();
    }
}
