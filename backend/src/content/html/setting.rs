//! What surrounds a text: the things it may refer to, and whether it does so rightly.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;

use super::super::format::Locale;
use super::super::report::{Notes, Position};
use super::super::sanitise;

/// Width and height of an image in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// What a text may refer to.
#[derive(Debug)]
pub struct Setting<'a> {
    pub language: Locale,
    /// The chapter's images by file name.
    pub images: &'a BTreeMap<String, Option<Size>>,
    /// The keys of all chapters of the course.
    pub chapters: &'a BTreeSet<&'a str>,
    /// The cells of the chapter's notebook; `None` where it has none, or none that can be read.
    pub cells: Option<&'a BTreeSet<String>>,
    /// Whether the chapter has a notebook, readable or not.
    pub has_notebook: bool,
}

/// Checks references as they are met, and remembers what was used.
pub struct Checks<'a, 'r> {
    pub setting: &'a Setting<'a>,
    pub notes: &'a mut Notes<'r>,
    silent: bool,
    fragments: Vec<(String, Position)>,
    images: BTreeSet<String>,
}

impl<'a, 'r> Checks<'a, 'r> {
    pub fn new(setting: &'a Setting<'a>, notes: &'a mut Notes<'r>) -> Self {
        Self { setting, notes, silent: false, fragments: Vec::new(), images: BTreeSet::new() }
    }

    /// For what nobody will mend: nothing is looked for, so that it costs no time.
    pub fn none(setting: &'a Setting<'a>, notes: &'a mut Notes<'r>) -> Self {
        Self { silent: true, ..Self::new(setting, notes) }
    }

    pub fn is_silent(&self) -> bool {
        self.silent
    }

    pub fn image(&mut self, source: &str, alt: &str, at: Position) {
        if self.silent {
            return;
        }
        if alt.trim().is_empty() {
            let message = format!("the image `{source}` needs a text that says what it shows");
            self.notes.error(at, "missing_alt", message);
        }
        match source.strip_prefix("images/") {
            Some(name) if self.setting.images.contains_key(name) => {
                self.images.insert(name.to_owned());
            }
            Some(name) => {
                let message = format!("there is no image `{name}` in the chapter's folder images/");
                self.notes.error(at, "missing_image", message);
            }
            None => {
                let message = format!("`{source}` is not in the chapter's folder: write images/NAME");
                self.notes.error(at, "foreign_image", message);
            }
        }
    }

    pub fn link(&mut self, href: &str, at: Position) {
        if self.silent {
            return;
        }
        if let Some(fragment) = href.strip_prefix('#') {
            self.fragments.push((fragment.to_owned(), at));
        } else if let Some(chapter) = href.strip_prefix("chapter:") {
            let key = chapter.split('#').next().unwrap_or(chapter);
            if !self.setting.chapters.contains(key) {
                self.notes.error(at, "unknown_chapter", format!("the course has no chapter with the key `{key}`"));
            }
        } else if !["http://", "https://", "mailto:"].iter().any(|scheme| href.starts_with(scheme)) {
            let allowed = "https://…, mailto:…, chapter:KEY or #heading";
            self.notes.error(at, "bad_link", format!("`{href}` leads nowhere: a link may be {allowed}"));
        }
    }

    pub fn cell(&mut self, id: &str, at: Position) {
        match self.setting.cells {
            Some(cells) if !cells.contains(id) => {
                self.notes.error(at, "unknown_cell", format!("there is no cell `{id}` in notebook.ipynb"));
            }
            None if !self.setting.has_notebook => {
                self.notes.error(at, "unknown_cell", format!("this chapter has no notebook with a cell `{id}`"));
            }
            _ => {}
        }
    }

    /// Now that all ids are known: do the links within the text lead somewhere? Returns the images that were shown.
    pub fn finish(self, ids: &BTreeSet<String>) -> BTreeSet<String> {
        for (fragment, at) in self.fragments {
            let decoded = percent_decode_str(&fragment).decode_utf8_lossy();
            if !ids.contains(sanitise::safe_id(&decoded).as_ref()) {
                let message = format!("no heading of this text has the id `{}`", sanitise::safe_id(&decoded));
                self.notes.error(at, "broken_anchor", message);
            }
        }
        self.images
    }
}
