//! The paths in `publication_files`.

use crate::db::types::ChapterId;

/// A notebook, in the trainee's folder and in the manifest.
pub fn handout(course: &str, chapter_key: &str) -> String {
    format!("{course}/{chapter_key}.ipynb")
}

/// An image of a text. It is served by the chapter's id, which outlives its key.
pub fn image(chapter: ChapterId, file: &str) -> String {
    format!("images/{chapter}/{file}")
}
