//! Lines of a changed cell, and within lines that were rewritten the words that differ.

use similar::{ChangeTag, InlineChangeMode, InlineChangeOptions, TextDiff};

use super::{LineChange, LineKind};

/// Comparing takes time by the product of both lengths, at worst; this is what one comparison of notebooks may take.
#[derive(Debug)]
pub struct Effort(usize);

impl Default for Effort {
    fn default() -> Self {
        Self(20_000_000)
    }
}

/// What keeping a line costs, beside comparing it.
const A_LINE: usize = 64;
/// Within longer lines nothing is emphasised.
const LONGEST_LINE: usize = 1_000;
const LONGEST: usize = 200_000;

/// All lines of both; none where the texts are too long to be compared.
pub fn compare(before: &str, after: &str, effort: &mut Effort) -> Vec<LineChange> {
    let (old, new) = (before.lines().count(), after.lines().count());
    let cost = old.saturating_mul(new).saturating_add((old + new) * A_LINE);
    if before.len().max(after.len()) > LONGEST || !super::super::parts::take(&mut effort.0, cost) {
        return Vec::new();
    }
    // An end of line that is missing in one only would make its last line another.
    let whole =
        |text: &str| if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let (before, after) = (whole(before), whole(after));
    let diff = TextDiff::from_lines(&before, &after);
    let mut options = InlineChangeOptions::new();
    options.mode(InlineChangeMode::UnicodeWords).min_ratio(0.4).semantic_cleanup(true);
    let short = before.lines().chain(after.lines()).all(|line| line.len() <= LONGEST_LINE);
    let mut lines = Vec::new();
    for op in diff.ops() {
        // Words of a whole block that was rewritten say nothing, and take long.
        let (old, new) = (op.old_range().len(), op.new_range().len());
        if short && old.max(new) <= 60 {
            lines.extend(diff.iter_inline_changes_with_options_deadline(op, options, None).map(|change| {
                let pieces = change.iter_strings_lossy().map(|(strong, text)| (strong, text.into_owned()));
                line(change.tag(), change.old_index(), change.new_index(), pieces.collect())
            }));
        } else {
            lines.extend(diff.iter_changes(op).map(|change| {
                line(change.tag(), change.old_index(), change.new_index(), vec![(false, change.value().to_owned())])
            }));
        }
    }
    lines
}

fn line(tag: ChangeTag, old: Option<usize>, new: Option<usize>, mut pieces: Vec<(bool, String)>) -> LineChange {
    if let Some((_, last)) = pieces.last_mut() {
        last.truncate(last.trim_end_matches('\n').len());
    }
    pieces.retain(|(_, text)| !text.is_empty());
    let kind = match tag {
        ChangeTag::Equal => LineKind::Same,
        ChangeTag::Insert => LineKind::Added,
        ChangeTag::Delete => LineKind::Removed,
    };
    LineChange { kind, before: old.map(|index| index + 1), after: new.map(|index| index + 1), pieces }
}
