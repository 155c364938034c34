//! Two notebooks side by side, cell by cell: what was handed out and what came back, or two attempts. Sources only;
//! outputs differ at every run.

mod lines;
mod pair;
mod show;

use serde::Serialize;
use utoipa::ToSchema;

use super::read::{self, Cell, Kind};
use super::{Options, Unreadable, page, words};

/// What happened to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    Unchanged,
    Changed,
    Added,
    Removed,
    /// Elsewhere, and otherwise as it was. (One that also changed is `Changed`, with `moved`.)
    Moved,
}

/// A cell of either notebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CellChange {
    /// As it is now; of a removed cell, as it was.
    pub id: String,
    pub change: Change,
    pub kind: Kind,
    /// Places in the notebooks, from 0.
    pub before: Option<usize>,
    pub after: Option<usize>,
    pub moved: bool,
    pub lines_added: usize,
    pub lines_removed: usize,
    /// The lines of a changed cell; empty where it is too long to be compared by lines.
    pub lines: Vec<LineChange>,
}

/// A line of a changed cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineChange {
    pub kind: LineKind,
    /// Numbers from 1.
    pub before: Option<usize>,
    pub after: Option<usize>,
    /// The line in pieces; what stands out is `true`.
    pub pieces: Vec<(bool, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    Same,
    Added,
    Removed,
}

/// What differs between two notebooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// In the order of the page: as they are now, removed ones where they were.
    pub cells: Vec<CellChange>,
    pub added: usize,
    pub removed: usize,
    pub changed: usize,
    pub moved: usize,
    /// The whole page; to be served with [`super::headers`].
    pub html: String,
}

/// Compares two notebooks.
pub fn diff(before: &[u8], after: &[u8], options: &Options) -> Result<Comparison, Unreadable> {
    let (before, after) = (read::read(before)?, read::read(after)?);
    let pairs = pair::pairs(&before.cells, &after.cells);
    let mut effort = lines::Effort::default();
    let cells: Vec<CellChange> =
        pairs.iter().map(|pair| change_of(pair, &before.cells, &after.cells, &mut effort)).collect();
    let count = |change| cells.iter().filter(|cell| cell.change == change).count();
    let mut comparison = Comparison {
        added: count(Change::Added),
        removed: count(Change::Removed),
        changed: count(Change::Changed),
        moved: count(Change::Moved),
        html: String::new(),
        cells,
    };
    let body = show::body(&comparison, &before, &after, options);
    comparison.html = page::page(words::of(options.locale).comparison, &body, options.locale);
    Ok(comparison)
}

fn change_of(pair: &pair::Pair, before: &[Cell], after: &[Cell], effort: &mut lines::Effort) -> CellChange {
    let old = pair.before.map(|index| &before[index]);
    let new = pair.after.map(|index| &after[index]);
    let (change, lines) = match (old, new) {
        (Some(old), Some(new)) if old.source == new.source && old.kind == new.kind => {
            (if pair.moved { Change::Moved } else { Change::Unchanged }, Vec::new())
        }
        (Some(old), Some(new)) => (Change::Changed, lines::compare(&old.source, &new.source, effort)),
        (Some(_), None) => (Change::Removed, Vec::new()),
        _ => (Change::Added, Vec::new()),
    };
    let count = |kind| lines.iter().filter(|line| line.kind == kind).count();
    let all = |cell: Option<&Cell>| cell.map_or(0, |cell| super::parts::lines_of(&cell.source));
    let (lines_added, lines_removed) = match change {
        Change::Added => (all(new), 0),
        Change::Removed => (0, all(old)),
        Change::Changed if lines.is_empty() => (all(new), all(old)),
        _ => (count(LineKind::Added), count(LineKind::Removed)),
    };
    let cell = new.or(old);
    CellChange {
        id: cell.map(|cell| cell.id.clone()).unwrap_or_default(),
        change,
        kind: cell.map_or(Kind::Other, |cell| cell.kind),
        before: pair.before,
        after: pair.after,
        moved: pair.moved,
        lines_added,
        lines_removed,
        lines,
    }
}
