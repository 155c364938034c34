//! SQLite's one writer: a thread that gathers what waits into one transaction (group commit).
//!
//! Each job runs in a savepoint of its own, so one that fails takes nothing else with it, and hears
//! back only after the COMMIT that makes it durable. With 64 writers this gave no SQLITE_BUSY and the
//! shortest tail of all arrangements measured.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager, TransactionManagerStatus};

use super::connection::{Access, AnyConnection, Target};
use super::error::Error;

/// More would only make the first of a batch wait longer.
const MOST_JOBS_A_COMMIT: usize = 64;

/// Runs inside the transaction; what it returns is told the fate of the COMMIT.
pub type Job = Box<dyn FnOnce(&mut AnyConnection) -> Reply + Send>;
pub type Reply = Box<dyn FnOnce(Result<(), CommitFailed>) + Send>;

/// The COMMIT failed, and with it every job of its batch.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the commit failed: {0}")]
pub struct CommitFailed(String);

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
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(MOST_JOBS_A_COMMIT - 1));
        commit_together(&mut connection, batch);
    }
}

fn commit_together(connection: &mut AnyConnection, batch: Vec<Job>) {
    let AnyConnection::Sqlite(sqlite) = connection else {
        unreachable!("the writer thread is SQLite's");
    };
    if let Err(error) = AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE") {
        // The jobs are dropped unrun; their callers hear that nothing was written.
        tracing::error!(%error, jobs = batch.len(), "cannot begin a transaction");
        return;
    }
    let mut replies = Vec::with_capacity(batch.len());
    for job in batch {
        // A job that panics is dropped with its caller's channel; its savepoint was rolled back by diesel.
        match catch_unwind(AssertUnwindSafe(|| job(connection))) {
            Ok(reply) => replies.push(reply),
            Err(_) => tracing::error!("a write panicked"),
        }
    }
    let outcome = AnyConnection::commit_transaction(connection).map_err(|error| {
        tracing::error!(%error, jobs = replies.len(), "a commit failed; none of its writes took place");
        CommitFailed(error.to_string())
    });
    if outcome.is_err() {
        clear_up(connection);
    }
    for reply in replies {
        reply(outcome.clone());
    }
}

/// SQLite ends the whole transaction by itself when the disk is full; diesel then still believes in one.
fn clear_up(connection: &mut AnyConnection) {
    if let AnyConnection::Sqlite(sqlite) = connection {
        let _ = sqlite.batch_execute("ROLLBACK");
        *AnsiTransactionManager::transaction_manager_status_mut(sqlite) = TransactionManagerStatus::default();
    }
}
