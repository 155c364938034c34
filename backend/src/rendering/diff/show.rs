//! The page of a comparison: what changed line by line, what did not folded away.

use std::fmt::Write;

use super::super::parts::{self, Budget, code_lines, lines_of, note, visible};
use super::super::read::{Cell, Notebook};
use super::super::words;
use super::{CellChange, Change, Comparison, LineChange, LineKind};
use crate::locale::Locale;
use crate::rendering::Options;

/// Lines that stay around a change; longer runs of unchanged lines are folded.
const CONTEXT: usize = 3;
const SHORTEST_FOLD: usize = 6;
/// Bytes of HTML around a line.
const A_LINE: usize = 150;

struct Show<'a> {
    before: &'a Notebook,
    after: &'a Notebook,
    locale: Locale,
    budget: Budget,
    html: String,
}

pub fn body(comparison: &Comparison, before: &Notebook, after: &Notebook, options: &Options) -> String {
    let mut show = Show { before, after, locale: options.locale, budget: Budget::default(), html: String::new() };
    show.summary(comparison);
    for run in comparison.cells.chunk_by(|a, b| is_quiet(a) && is_quiet(b)) {
        match run {
            [cell, ..] if is_quiet(cell) => show.unchanged(run),
            _ => run.iter().for_each(|cell| show.cell(cell)),
        }
    }
    show.html
}

fn is_quiet(cell: &CellChange) -> bool {
    cell.change == Change::Unchanged
}

impl<'a> Show<'a> {
    fn summary(&mut self, comparison: &Comparison) {
        let words = words::of(self.locale);
        let &Comparison { added, removed, changed, moved, .. } = comparison;
        let changes = match added + removed + changed + moved {
            0 => words.no_changes.to_owned(),
            _ => words::changes(changed, added, removed, moved, self.locale),
        };
        let _ = writeln!(self.html, "<p class=\"summary\"><strong>{changes}</strong> {}</p>", words.sources_only);
    }

    fn unchanged(&mut self, cells: &[CellChange]) {
        let words = words::unchanged_cells(cells.len(), self.locale);
        let _ = writeln!(self.html, "<details class=\"unchanged\"><summary>{words}</summary>");
        for cell in cells {
            let Some(written) = self.written(cell) else { continue };
            let place = self.place(cell);
            parts::open(written, None, Some(&place), self.locale, &mut self.html);
            self.whole(written, LineKind::Same);
            self.html.push_str("</article>\n");
        }
        self.html.push_str("</details>\n");
    }

    fn cell(&mut self, cell: &CellChange) {
        let Some(written) = self.written(cell) else { return };
        let (class, sign) = match cell.change {
            Change::Added => ("added", LineKind::Added),
            Change::Removed => ("removed", LineKind::Removed),
            Change::Moved => ("moved", LineKind::Same),
            Change::Unchanged | Change::Changed => ("changed", LineKind::Same),
        };
        let word = words::change(cell.change, self.locale);
        let place = self.place(cell);
        parts::open(written, Some((class, word)), Some(&place), self.locale, &mut self.html);
        match cell.change {
            Change::Changed => self.changed(cell),
            _ => self.whole(written, sign),
        }
        self.html.push_str("</article>\n");
    }

    fn changed(&mut self, cell: &CellChange) {
        let words = words::of(self.locale);
        let text = cell.lines.iter().flat_map(|line| &line.pieces).map(|(_, text)| text.len()).sum::<usize>();
        if !self.has_room(text, cell.lines.len()) {
            return;
        }
        if cell.lines.is_empty() {
            self.html.push_str(&note(words.too_long_to_compare));
            if let Some(old) = cell.before.and_then(|index| self.before.cells.get(index)) {
                self.whole(old, LineKind::Removed);
            }
            if let Some(new) = cell.after.and_then(|index| self.after.cells.get(index)) {
                self.whole(new, LineKind::Added);
            }
            return;
        }
        if cell.lines.iter().all(|line| line.kind == LineKind::Same) {
            self.html.push_str(&note(words.other_newlines));
        }
        let before = std::mem::take(&mut self.html);
        self.html.push_str("<pre class=\"diff\">");
        let mut rest = cell.lines.as_slice();
        let mut first = true;
        while !rest.is_empty() {
            let same = rest.iter().take_while(|line| line.kind == LineKind::Same).count();
            let (run, others) = rest.split_at(same);
            self.unchanged_lines(run, first, others.is_empty());
            let changed = others.iter().take_while(|line| line.kind != LineKind::Same).count();
            let (run, others) = others.split_at(changed);
            run.iter().for_each(|line| self.line(line));
            (rest, first) = (others, false);
        }
        self.html.push_str("</pre>");
        // Where a fold is at the start or at the end, nothing stands beside it.
        self.html = before + &self.html.replace("<pre class=\"diff\"></pre>", "");
    }

