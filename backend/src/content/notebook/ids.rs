//! Ids for cells whose author gave none: that of the cell they were in the publication before, else one made of what
//! they say. What trainees did in a cell is kept under its id, so it should outlive an edit.

use std::collections::{BTreeSet, HashMap};

use similar::{DiffTag, TextDiff};

use super::{CellKind, Notebook};
use crate::blobs::BlobId;
use crate::content::report::{Notes, Report};

/// Below this share of common lines two cells are different cells.
const ALIKE: f32 = 0.6;
/// More comparisons than this are not worth their time; such cells get fresh ids.
const MOST_COMPARISONS: usize = 20_000;
/// The sum of what comparisons may cost: all pieces of both cells times those that differ. The rest is taken for different.
const MOST_EFFORT: usize = 50_000_000;
/// Longer cells are compared by lines.
const BY_WORDS: usize = 4_000;
const MOST_LINES: usize = 2_000;

/// A cell of the publication before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    pub id: String,
    pub kind: CellKind,
    pub source: String,
}

impl Earlier {
    /// The cells of a handout; none of bytes that are no notebook.
    pub fn of_handout(bytes: &[u8]) -> Vec<Self> {
        let mut report = Report::default();
        let text = String::from_utf8_lossy(bytes);
        let notebook = Notebook::read(&text, &mut Notes { file: "", report: &mut report });
        let cells = notebook.map(|notebook| notebook.cells).unwrap_or_default();
        cells.into_iter().filter_map(|cell| Some(Self { id: cell.id?, kind: cell.kind, source: cell.source })).collect()
    }
}

/// A cell that needs an id, or has one.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'c> {
    pub id: Option<&'c str>,
    pub kind: CellKind,
    pub source: &'c str,
}

/// An id for every cell, in their order.
pub fn assign(cells: &[Candidate], earlier: &[Earlier]) -> Vec<String> {
    let mut ids: Vec<Option<String>> = cells.iter().map(|cell| cell.id.map(str::to_owned)).collect();
    let mut taken: BTreeSet<String> = ids.iter().flatten().cloned().collect();
    let mut left: Vec<&Earlier> = earlier.iter().filter(|cell| !taken.contains(&cell.id)).collect();
    carry_over(cells, &mut ids, &mut left, |cell, earlier| cell.source == earlier.source);
    for (index, earlier) in best_pairs(cells, &ids, &left) {
        ids[index] = Some(earlier.id.clone());
    }
    taken.extend(ids.iter().flatten().cloned());
    cells
        .iter()
        .zip(ids)
        .map(|(cell, id)| {
            let id = id.unwrap_or_else(|| derived(cell, &taken));
            taken.insert(id.clone());
            id
        })
        .collect()
}

/// Gives each cell without an id the first one left that it equals.
fn carry_over(
    cells: &[Candidate],
    ids: &mut [Option<String>],
    left: &mut Vec<&Earlier>,
    equal: impl Fn(&Candidate, &Earlier) -> bool,
) {
    for (cell, id) in cells.iter().zip(ids).filter(|(_, id)| id.is_none()) {
        if let Some(index) = left.iter().position(|earlier| earlier.kind == cell.kind && equal(cell, earlier)) {
            *id = Some(left.remove(index).id.clone());
        }
    }
}

/// The most alike first; each cell once.
fn best_pairs<'e>(cells: &[Candidate], ids: &[Option<String>], left: &[&'e Earlier]) -> Vec<(usize, &'e Earlier)> {
    let open: Vec<usize> = ids.iter().enumerate().filter(|(_, id)| id.is_none()).map(|(index, _)| index).collect();
    if open.len() * left.len() > MOST_COMPARISONS {
        return Vec::new();
    }
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    let mut effort = MOST_EFFORT;
    for &index in &open {
        for (other, earlier) in left.iter().enumerate() {
            let likeness = likeness(&cells[index], earlier, &mut effort);
            if likeness >= ALIKE {
                pairs.push((likeness, index, other));
            }
        }
    }
    pairs.sort_by(|(a, ai, ao), (b, bi, bo)| b.total_cmp(a).then(ai.cmp(bi)).then(ao.cmp(bo)));
    let (mut cells_done, mut earlier_done) = (BTreeSet::new(), BTreeSet::new());
    let mut matched = Vec::new();
    for (_, index, other) in pairs {
        if !cells_done.contains(&index) && !earlier_done.contains(&other) {
            cells_done.insert(index);
            earlier_done.insert(other);
            matched.push((index, left[other]));
        }
    }
    matched
}

/// Mostly by words: many cells are one or two lines long.
fn likeness(cell: &Candidate, earlier: &Earlier, effort: &mut usize) -> f32 {
    let longest = cell.source.len().max(earlier.source.len());
    let shortest = cell.source.len().min(earlier.source.len());
    if cell.kind != earlier.kind || shortest * 4 < longest || longest > 50_000 || *effort == 0 {
        return 0.0;
    }
    // Comparing takes time by what differs; cells with few words in common are told apart before.
    *effort = effort.saturating_sub((longest + shortest) / 8);
    if most_likeness(cell.source, &earlier.source) < ALIKE {
        return 0.0;
    }
    if longest > BY_WORDS && cell.source.lines().count().max(earlier.source.lines().count()) > MOST_LINES {
        return 0.0;
    }
    let diff = match longest > BY_WORDS {
        true => TextDiff::from_lines(cell.source, earlier.source.as_str()),
        false => TextDiff::from_words(cell.source, earlier.source.as_str()),
    };
    let (ratio, pieces) = (diff.ratio(), diff.old_len() + diff.new_len());
    let differing = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    let differing: usize = differing.map(|op| op.old_range().len() + op.new_range().len()).sum();
    *effort = effort.saturating_sub(pieces * differing);
    ratio
}

/// What likeness could be at most, were all words in the same order.
fn most_likeness(one: &str, other: &str) -> f32 {
    let mut count: HashMap<&str, i32> = HashMap::new();
    one.split_whitespace().for_each(|word| *count.entry(word).or_default() += 1);
    let (mut common, mut all) = (0_u16, one.split_whitespace().count());
    for word in other.split_whitespace() {
        all += 1;
        if let Some(left) = count.get_mut(word).filter(|left| **left > 0) {
            *left -= 1;
            common = common.saturating_add(1);
        }
    }
    // With the blanks between words, which count as well and are mostly alike.
    let all = u16::try_from(all).unwrap_or(u16::MAX);
    if all == 0 { 1.0 } else { (2.0 * f32::from(common) / f32::from(all) + 1.0) / 2.0 }
}

fn derived(cell: &Candidate, taken: &BTreeSet<String>) -> String {
    let kind = match cell.kind {
        CellKind::Code => "code",
        CellKind::Markdown => "markdown",
    };
    let hash = BlobId::of(format!("{kind}\n{}", cell.source).as_bytes());
    let base = format!("c-{}", &hash.as_str()[..12]);
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let mut candidates = std::iter::once(base.clone()).chain(numbered);
    candidates.find(|id| !taken.contains(id)).unwrap_or(base)
}
