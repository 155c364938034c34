//! What can go wrong with a blob.

use std::io;
use std::path::Path;

use super::BlobId;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a blob is named by 64 hexadecimal digits")]
    NotAnId,
    #[error("no such blob")]
    NotFound,
    #[error("blob {0} is damaged: its content no longer has that hash")]
    Damaged(BlobId),
    #[error("the disk that holds the blobs is full; nothing was changed. Free some space and try again")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the folder of the blobs, {folder}, cannot be used")]
    Folder { folder: String, source: io::Error },
    #[error("the blob store cannot be used")]
    Store(#[source] object_store::Error),
}

impl Error {
    pub(super) fn folder(folder: &Path, source: io::Error) -> Self {
        if is_full(&source) {
            return Self::Full(Box::new(source));
        }
        Self::Folder { folder: folder.display().to_string(), source }
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            error if is_full(&error) => Self::Full(Box::new(error)),
            error => Self::Store(error),
        }
    }
}

/// The reason sits somewhere down the chain; the store has no error of its own for it.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| {
        error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    })
}
