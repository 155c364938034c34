//! What is wrong with a course: every finding, with its place and a sentence that says what to do.

use std::fmt;

use serde::Serialize;

/// Whether a finding keeps the course from being published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}

/// A place in a file, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    /// The first character: where a finding about a whole file is shown.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place of a byte of `text`.
    pub fn of_byte(text: &str, byte: usize) -> Self {
        Lines::of(text).place(byte)
    }

    /// The place `inner` has in a file when the text it is counted in starts here.
    pub fn then(self, inner: Self) -> Self {
        match inner.line {
            1 => Self { line: self.line, column: self.column + inner.column - 1 },
            line => Self { line: self.line + line - 1, column: inner.column },
        }
    }
}

/// Finds places in one text, many times over.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { text, starts: std::iter::once(0).chain(newlines.map(|(index, _)| index + 1)).collect() }
    }

    /// The place of a byte.
    pub fn place(&self, byte: usize) -> Position {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        Position { line, column: self.text[start..byte].chars().count() + 1 }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Item {
    /// Path within the course folder, with `/`.
    pub file: String,
    #[serde(flatten)]
    pub position: Position,
    pub severity: Severity,
    /// A stable name for this kind of finding.
    pub code: &'static str,
    pub message: String,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, position: Position { line, column }, code, message, .. } = self;
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{file}:{line}:{column}: {severity}[{code}]: {message}")
    }
}

/// Everything found in a course, in the order of its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub items: Vec<Item>,
}

impl Report {
    pub fn error(&mut self, file: &str, position: Position, code: &'static str, message: impl Into<String>) {
        self.add(file, position, Severity::Error, code, message.into());
    }

    pub fn warning(&mut self, file: &str, position: Position, code: &'static str, message: impl Into<String>) {
        self.add(file, position, Severity::Warning, code, message.into());
    }

    fn add(&mut self, file: &str, position: Position, severity: Severity, code: &'static str, message: String) {
        self.items.push(Item { file: file.to_owned(), position, severity, code, message });
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.items.iter().filter(|item| item.severity == severity).count()
    }

    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Sorts by place and drops what was said twice (two languages may name the same missing file).
    pub(super) fn tidy(&mut self) {
        self.items.sort();
        self.items.dedup();
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for item in &self.items {
            writeln!(f, "{item}")?;
        }
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        write!(f, "{}, {}", counted(errors, "error"), counted(warnings, "warning"))
    }
}

/// So many of that, in words.
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Writes findings about one file.
pub(super) struct Notes<'r> {
    pub file: &'r str,
    pub report: &'r mut Report,
}

impl Notes<'_> {
    pub fn add(&mut self, at: Position, severity: Severity, code: &'static str, message: String) {
        self.report.add(self.file, at, severity, code, message);
    }

    pub fn error(&mut self, at: Position, code: &'static str, message: impl Into<String>) {
        self.report.error(self.file, at, code, message);
    }

    pub fn warning(&mut self, at: Position, code: &'static str, message: impl Into<String>) {
        self.report.warning(self.file, at, code, message);
    }
}
