//! The data files of a course: they are put beside the notebooks of every trainee.

use super::digest::Digest;
use super::{FileDraft, Folder};
use crate::content::folder::{ALL_DATA_LIMIT, DATA_LIMIT};
use crate::content::report::{Notes, Position, Report};

pub fn read(folder: &Folder, digest: &mut Digest, report: &mut Report) -> Vec<FileDraft> {
    let mut total = 0;
    let mut files = Vec::new();
    for path in folder.under("data") {
        if !is_portable(path) {
            let message = "this name does not work everywhere: avoid control characters and any of \\ : * ? \" < > |";
            Notes { file: path, report }.error(Position::START, "bad_file_name", message);
        }
        let Some(bytes) = folder.read(path, DATA_LIMIT, report) else { continue };
        let size = bytes.len() as u64;
        total += size;
        files.push(FileDraft { path: path.to_owned(), blob: digest.add(path, &bytes), size });
    }
    if total > ALL_DATA_LIMIT {
        let message = format!("the data files together may have at most {} MB", ALL_DATA_LIMIT >> 20);
        report.error("data", Position::START, "too_large", message);
    }
    files
}

fn is_portable(path: &str) -> bool {
    path.len() <= 200
        && path.split('/').all(|name| {
            !name.ends_with(['.', ' ']) && !name.chars().any(|c| c.is_control() || "\\:*?\"<>|".contains(c))
        })
}
