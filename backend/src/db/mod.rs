//! The database, SQLite or PostgreSQL: short transactions, run off the async threads.
//!
//! `read` gives a connection; `write` runs its closure in one transaction and answers when that is durable.

mod connection;
mod error;
pub mod migrate;
mod query;
pub mod schema;
pub mod types;
mod writer;

use std::time::Instant;

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use tokio::sync::oneshot;

pub use connection::{Access, AnyConnection, MultiBackend, Target};
pub use error::Error;
pub use query::{Both, Cached};

use connection::{Pool, Suspicion};
use writer::Writer;

/// Handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    target: Target,
    readers: Pool,
    suspicion: Suspicion,
    writer: Option<Writer>,
}

impl Db {
    /// Opens a database that has been migrated. `connections` bounds the pool.
    pub fn open(target: &Target, connections: u32) -> Result<Self, Error> {
        let (access, writer) = match target {
            Target::Sqlite(_) => (Access::Read, Some(Writer::start(target)?)),
            Target::Postgres(_) => (Access::Write, None),
        };
        let (readers, suspicion) = connection::pool(target, access, connections);
        Ok(Self { target: target.clone(), readers, suspicion, writer })
    }

    /// `sqlite` or `postgres`.
    pub fn name(&self) -> &'static str {
        self.target.name()
    }

    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let started = Instant::now();
        let result = self.on_pool(work).await;
        metrics::histogram!("tenarai_database_seconds", "operation" => "read").record(started.elapsed());
        result
    }

    /// One transaction: all of `work`, or nothing of it.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + From<DieselError> + Send + 'static,
    {
        let started = Instant::now();
        let result = match &self.writer {
            Some(writer) => on_writer(writer, work).await,
            None => self.on_pool(move |connection| connection.transaction(work)).await,
        };
        metrics::histogram!("tenarai_database_seconds", "operation" => "write").record(started.elapsed());
        result
    }

    /// The same for work that writes one statement only, which is a transaction by itself: it spares PostgreSQL two
    /// turns, of which a small write has hardly more.
    pub async fn write_one<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + From<DieselError> + Send + 'static,
    {
        if self.writer.is_some() {
            return self.write(work).await;
        }
        let started = Instant::now();
        let result = self.on_pool(work).await;
        metrics::histogram!("tenarai_database_seconds", "operation" => "write").record(started.elapsed());
        result
    }

    async fn on_pool<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (pool, suspicion) = (self.readers.clone(), self.suspicion.clone());
        tokio::task::spawn_blocking(move || {
            let mut connection = pool.get().map_err(|error| Error::Unavailable(Box::new(error)))?;
            let result = work(&mut connection);
            if result.is_err() {
                suspicion.check(&mut connection);
            }
            result
        })
        .await
        .unwrap_or_else(|panic| Err(Error::Unavailable(Box::new(panic)).into()))
    }
}

async fn on_writer<T, E, F>(writer: &Writer, work: F) -> Result<T, E>
where
    F: FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + From<DieselError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    writer.send(Box::new(move |connection| {
        let (result, transaction_lives) = in_savepoint(connection, work);
        let reply: writer::Reply = Box::new(move |committed| {
            let result = match (result, committed) {
                (Ok(_), Err(failed)) => Err(Error::from(failed).into()),
                (result, _) => result,
            };
            // The caller may have gone; what was committed stays.
            let _ = answer.send(result);
        });
        (reply, transaction_lives)
    }))?;
    answered.await.unwrap_or_else(|_| Err(Error::Unavailable("the write was not carried out".into()).into()))
}

/// What came of the work, and whether the transaction around it lives: SQLite ends it by itself when the disk is full,
/// and then the savepoint cannot be rolled back. The work's own error is the one to be told.
fn in_savepoint<T, E, F>(connection: &mut AnyConnection, work: F) -> (Result<T, E>, bool)
where
    F: FnOnce(&mut AnyConnection) -> Result<T, E>,
    E: From<DieselError>,
{
    let mut result = None;
    let ended = connection.transaction(|connection| {
        let done = work(connection);
        let undo = done.is_err();
        result = Some(done);
        if undo { Err(DieselError::RollbackTransaction) } else { Ok(()) }
    });
    match (result, ended) {
        (Some(result), Ok(()) | Err(DieselError::RollbackTransaction)) => (result, true),
        (Some(Err(error)), Err(_)) => (Err(error), false),
        (Some(Ok(_)) | None, Err(error)) => (Err(error.into()), false),
        (None, Ok(())) => (Err(DieselError::BrokenTransactionManager.into()), false),
    }
}
