//! Reads notebooks that anyone may have made: what is known is kept, what is not is passed over, and nothing is built in
//! memory that will not be shown.

mod output;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{Unreadable, scan};
use crate::content::CellKind;
use crate::content::shared::{Candidate, Source, assign_ids};

pub use output::{Attachments, Bundle, Output};

pub const MOST_BYTES: usize = 32 << 20;
pub const MOST_CELLS: usize = 2_000;
/// Of one cell; what comes after is counted.
const MOST_OUTPUTS: usize = 500;

/// What a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Code,
    Markdown,
    Raw,
    /// Of a type that Jupyter does not have.
    Other,
}

#[derive(Debug)]
pub struct Notebook {
    /// The language of its code.
    pub language: String,
    pub cells: Vec<Cell>,
}

#[derive(Debug)]
pub struct Cell {
    pub id: String,
    pub index: usize,
    pub kind: Kind,
    /// What the file calls it.
    pub type_name: String,
    pub source: String,
    pub execution_count: Option<u64>,
    pub outputs: Vec<Output>,
    /// So many more have not been read.
    pub outputs_left: usize,
    pub attachments: Attachments,
}

impl Cell {
    pub fn has_error(&self) -> bool {
        self.outputs.iter().any(|output| matches!(output, Output::Error { .. }))
    }
}

#[derive(serde::Deserialize)]
struct File<'t> {
    #[serde(borrow, default)]
    cells: Option<&'t RawValue>,
    #[serde(borrow, default)]
    metadata: Option<&'t RawValue>,
    #[serde(default)]
    nbformat: Lenient<u64>,
}

#[derive(serde::Deserialize)]
struct Metadata {
    #[serde(default)]
    language_info: Lenient<Language>,
}

#[derive(serde::Deserialize)]
struct Language {
    #[serde(default)]
    name: Lenient<String>,
}

#[derive(serde::Deserialize)]
struct WrittenCell<'t> {
    cell_type: String,
    #[serde(default)]
    id: Lenient<String>,
    source: Source,
    #[serde(default)]
    execution_count: Lenient<u64>,
    #[serde(borrow, default)]
    outputs: Option<&'t RawValue>,
    #[serde(borrow, default)]
    attachments: Option<&'t RawValue>,
}

pub fn read(bytes: &[u8]) -> Result<Notebook, Unreadable> {
    if bytes.len() > MOST_BYTES {
        return Err(Unreadable::TooLarge { bytes: bytes.len(), most: MOST_BYTES });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)?;
    let text = scan::scan(text.trim_start_matches('\u{feff}'))?;
    let file: File = serde_json::from_str(&text).map_err(|error| {
        if error.is_data() {
            Unreadable::NotANotebook
        } else {
            Unreadable::NotJson { line: error.line(), column: error.column() }
        }
    })?;
    match file.nbformat.0 {
        Some(4) => {}
        Some(major) => return Err(Unreadable::Format { major }),
        None => return Err(Unreadable::NotANotebook),
    }
    let raw = file.cells.ok_or(Unreadable::NotANotebook)?;
    let cells: AtMost<&RawValue, MOST_CELLS> = serde_json::from_str(raw.get()).map_err(|_| Unreadable::NotANotebook)?;
    if cells.left > 0 {
        return Err(Unreadable::TooManyCells { cells: MOST_CELLS + cells.left, most: MOST_CELLS });
    }
    let cells = cells.items.into_iter().enumerate();
    let cells = cells.map(|(index, raw)| cell(index, raw).ok_or(Unreadable::Cell { number: index + 1 }));
    let mut cells: Vec<Cell> = cells.collect::<Result<_, _>>()?;
    give_ids(&mut cells);
    Ok(Notebook { language: language(file.metadata), cells })
}

fn language(metadata: Option<&RawValue>) -> String {
    let metadata: Option<Metadata> = metadata.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let name = metadata.and_then(|metadata| metadata.language_info.0?.name.0).filter(|name| name.len() <= 32);
    name.unwrap_or_else(|| "python".to_owned())
}

fn cell(index: usize, raw: &RawValue) -> Option<Cell> {
    let cell: WrittenCell = serde_json::from_str(raw.get()).ok()?;
    let kind = match cell.cell_type.as_str() {
        "code" => Kind::Code,
        "markdown" => Kind::Markdown,
        "raw" => Kind::Raw,
        _ => Kind::Other,
    };
    let outputs = cell.outputs.filter(|_| kind == Kind::Code);
    let outputs: Option<AtMost<&RawValue, MOST_OUTPUTS>> = outputs.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let outputs = outputs.unwrap_or_default();
    let attachments = cell.attachments.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    Some(Cell {
        id: cell.id.0.unwrap_or_default(),
        index,
        kind,
        type_name: cell.cell_type,
        source: cell.source.0.replace("\r\n", "\n"),
        execution_count: cell.execution_count.0.filter(|_| kind == Kind::Code),
        outputs: output::joined(outputs.items.into_iter().map(output::read)),
        outputs_left: outputs.left,
        attachments,
    })
}

/// Each cell has an id that no other has: its own where it is the first with it, else one made of what it says.
fn give_ids(cells: &mut [Cell]) {
    let mut taken = BTreeSet::new();
    let own: Vec<Option<&str>> = cells
        .iter()
        .map(|cell| Some(cell.id.as_str()).filter(|id| is_an_id(id) && taken.insert((*id).to_owned())))
        .collect();
    let candidates: Vec<Candidate> = cells
        .iter()
        .zip(own)
        .map(|(cell, id)| Candidate { id, kind: cell.kind.nearest(), source: &cell.source })
        .collect();
    let ids = assign_ids(&candidates, &[]);
    for (cell, id) in cells.iter_mut().zip(ids) {
        cell.id = id;
    }
}

/// As nbformat 4.5 defines them.
fn is_an_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

impl Kind {
    /// What courses would take it for.
    pub fn nearest(self) -> CellKind {
        match self {
            Self::Code => CellKind::Code,
            Self::Markdown | Self::Raw | Self::Other => CellKind::Markdown,
        }
    }
}

/// A value that may be of another type than it should, which is nothing to fail for.
#[derive(Debug)]
pub struct Lenient<T>(pub Option<T>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

/// The first items of a list; the others are only counted, so that a long list takes no memory.
#[derive(Debug)]
pub struct AtMost<T, const MOST: usize> {
    pub items: Vec<T>,
    pub left: usize,
}

impl<T, const MOST: usize> Default for AtMost<T, MOST> {
    fn default() -> Self {
        Self { items: Vec::new(), left: 0 }
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for AtMost<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(AtMostVisitor(PhantomData))
    }
}

struct AtMostVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for AtMostVisitor<T, MOST> {
    type Value = AtMost<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut read = AtMost::default();
        while read.items.len() < MOST {
            match list.next_element()? {
                Some(item) => read.items.push(item),
                None => return Ok(read),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            read.left += 1;
        }
        Ok(read)
    }
}

/// The first entries of an object.
pub fn first_entries<'de, A: MapAccess<'de>, V: Deserialize<'de>>(
    mut map: A,
    most: usize,
) -> Result<BTreeMap<String, V>, A::Error> {
    let mut entries = BTreeMap::new();
    while let Some(key) = map.next_key::<String>()? {
        if entries.len() < most && key.len() <= 200 {
            entries.insert(key, map.next_value()?);
        } else {
            map.next_value::<IgnoredAny>()?;
        }
    }
    Ok(entries)
}
