//! The parts of a page: cells, their sources and their outputs, as HTML that does nothing.

mod ansi;
mod code;
mod foreign;
mod markdown;
mod output;
mod picture;
mod plain;

use super::read::{Attachments, Cell, Kind};
use super::{Mark, Options, words};
use crate::content::shared::escape;
use crate::locale::Locale;

pub use code::{lines as code_lines, lines_of};
pub use plain::{cut, visible};

/// What one page may hold and cost, over all of its cells.
#[derive(Debug)]
pub struct Budget {
    /// Bytes of the page.
    pub output: usize,
    /// Bytes of code that get colours.
    pub colour: usize,
    /// Bytes of HTML and Markdown that are parsed and cleaned.
    pub markup: usize,
    /// That the page is full was said.
    pub said_full: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { output: 32 << 20, colour: 256 << 10, markup: 6 << 20, said_full: false }
    }
}

/// Takes so much of what is left, if there is as much.
pub fn take(left: &mut usize, wanted: usize) -> bool {
    match left.checked_sub(wanted) {
        Some(rest) => {
            *left = rest;
            true
        }
        None => false,
    }
}

/// What surrounds the parts of one cell.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    pub locale: Locale,
    /// Of the notebook's code.
    pub language: &'a str,
    pub cell: &'a Cell,
}

impl<'a> Setting<'a> {
    pub fn new(options: &Options, language: &'a str, cell: &'a Cell) -> Self {
        Self { locale: options.locale, language, cell }
    }

    pub fn attachments(&self) -> &'a Attachments {
        &self.cell.attachments
    }
}

/// A cell of the page, from its frame to its last output.
pub fn cell(setting: &Setting, mark: Option<Mark>, budget: &mut Budget, page: &mut String) {
    let &Setting { cell, locale, .. } = setting;
    let mark = mark.map(|mark| (mark_class(mark), words::mark(mark, locale)));
    open(cell, mark, None, locale, page);
    match cell.kind {
        Kind::Code => {
            let number = cell.execution_count.map_or_else(|| "\u{2002}".to_owned(), |count| count.to_string());
            page.push_str(&format!("<div class=\"row\"><div class=\"prompt\">In [{number}]</div><div class=\"body\">"));
            code::source(setting, budget, page);
            page.push_str("</div></div>");
            output::outputs(setting, budget, page);
        }
        Kind::Markdown => {
            page.push_str("<div class=\"row\"><div class=\"prompt\"></div><div class=\"body text\">");
            page.push_str(&markdown::text(setting, &cell.source, budget));
            page.push_str("</div></div>");
        }
        Kind::Raw | Kind::Other => {
            page.push_str("<div class=\"row\"><div class=\"prompt\">Raw</div><div class=\"body\">");
            if cell.kind == Kind::Other {
                let name: String = cell.type_name.chars().take(60).collect();
                page.push_str(&note(&words::unknown_type(&name, locale)));
            }
            code::plain_source(&cell.source, locale, budget, page);
            page.push_str("</div></div>");
        }
    }
    page.push_str("</article>\n");
}

/// The start of a cell; `mark` is a class and a word, `place` says where it stands.
pub fn open(cell: &Cell, mark: Option<(&str, &str)>, place: Option<&str>, locale: Locale, page: &mut String) {
    let kind = match cell.kind {
        Kind::Code => "code",
        Kind::Markdown => "markdown",
        Kind::Raw | Kind::Other => "raw",
    };
    let (class, word) = mark.unwrap_or_default();
    let label = escape_text(&words::cell(cell.index + 1, cell.kind, locale));
    let said = if word.is_empty() { String::new() } else { format!(", {word}") };
    page.push_str(&format!(
        "<article class=\"cell {kind}{}{class}\" data-cell=\"{}\" tabindex=\"0\" aria-label=\"{label}{said}\">",
        if class.is_empty() { "" } else { " marked " },
        escape(&cell.id),
    ));
    page.push_str("<div class=\"badges\">");
    if let Some(place) = place {
        page.push_str(&format!("<span class=\"place\">{}</span>", escape_text(place)));
    }
    if !word.is_empty() {
        page.push_str(&format!("<span class=\"mark\">{word}</span>"));
    }
    page.push_str("<span class=\"count\" hidden></span></div>");
}

fn mark_class(mark: Mark) -> &'static str {
    match mark {
        Mark::Changed => "changed",
        Mark::New => "added",
        Mark::Given => "given",
        Mark::Answer => "answer",
    }
}

/// A remark of ours.
pub fn note(text: &str) -> String {
    format!("<p class=\"note\">{}</p>", escape_text(text))
}

/// That something is left out, with its media type.
pub fn named(media: &str, locale: Locale) -> String {
    let shown: String = media.chars().take(100).collect();
    format!(
        "<p class=\"note unshown\" data-mime=\"{0}\">{1} <code>{0}</code></p>",
        visible(&shown),
        escape_text(&words::not_shown(media, locale)),
    )
}

/// Text in which nothing hides.
pub fn escape_text(text: &str) -> String {
    visible(text)
}
