//! Markdown to HTML: GitHub's dialect with formulas, callouts and code that points at cells of the notebook.

mod blocks;
mod code;
pub(super) mod math;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use comrak::html::format_document_with_formatter;
use comrak::options::Plugins;
use comrak::{Arena, Options, parse_document};

pub use code::highlight;

use super::format::Locale;
use super::html::{self, Checks, Rendered, Setting};
use super::report::{Notes, Position, Report};

/// Renders a text that an author wrote in Markdown.
pub fn render(text: &str, setting: &Setting, notes: &mut Notes) -> Rendered {
    if let Some((line, code, message)) = too_much(text) {
        notes.error(Position { line, column: 1 }, code, message);
        return html::finish("", Checks::new(setting, notes));
    }
    let options = options();
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options);
    let mut html = String::with_capacity(text.len() * 2);
    let state = blocks::State::new(Checks::new(setting, &mut *notes));
    match format_document_with_formatter(root, &options, &mut html, &Plugins::default(), blocks::format, state) {
        Ok(state) => html::finish(&html, state.checks),
        // Writing to a String cannot fail.
        Err(fmt::Error) => html::finish("", Checks::new(setting, notes)),
    }
}

/// Markdown that a trainee wrote, as HTML that is yet to be cleaned; `None` where it would cost too much.
pub fn handed_in(text: &str, language: Locale) -> Option<String> {
    if too_much(text).is_some() {
        return None;
    }
    let (images, chapters) = (BTreeMap::new(), BTreeSet::new());
    let setting = Setting { language, images: &images, chapters: &chapters, cells: None, has_notebook: false };
    let mut report = Report::default();
    let mut notes = Notes { file: "", report: &mut report };
    let mut options = options();
    // Nobody asks where something stands, and counting characters takes the square of a long line's length.
    options.parse.sourcepos_chars = false;
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options);
    let mut html = String::with_capacity(text.len() * 2);
    let state = blocks::State::new(Checks::none(&setting, &mut notes));
    let formatter =
        format_document_with_formatter(root, &options, &mut html, &Plugins::default(), blocks::format, state);
    formatter.is_ok().then_some(html)
}

/// The first line that opens more quotes and lists, or a wider table, than anyone means: the time to parse them grows
/// with the square.
fn too_much(text: &str) -> Option<(usize, &'static str, &'static str)> {
    const DEEPEST: usize = 40;
    const WIDEST: usize = 50;
    let opened = |word: &str| match word {
        "-" | "+" | "*" => 1,
        word if word.bytes().all(|byte| byte == b'>') => word.len(),
        word => usize::from(
            word.strip_suffix(['.', ')'])
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())),
        ),
    };
    let markers = |line: &str| line.split_whitespace().map(opened).take_while(|count| *count > 0).sum::<usize>();
    // The row of dashes below a table's head.
    let columns = |line: &str| match line.bytes().all(|byte| b"|:->\t ".contains(&byte)) {
        true => line.split('|').filter(|cell| cell.contains('-')).count(),
        false => 0,
    };
    text.lines().enumerate().find_map(|(index, line)| {
        if markers(line) > DEEPEST {
            Some((index + 1, "too_deep", "quotes and lists are nested too deeply here"))
        } else if columns(line) > WIDEST {
            Some((index + 1, "too_wide", "a table may have 50 columns"))
        } else {
            None
        }
    })
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.table = true;
    extension.footnotes = true;
    extension.strikethrough = true;
    extension.autolink = true;
    extension.alerts = true;
    extension.math_dollars = true;
    // Without it **「…」** followed by Japanese is not bold.
    extension.cjk_friendly_emphasis = true;
    options.parse.sourcepos_chars = true;
    // HTML is checked where it stands and cleaned at the end.
    options.render.r#unsafe = true;
    options
}

#[cfg(test)]
mod tests;
