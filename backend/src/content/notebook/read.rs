//! Reads nbformat 4 strictly, each cell by itself, so that a mistake in one hides none in another.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{CellKind, Notebook, Written};
use crate::content::report::{Lines, Notes, Position};

const MOST_CELLS: usize = 1_000;
/// The one kernel of a learner's server.
const KERNEL: &str = "python3";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'t> {
    #[serde(borrow)]
    cells: Vec<&'t RawValue>,
    #[serde(borrow)]
    metadata: &'t RawValue,
    nbformat: u64,
    nbformat_minor: u64,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Cell {
    cell_type: String,
    id: Option<String>,
    metadata: Map<String, Value>,
    source: Source,
    #[serde(default)]
    attachments: Option<Map<String, Value>>,
    /// Of code cells only; not kept.
    #[serde(default)]
    outputs: Option<Vec<IgnoredAny>>,
    #[serde(default, deserialize_with = "present")]
    execution_count: Option<Option<u64>>,
}

/// Tells `null` from nothing.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u64>>, D::Error> {
    Option::<u64>::deserialize(deserializer).map(Some)
}

/// One text, or its lines.
#[derive(Debug, Default)]
pub struct Source(pub String);

pub fn read(text: &str, notes: &mut Notes) -> Option<Notebook> {
    let lines = Lines::of(text);
    let file: File = match serde_json::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            refuse(&lines, text, 0, &error, "this is not a notebook", notes);
            return None;
        }
    };
    if file.nbformat != 4 || file.nbformat_minor > 5 {
        let version = format!("{}.{}", file.nbformat, file.nbformat_minor);
        let message = format!("the notebook has format {version}; save it in format 4.5");
        notes.error(Position::START, "notebook_format", message);
        return None;
    }
    if file.cells.is_empty() || file.cells.len() > MOST_CELLS {
        let message = format!("a notebook has between 1 and {MOST_CELLS} cells, not {}", file.cells.len());
        notes.error(Position::START, "notebook_cells", message);
        return None;
    }
    let mut taken = BTreeMap::new();
    let count = file.cells.len();
    let cells: Vec<Written> =
        file.cells.into_iter().filter_map(|raw| cell(&lines, text, raw, &mut taken, notes)).collect();
    let metadata = metadata(&lines, text, file.metadata, notes)?;
    (cells.len() == count).then_some(Notebook { metadata, cells })
}

/// What is kept of a notebook's metadata. Without a kernel Jupyter would ask each trainee for one, and there is one only.
fn metadata(lines: &Lines, text: &str, raw: &RawValue, notes: &mut Notes) -> Option<Map<String, Value>> {
    let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
    let mut metadata: Map<String, Value> = match serde_json::from_str(raw.get()) {
        Ok(metadata) => metadata,
        Err(error) => {
            refuse(lines, text, start, &error, "this is not a notebook", notes);
            return None;
        }
    };
    metadata.retain(|key, _| ["kernelspec", "language_info"].contains(&key.as_str()));
    match metadata.get("kernelspec").and_then(|kernel| kernel.get("name")).and_then(Value::as_str) {
        Some(KERNEL) => {}
        Some(other) => {
            let at = lines.place(start + raw.get().find("\"kernelspec\"").unwrap_or(0));
            let message = format!("trainees have the kernel `{KERNEL}` only, not `{other}`: choose it and save again");
            notes.error(at, "kernel", message);
        }
        None => {
            let kernel = serde_json::json!({"display_name": "Python 3", "language": "python", "name": KERNEL});
            metadata.insert("kernelspec".to_owned(), kernel);
        }
    }
    Some(metadata)
}

fn cell(
    lines: &Lines,
    text: &str,
    raw: &RawValue,
    taken: &mut BTreeMap<String, Position>,
    notes: &mut Notes,
) -> Option<Written> {
    // The slice lies within the text it was borrowed from.
    let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
    let at = lines.place(start);
    let cell: Cell = match serde_json::from_str(raw.get()) {
        Ok(cell) => cell,
        Err(error) => {
            refuse(lines, text, start, &error, "this is not a cell", notes);
            return None;
        }
    };
    let kind = match cell.cell_type.as_str() {
        "code" => CellKind::Code,
        "markdown" => CellKind::Markdown,
        other => {
            let message = format!("a cell of type `{other}` does nothing for a trainee: make it code or markdown");
            notes.error(at, "cell_type", message);
            return None;
        }
    };
    if kind == CellKind::Code && (cell.outputs.is_none() || cell.execution_count.is_none()) {
        notes.warning(at, "cell_fields", "a code cell should have `outputs` and `execution_count`");
    }
    if kind == CellKind::Code && cell.attachments.is_some() {
        notes.error(at, "cell_fields", "a code cell has no `attachments`");
    }
    if kind == CellKind::Markdown && (cell.outputs.is_some() || cell.execution_count.flatten().is_some()) {
        notes.error(at, "cell_fields", "a markdown cell has no `outputs` or `execution_count`");
    }
    if let Some(id) = &cell.id {
        let valid = (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !valid {
            let rule = "may have 1 to 64 letters, digits, hyphens and underscores";
            notes.error(at, "cell_id", format!("the id of a cell {rule}, unlike `{id}`"));
            return None;
        }
        if let Some(first) = taken.insert(id.clone(), at) {
            let message = format!("the id `{id}` is taken by the cell at line {}", first.line);
            notes.error(at, "duplicate_cell_id", message);
            return None;
        }
    }
    let mut metadata = cell.metadata;
    // Traces of running and of looking; they would differ from save to save.
    for trace in ["execution", "collapsed", "scrolled", "trusted", "ExecuteTime"] {
        metadata.remove(trace);
    }
    Some(Written { id: cell.id, kind, source: cell.source.0, metadata, attachments: cell.attachments })
}

/// serde_json counts lines, and bytes in them, from where it began to read.
fn refuse(lines: &Lines, text: &str, start: usize, error: &serde_json::Error, what: &str, notes: &mut Notes) {
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or(&message);
    let line_start: usize =
        text[start..].split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = lines.place(start + line_start + error.column().saturating_sub(1));
    notes.error(at, "notebook", format!("{what}: {reason}"));
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourceVisitor)
    }
}

struct SourceVisitor;

impl<'de> Visitor<'de> for SourceVisitor {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of lines")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Source, E> {
        Ok(Source(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Source, A::Error> {
        let mut text = String::new();
        while let Some(line) = lines.next_element::<String>()? {
            text.push_str(&line);
        }
        Ok(Source(text))
    }
}