    fn unchanged_lines(&mut self, run: &[LineChange], is_first: bool, is_last: bool) {
        let head = if is_first { 0 } else { CONTEXT };
        let tail = if is_last { 0 } else { CONTEXT };
        if run.len() < head + tail + SHORTEST_FOLD {
            run.iter().for_each(|line| self.line(line));
            return;
        }
        let (head, rest) = run.split_at(head);
        let (folded, tail) = rest.split_at(rest.len() - tail);
        head.iter().for_each(|line| self.line(line));
        let words = words::unchanged_lines(folded.len(), self.locale);
        let _ = write!(self.html, "</pre><details class=\"fold\"><summary>{words}</summary><pre class=\"diff\">");
        folded.iter().for_each(|line| self.line(line));
        self.html.push_str("</pre></details><pre class=\"diff\">");
        tail.iter().for_each(|line| self.line(line));
    }

    fn line(&mut self, line: &LineChange) {
        let text: String = line
            .pieces
            .iter()
            .map(|(strong, text)| match (strong, visible(text)) {
                (true, text) => format!("<mark>{text}</mark>"),
                (false, text) => text,
            })
            .collect();
        self.write_line(line.kind, line.before, line.after, &text);
    }

    fn write_line(&mut self, kind: LineKind, before: Option<usize>, after: Option<usize>, text: &str) {
        let (class, sign) = match kind {
            LineKind::Same => ("", "\u{2002}"),
            LineKind::Added => (" plus", "+"),
            LineKind::Removed => (" minus", "\u{2212}"),
        };
        let number = |number: Option<usize>| number.map(|number| number.to_string()).unwrap_or_default();
        // Comments point at lines as they are now.
        let anchor = after.map(|line| format!(" data-line=\"{line}\"")).unwrap_or_default();
        let _ = write!(
            self.html,
            "<span class=\"line{class}\"{anchor} data-old=\"{}\"><span class=\"new\">{}</span><span class=\"sign\">{sign}</span>{text}\n</span>",
            number(before),
            number(after)
        );
    }

    /// A whole cell, every line of it of one kind.
    fn whole(&mut self, cell: &Cell, kind: LineKind) {
        let (source, left) = parts::cut(&cell.source, 256 << 10);
        if !self.has_room(source.len(), lines_of(source)) {
            return;
        }
        let lines = match cell.kind {
            super::Kind::Code => code_lines(source, &self.after.language, &mut self.budget),
            _ => source.lines().map(|line| visible(line) + "\n").collect(),
        };
        if lines_of(source) == 1 && source.trim().is_empty() {
            self.html.push_str(&note(words::of(self.locale).empty_cell));
            return;
        }
        self.html.push_str("<pre class=\"diff\">");
        for (index, text) in lines.iter().enumerate() {
            let number = Some(index + 1);
            let (before, after) = match kind {
                LineKind::Removed => (number, None),
                LineKind::Added => (None, number),
                LineKind::Same => (number, number),
            };
            self.write_line(kind, before, after, text.trim_end_matches('\n'));
        }
        self.html.push_str("</pre>");
        if left > 0 {
            self.html.push_str(&note(&words::left_out(left, self.locale)));
        }
    }

    /// Takes room for so much text on so many lines, or says that the page is full.
    fn has_room(&mut self, text: usize, lines: usize) -> bool {
        let has = parts::take(&mut self.budget.output, text * 2 + lines * A_LINE);
        if !has && !std::mem::replace(&mut self.budget.said_full, true) {
            self.html.push_str(&note(words::of(self.locale).page_is_full));
        }
        has
    }

    fn place(&self, cell: &CellChange) -> String {
        let number = |index: Option<usize>| index.map(|index| index + 1);
        words::place(number(cell.before), number(cell.after), self.locale)
    }

    /// The cell as it is now, or was at last.
    fn written(&self, cell: &CellChange) -> Option<&'a Cell> {
        let now = cell.after.and_then(|index| self.after.cells.get(index));
        now.or_else(|| self.before.cells.get(cell.before?))
    }
}
