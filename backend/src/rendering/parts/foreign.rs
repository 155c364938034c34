//! HTML that a notebook brings, in its outputs or within Markdown: one pass gives pictures and links their new shape and
//! notes what will be missing, then the allow-list decides.

mod rewrite;

use std::collections::BTreeSet;

use super::super::words;
use super::{Setting, note, visible};
use crate::content::shared::clean_handed_in;

pub use rewrite::is_model;

/// HTML that does nothing.
#[derive(Debug)]
pub struct Cleaned {
    pub html: String,
    /// Elements that are missing, by their names.
    pub left_out: BTreeSet<&'static str>,
    /// Whether rules of style that the author meant are missing.
    pub unstyled: bool,
    /// Whether anything is left to be seen.
    pub is_visible: bool,
}

/// Cleans HTML; `None` where it is nested too deeply.
pub fn clean(setting: &Setting, html: &str) -> Option<Cleaned> {
    let rewritten = rewrite::rewrite(setting, html)?;
    Some(Cleaned {
        html: clean_handed_in(&rewritten.html, setting.cell.index),
        left_out: rewritten.left_out,
        unstyled: rewritten.unstyled,
        is_visible: rewritten.is_visible,
    })
}

impl Cleaned {
    /// What is missing, in words.
    pub fn notes(&self, setting: &Setting) -> String {
        let words = words::of(setting.locale);
        let mut notes = String::new();
        if !self.left_out.is_empty() {
            let names: Vec<&str> = self.left_out.iter().copied().collect();
            notes.push_str(&note(&format!("{}{}", words.parts_left_out, visible(&names.join(", ")))));
        }
        if self.unstyled {
            notes.push_str(&note(words.colours_left_out));
        }
        notes
    }
}
