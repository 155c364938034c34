//! Notebooks that were handed in, as pages that do nothing: read without trust, rendered here, shown in a frame that has
//! no origin. Owns no tables and answers no requests; the desk asks it for a page and serves it with [`headers`].
//!
//! Why not nbconvert: `docs/decisions/0023-handed-in-notebooks-are-rendered-here.md`.

mod cli;
mod diff;
mod page;
mod parts;
mod read;
mod scan;
mod unreadable;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

pub use crate::locale::Locale;
pub use cli::{NotebookCommand, run_command};
pub use diff::{CellChange, Change, Comparison, LineChange, LineKind, diff};
pub use page::{content_security_policy, headers};
pub use read::Kind;
pub use unreadable::Unreadable;

/// How a notebook is shown.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub locale: Locale,
    /// A word beside some cells, by their ids.
    pub marks: BTreeMap<String, Mark>,
}

/// What is to be known about a cell before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// Handed out, and changed since.
    Changed,
    /// Not of the handout.
    New,
    /// As it was handed out.
    Given,
    /// Where the answer is expected.
    Answer,
}

/// A page that shows a notebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The whole page; to be served with [`headers`].
    pub html: String,
    pub cells: Vec<CellInfo>,
}

/// A cell of a page, for the list beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CellInfo {
    /// Its own, or one made of what it says.
    pub id: String,
    /// Its place in the notebook, from 0.
    pub index: usize,
    pub kind: Kind,
    /// Lines of its source; comments may point at 1 to this.
    pub lines: usize,
    /// Whether its output is an error.
    pub has_error: bool,
    pub execution_count: Option<u64>,
}

/// Renders a notebook, whatever is in it.
pub fn render(notebook: &[u8], options: &Options) -> Result<Document, Unreadable> {
    let notebook = read::read(notebook)?;
    let mut budget = parts::Budget::default();
    let mut cells = Vec::with_capacity(notebook.cells.len());
    let mut body = String::new();
    for cell in &notebook.cells {
        let setting = parts::Setting::new(options, &notebook.language, cell);
        parts::cell(&setting, options.marks.get(&cell.id).copied(), &mut budget, &mut body);
        cells.push(CellInfo {
            id: cell.id.clone(),
            index: cell.index,
            kind: cell.kind,
            lines: parts::lines_of(&cell.source),
            has_error: cell.has_error(),
            execution_count: cell.execution_count,
        });
    }
    let title = words::of(options.locale).notebook;
    Ok(Document { html: page::page(title, &body, options.locale), cells })
}

#[cfg(test)]
mod tests;
