//! Reads words in every language of the course, with their places in the file.

use std::collections::BTreeMap;
use std::str::FromStr;

use strum::VariantNames;

use super::{TextsDraft, Words};
use crate::content::format::{Locale, name};
use crate::content::html::{Rendered, Setting};
use crate::content::markdown;
use crate::content::report::{Notes, Position, Report};
use crate::content::yaml::{Fields, Node};

const LONGEST_TEXT: usize = 20_000;
const LONGEST_NAME: usize = 64;

/// Reads fields of a file that asks something of trainees, and renders its words.
pub struct Reader<'a, 'r> {
    source: &'a str,
    languages: &'a [Locale],
    setting: &'a Setting<'a>,
    pub notes: &'a mut Notes<'r>,
    texts: Vec<BTreeMap<Locale, Rendered>>,
}

impl<'a, 'r> Reader<'a, 'r> {
    pub fn new(source: &'a str, languages: &'a [Locale], setting: &'a Setting<'a>, notes: &'a mut Notes<'r>) -> Self {
        Self { source, languages, setting, notes, texts: Vec::new() }
    }

    /// What [`Words`] refer to.
    pub fn into_texts(self) -> TextsDraft {
        TextsDraft(self.texts)
    }

    /// One of a list of words; the usual one where nothing is said, or nonsense, which is noted.
    pub fn one_of<T: Default + FromStr + VariantNames>(&mut self, fields: &Fields, name: &str) -> T {
        let Some(node) = fields.optional(name) else { return T::default() };
        let what = format!("`{name}`");
        let Some(text) = node.text(&what, LONGEST_NAME, self.notes) else { return T::default() };
        text.parse().unwrap_or_else(|_| {
            let message = format!("{what}: `{text}` is none of {}", T::VARIANTS.join(", "));
            self.notes.error(node.at, "unknown_word", message);
            T::default()
        })
    }

    /// `false` where nothing is said.
    pub fn flag(&mut self, fields: &Fields, name: &str) -> bool {
        let flag = fields.optional(name).and_then(|node| node.flag(&format!("`{name}`"), self.notes));
        flag.unwrap_or(false)
    }

    /// The name by which the site knows it.
    pub fn key(&mut self, node: &Node) -> Option<String> {
        name(node, "`key`", "bad_key", self.notes)
    }

    /// Markdown in every language of the course; one text that is the same in all may stand by itself.
    pub fn words(&mut self, fields: &Fields, field: &'static str) -> Option<Words> {
        let node = fields.required(field, self.notes)?;
        self.words_of(node, field)
    }

    pub fn optional_words(&mut self, fields: &Fields, field: &'static str) -> Option<Words> {
        let node = fields.optional(field)?;
        self.words_of(node, field)
    }

    fn words_of(&mut self, node: &Node, field: &'static str) -> Option<Words> {
        let mut texts = BTreeMap::new();
        if node.is_map() {
            let known: Vec<&str> = self.languages.iter().map(|&language| language.into()).collect();
            let fields = node.fields(field, &known, self.notes)?;
            for &language in self.languages {
                let of: &str = language.into();
                let Some(node) = fields.required(of, self.notes) else { continue };
                let Some(text) = node.text(&format!("`{field}.{of}`"), LONGEST_TEXT, self.notes) else { continue };
                texts.insert(language, self.render(text, node.at, language));
            }
        } else {
            // A number is a text here as good as any.
            let text = node.any_text(&format!("`{field}`"), LONGEST_TEXT, self.notes)?;
            for &language in self.languages {
                texts.insert(language, self.render(&text, node.at, language));
            }
        }
        (texts.len() == self.languages.len()).then(|| self.keep(texts))
    }

    /// Code in Python, the same in every language.
    pub fn code(&mut self, node: &Node, longest: usize) -> Option<Words> {
        let code = node.text("`code`", longest, self.notes)?;
        // A fence that the code cannot end.
        let fence = "`".repeat(code.split(|letter| letter != '`').map(str::len).max().unwrap_or(0).max(2) + 1);
        let text = format!("{fence}python\n{}\n{fence}\n", code.trim_end());
        let rendered = |&language: &Locale| (language, self.rendered(&text, language, &mut Report::default()));
        let texts = self.languages.iter().map(rendered).collect();
        Some(self.keep(texts))
    }

    fn keep(&mut self, texts: BTreeMap<Locale, Rendered>) -> Words {
        self.texts.push(texts);
        Words(self.texts.len() - 1)
    }

    fn render(&mut self, text: &str, at: Position, language: Locale) -> Rendered {
        let mut report = Report::default();
        let rendered = self.rendered(text, language, &mut report);
        let block = Block::at(self.source, at, text);
        for item in report.items {
            let place = block.as_ref().map_or(at, |block| block.place(item.position));
            self.notes.add(place, item.severity, item.code, item.message);
        }
        rendered
    }

    fn rendered(&self, text: &str, language: Locale, report: &mut Report) -> Rendered {
        let setting = Setting { language, ..*self.setting };
        markdown::render(text, &setting, &mut Notes { file: self.notes.file, report })
    }
}

/// A text that stands in the file as it is read, so that its places are places of the file.
struct Block {
    line: usize,
    column: usize,
}

impl Block {
    fn at(source: &str, at: Position, text: &str) -> Option<Self> {
        let empty = text.lines().take_while(|line| line.trim().is_empty()).count();
        let line: String = source.lines().nth(at.line - 1)?.chars().skip(at.column - 1).collect();
        let same = line.starts_with(text.lines().nth(empty)?);
        same.then(|| Self { line: at.line.saturating_sub(empty), column: at.column })
    }

    fn place(&self, inner: Position) -> Position {
        Position { line: self.line + inner.line - 1, column: self.column + inner.column - 1 }
    }
}
