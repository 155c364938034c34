//! What can go wrong in a database, sorted by what a caller can do about it.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such row")]
    NotFound,
    #[error("a row with that key exists already")]
    Taken(#[source] DieselError),
    #[error("the disk of the database is full")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the database cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the database refused a statement")]
    Other(#[source] DieselError),
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Taken(error),
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => Self::Unavailable(Box::new(error)),
            DieselError::DatabaseError(_, info) if is_full(info.message()) => Self::Full(Box::new(error)),
            DieselError::DatabaseError(_, info) if is_gone(info.message()) => Self::Unavailable(Box::new(error)),
            DieselError::BrokenTransactionManager => Self::Unavailable(Box::new(error)),
            _ => Self::Other(error),
        }
    }
}

/// Neither driver passes the error number on; the words are those of SQLITE_FULL and SQLSTATE 53100.
fn is_full(message: &str) -> bool {
    message.contains("database or disk is full") || message.contains("No space left on device")
}

fn is_gone(message: &str) -> bool {
    message.contains("server closed the connection")
        || message.contains("terminating connection")
        || message.contains("no connection to the server")
}
