//! The course's folder on disk: reads only regular files inside it, and none that is too large.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::report::{Notes, Position, Report};

pub const TEXT_LIMIT: u64 = 1 << 20;
pub const NOTEBOOK_LIMIT: u64 = 10 << 20;
pub const IMAGE_LIMIT: u64 = 5 << 20;
pub const DATA_LIMIT: u64 = 20 << 20;
/// All data files of a course together: every trainee gets a copy.
pub const ALL_DATA_LIMIT: u64 = 200 << 20;
const MOST_FILES: usize = 5_000;
const DEEPEST: usize = 8;

/// The folder and the files in it, their paths relative and with `/`.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    files: BTreeSet<String>,
}

impl Folder {
    /// Lists `course.yaml`, `chapters/` and `data/`; other files of the repository are none of the course's.
    /// Links are noted and not followed: they could lead out of the folder.
    pub fn open(root: &Path, report: &mut Report) -> Self {
        let mut folder = Self { root: root.to_owned(), files: BTreeSet::new() };
        for top in ["course.yaml", "chapters", "data"] {
            folder.list(top.to_owned(), 0, report);
        }
        folder
    }

    fn list(&mut self, path: String, depth: usize, report: &mut Report) {
        let mut notes = Notes { file: &path, report };
        let Ok(meta) = fs::symlink_metadata(self.root.join(&path)) else { return };
        if meta.is_symlink() {
            notes.error(Position::START, "symlink", "links are not followed: put the file itself here");
        } else if meta.is_file() {
            self.files.insert(path);
        } else if !meta.is_dir() {
            notes.error(Position::START, "not_a_file", "this is neither a file nor a folder");
        } else if depth == DEEPEST {
            too_many(&mut notes);
        } else {
            self.enter(&path, depth, report);
        }
    }

    fn enter(&mut self, path: &str, depth: usize, report: &mut Report) {
        let mut notes = Notes { file: path, report };
        let entries = match fs::read_dir(self.root.join(path)) {
            Ok(entries) => entries,
            Err(error) => return notes.error(Position::START, "unreadable", format!("cannot be read: {error}")),
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                notes.error(Position::START, "bad_file_name", "a file in this folder has a name that is not UTF-8");
                continue;
            };
            // .DS_Store, .ipynb_checkpoints, .gitkeep and their like.
            if name.starts_with('.') {
                continue;
            }
            if self.files.len() == MOST_FILES {
                return too_many(&mut notes);
            }
            self.list(format!("{path}/{name}"), depth + 1, notes.report);
        }
    }

    pub fn has(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// The files under a folder, in order.
    pub fn under<'f>(&'f self, folder: &str) -> impl Iterator<Item = &'f str> + use<'f> {
        let prefix = format!("{folder}/");
        let range = self.files.range(prefix.clone()..);
        range.map(String::as_str).take_while(move |path| path.starts_with(&prefix))
    }

    /// Reads a listed file of at most `limit` bytes; what stands in the way is noted.
    pub fn read(&self, path: &str, limit: u64, report: &mut Report) -> Option<Vec<u8>> {
        let mut notes = Notes { file: path, report };
        let file = self.root.join(path);
        let size = self.size(path);
        if size > limit {
            let message = format!("the file has {size} bytes; at most {limit} ({} MB) are allowed", limit >> 20);
            notes.error(Position::START, "too_large", message);
            return None;
        }
        match fs::read(&file) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                notes.error(Position::START, "unreadable", format!("cannot be read: {error}"));
                None
            }
        }
    }

    /// Reads a listed file of text.
    pub fn read_text(&self, path: &str, limit: u64, report: &mut Report) -> Option<String> {
        let bytes = self.read(path, limit, report)?;
        let mut notes = Notes { file: path, report };
        match String::from_utf8(bytes) {
            // A byte order mark and Windows' line ends would shift every place by one.
            Ok(text) => Some(text.trim_start_matches('\u{feff}').replace("\r\n", "\n")),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let at = Position::of_byte(&String::from_utf8_lossy(&error.as_bytes()[..valid]), valid);
                notes.error(at, "not_utf8", "this is not UTF-8: save the file in that encoding");
                None
            }
        }
    }

    /// The size of a listed file.
    pub fn size(&self, path: &str) -> u64 {
        fs::symlink_metadata(self.root.join(path)).map_or(0, |meta| meta.len())
    }
}

fn too_many(notes: &mut Notes<'_>) {
    let message = format!("a course may have {MOST_FILES} files, in folders at most {DEEPEST} deep");
    notes.error(Position::START, "too_many_files", message);
}
