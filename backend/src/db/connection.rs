//! One connection type over both databases, and how one is opened.

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// What a connection is for; SQLite's readers cannot write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Target {
    /// Path of the file.
    Sqlite(String),
    /// A libpq URL.
    Postgres(String),
}

impl Target {
    /// Reads `sqlite:PATH` or `postgres://…`.
    pub fn parse(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(Self::Sqlite(path.trim_start_matches("//").to_owned()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err("expected sqlite:PATH or postgres://USER@HOST/DATABASE".to_owned())
    }

    /// `sqlite` or `postgres`, as metrics and logs name it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    pub fn connect(&self, access: Access) -> Result<AnyConnection, diesel::ConnectionError> {
        match self {
            Self::Sqlite(path) => {
                if access == Access::Write {
                    keep_to_ourselves(path);
                }
                let mut connection = SqliteConnection::establish(path)?;
                connection
                    .batch_execute(pragmas(access))
                    .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                Ok(AnyConnection::Sqlite(connection))
            }
            Self::Postgres(url) => PgConnection::establish(url).map(AnyConnection::Postgres),
        }
    }
}

/// Learners' code runs on the same machine under other uids, and the database holds the keys of the site: nobody else
/// may read the file. SQLite gives its companions the same mode. What cannot be changed is somebody else's, and theirs
/// to decide.
fn keep_to_ourselves(path: &str) {
    if path.is_empty() || path == ":memory:" || path.starts_with("file:") {
        return;
    }
    let _ = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    for file in [path.to_owned(), format!("{path}-wal"), format!("{path}-shm")] {
        if Path::new(&file).is_file() {
            let _ = std::fs::set_permissions(&file, Permissions::from_mode(0o600));
        }
    }
}

/// `busy_timeout` first: switching to WAL may itself have to wait.
fn pragmas(access: Access) -> &'static str {
    match access {
        Access::Write => {
            "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;"
        }
        Access::Read => {
            "PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000;"
        }
    }
}

/// Hands connections to the pool. Diesel's own manager cannot tell a missing server from a bad URL.
#[derive(Debug)]
pub struct Manager {
    target: Target,
    access: Access,
    suspicion: Suspicion,
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        self.target.connect(self.access).map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Self::Error> {
        if !self.suspicion.is_raised() {
            return Ok(());
        }
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        connection.is_broken()
    }
}

pub type Pool = diesel::r2d2::Pool<Manager>;

/// Whether the server may have gone away under the connections that are open: it was restarted, or another took over.
/// While that is so each is tried before it is used, which would otherwise be a turn too many.
#[derive(Debug, Clone)]
pub struct Suspicion {
    start: Instant,
    /// Seconds after `start` until which it lasts.
    until: Arc<AtomicU64>,
}

/// By then every connection of a pool that is used has been tried.
const SUSPICIOUS_FOR: Duration = Duration::from_secs(300);

impl Suspicion {
    fn none() -> Self {
        Self { start: Instant::now(), until: Arc::default() }
    }

    /// What failed may have failed for the connection's sake.
    pub fn check(&self, connection: &mut AnyConnection) {
        if connection.ping().is_err() {
            self.until.store((self.start.elapsed() + SUSPICIOUS_FOR).as_secs(), Ordering::Relaxed);
        }
    }

    fn is_raised(&self) -> bool {
        self.start.elapsed().as_secs() < self.until.load(Ordering::Relaxed)
    }
}

/// A pool that opens connections when they are first needed, and waits a short while for one.
pub fn pool(target: &Target, access: Access, size: u32) -> (Pool, Suspicion) {
    let suspicion = Suspicion::none();
    let manager = Manager { target: target.clone(), access, suspicion: suspicion.clone() };
    let pool = diesel::r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(Duration::from_secs(5))
        .build_unchecked(manager);
    (pool, suspicion)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_can_read_the_database() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.db");
        // As an earlier version left it.
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let mut connection = Target::Sqlite(path.display().to_string()).connect(Access::Write).unwrap();
        connection.batch_execute("CREATE TABLE secrets (key TEXT)").unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap()).collect();
        assert_eq!(files.len(), 3, "{files:?}");
        for file in files {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    }
}
