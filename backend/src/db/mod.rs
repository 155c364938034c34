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

use connection::Pool;
use writer::Writer;

/// Handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    target: Target,
    readers: Pool,
    writer: Option<Writer>,
}

impl Db {
    /// Opens a database that has been migrated. `connections` bounds the pool.
    pub fn open(target: &Target, connections: u32) -> Result<Self, Error> {
        let (access, writer) = match target {
            Target::Sqlite(_) => (Access::Read, Some(Writer::start(target)?)),
            Target::Postgres(_) => (Access::Write, None),
        };
        Ok(Self { target: target.clone(), readers: connection::pool(target, access, connections), writer })
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

    async fn on_pool<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let pool = self.readers.clone();
        tokio::task::spawn_blocking(move || {
            let mut connection = pool.get().map_err(|error| Error::Unavailable(Box::new(error)))?;
            work(&mut connection)
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
        let result = connection.transaction(work);
        Box::new(move |committed| {
            let result = match (result, committed) {
                (Ok(_), Err(failed)) => Err(Error::Unavailable(Box::new(failed)).into()),
                (result, _) => result,
            };
            // The caller may have gone; what was committed stays.
            let _ = answer.send(result);
        })
    }))?;
    answered.await.unwrap_or_else(|_| Err(Error::Unavailable("the write was not carried out".into()).into()))
}
