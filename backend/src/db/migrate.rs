//! Migrations, carried in the binary.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Access, AnyConnection, MultiBackend, Target};

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Any number; it only has to be the same in every process that may migrate one database.
const ADVISORY_LOCK: i64 = 0x7465_6e61_7261_6931;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot open the database")]
    Connect(#[from] diesel::ConnectionError),
    #[error(
        "the database is newer than this binary: it has migration {0}, which this version does not know. \
         Start the version that made it, or restore a backup from before the upgrade"
    )]
    Newer(String),
    #[error("migration failed; the database is as it was before that step")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Brings the database up to this binary and returns the names of the steps taken.
pub fn run(target: &Target) -> Result<Vec<String>, Error> {
    let _turn = take_turn(target).map_err(|error| Error::Failed(Box::new(error)))?;
    let mut connection = target.connect(Access::Write)?;
    lock(&mut connection).map_err(|error| Error::Failed(Box::new(error)))?;
    let known: Vec<Box<dyn Migration<MultiBackend>>> = match target {
        Target::Sqlite(_) => SQLITE.migrations(),
        Target::Postgres(_) => POSTGRES.migrations(),
    }
    .map_err(Error::Failed)?;
    refuse_newer(&mut connection, &known)?;
    let applied = match target {
        Target::Sqlite(_) => connection.run_pending_migrations(SQLITE),
        Target::Postgres(_) => connection.run_pending_migrations(POSTGRES),
    }
    .map_err(Error::Failed)?;
    Ok(applied.iter().map(MigrationVersion::to_string).collect())
}

/// Two processes started at once take turns. SQLite's own lock is let go between two steps, so the folder is locked;
/// not the file, since closing it would take SQLite's locks with it.
fn take_turn(target: &Target) -> std::io::Result<Option<File>> {
    let Target::Sqlite(path) = target else { return Ok(None) };
    let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or(Path::new(".")))?;
    folder.lock()?;
    Ok(Some(folder))
}

/// The same on PostgreSQL; the lock goes with the connection.
fn lock(connection: &mut AnyConnection) -> diesel::QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(postgres) => {
            postgres.batch_execute(&format!("SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        }
    }
}

fn refuse_newer(connection: &mut AnyConnection, known: &[Box<dyn Migration<MultiBackend>>]) -> Result<(), Error> {
    let known: BTreeSet<String> = known.iter().map(|step| step.name().version().to_string()).collect();
    let applied = connection.applied_migrations().map_err(Error::Failed)?;
    match applied.iter().map(MigrationVersion::to_string).find(|version| !known.contains(version)) {
        Some(unknown) => Err(Error::Newer(unknown)),
        None => Ok(()),
    }
}
