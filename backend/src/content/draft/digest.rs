//! One hash over everything a course is made from.

use std::collections::BTreeMap;

use crate::blobs::BlobId;

/// Raised when the same files are rendered differently, so that publishing again brings the change to the site.
const RENDERING: u32 = 1;

#[derive(Debug, Default)]
pub struct Digest {
    files: BTreeMap<String, BlobId>,
}

impl Digest {
    /// Takes in a file and gives its hash.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> BlobId {
        let id = BlobId::of(bytes);
        self.files.insert(path.to_owned(), id.clone());
        id
    }

    pub fn finish(&self) -> String {
        let mut listing = format!("rendering {RENDERING}\n");
        for (path, id) in &self.files {
            listing.push_str(&format!("{id} {path}\n"));
        }
        BlobId::of(listing.as_bytes()).into()
    }
}
