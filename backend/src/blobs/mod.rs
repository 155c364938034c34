//! Content-addressed storage: handouts, data and images, by their SHA-256. Owns the folder `blobs` of the data
//! directory (or a bucket), no tables.
//!
//! What is stored never changes, so storing it twice is harmless and a reader may cache it for ever.

mod error;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, str};

use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use error::Error;

/// The SHA-256 of a blob, 64 hexadecimal digits in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlobId(String);

impl BlobId {
    /// The id these bytes have.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl str::FromStr for BlobId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let valid = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        valid.then(|| Self(text.to_owned())).ok_or(Error::NotAnId)
    }
}

impl TryFrom<String> for BlobId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<BlobId> for String {
    fn from(id: BlobId) -> Self {
        id.0
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Handle to the store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Opens the store in a folder, which is made if it is missing.
    pub fn in_folder(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|source| Error::folder(folder, source))?;
        // Learners' code runs on the same machine under other uids. A folder that is not ours is its owner's to close.
        let _ = std::fs::set_permissions(folder, Permissions::from_mode(0o700));
        let store = LocalFileSystem::new_with_prefix(folder).map_err(Error::from)?.with_fsync(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// Opens the store over any object store, a bucket for one.
    pub fn over(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    /// Stores the bytes, durably and all or nothing. Bytes that are there already are left alone: publishing a
    /// course again writes only what changed, and what was lost or damaged.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<BlobId, Error> {
        let id = BlobId::of(&bytes);
        let key = key(&id);
        match self.get(&id).await {
            Ok(_) => return Ok(id),
            // Changed by something that is not us; what is written now replaces it.
            Err(Error::Damaged(_) | Error::NotFound) => {}
            Err(error) => return Err(error),
        }
        self.store.put(&key, PutPayload::from(bytes)).await?;
        Ok(id)
    }

    /// Reads a blob and makes sure that it is what was stored.
    pub async fn get(&self, id: &BlobId) -> Result<Vec<u8>, Error> {
        let bytes = self.store.get(&key(id)).await?.bytes().await?;
        if BlobId::of(&bytes) == *id { Ok(bytes.into()) } else { Err(Error::Damaged(id.clone())) }
    }
}

/// Two levels of 256 folders, so that none grows long.
fn key(id: &BlobId) -> Key {
    let id = id.as_str();
    Key::from_iter([&id[..2], &id[2..4], id])
}

#[cfg(test)]
mod tests;
