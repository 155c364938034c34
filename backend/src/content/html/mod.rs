//! HTML on its way to the sanitiser: what an author wrote is checked, and everything is given heading ids, the sizes of
//! images and the marks of foreign links.

mod check;
mod polish;
mod setting;

use super::report::{Notes, Position};
use super::sanitise;
use super::template::Template;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use check::check;
pub use polish::{Attributes, DEEPEST, UNCLOSED, align, escape, get, styles, take};
pub use setting::{Checks, Setting, Size};

/// A heading of a text, for its table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Heading {
    /// The `id` of its element.
    pub id: String,
    /// 2 to 6.
    pub level: u8,
    pub text: String,
}

/// A text ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub html: Template,
    pub headings: Vec<Heading>,
    /// File names of the images it shows.
    pub images: BTreeSet<String>,
}

/// Renders a text that an author wrote in HTML.
pub fn render(text: &str, setting: &Setting, notes: &mut Notes) -> Rendered {
    let mut checks = Checks::new(setting, notes);
    check(text, Position::START, &mut checks);
    finish(text, checks)
}

/// Longer than anything to be read; a table's missing cells, say, make far more of a short text.
const MOST_HTML: usize = 2 * 1024 * 1024;

/// Polishes and cleans HTML whose parts have been checked.
pub fn finish(html: &str, checks: Checks) -> Rendered {
    let fits = html.len() <= MOST_HTML;
    if !fits {
        checks.notes.error(Position::START, "too_large", "this text makes a page of more than 2 MiB");
    }
    let html = if fits { html } else { "" };
    let mut polished = polish::polish(html, checks.setting);
    if polished.too_deep {
        checks.notes.error(Position::START, "too_deep", "elements of this text are nested too deeply, or never closed");
        polished.html.clear();
    }
    let images = checks.finish(&polished.ids);
    Rendered { html: sanitise::clean(&polished.html), headings: polished.headings, images }
}

#[cfg(test)]
mod tests;
