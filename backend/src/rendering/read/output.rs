//! What running a cell left behind.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Lenient, first_entries};
use crate::content::shared::Source;

/// Representations of one result, and attachments of one cell.
const MOST_ENTRIES: usize = 64;

/// One output of a code cell.
#[derive(Debug)]
pub enum Output {
    Stream {
        is_stderr: bool,
        text: String,
    },
    /// The value of a cell's last line (then with its number), or something it displayed.
    Data {
        execution_count: Option<u64>,
        data: Bundle,
    },
    Error {
        name: String,
        value: String,
        traceback: Vec<String>,
    },
    /// Nothing that Jupyter writes.
    Malformed,
}

/// Representations of one thing by their media types, each still as it stands in the file.
#[derive(Debug, Default)]
pub struct Bundle(BTreeMap<String, Box<RawValue>>);

/// Pictures of a Markdown cell by their names.
#[derive(Debug, Default)]
pub struct Attachments(BTreeMap<String, Bundle>);

impl Bundle {
    /// The media types there are.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A representation that is text, or lines of it.
    pub fn text(&self, media: &str) -> Option<String> {
        serde_json::from_str::<Source>(self.0.get(media)?.get()).ok().map(|source| source.0)
    }

    /// A representation as it stands in the file.
    pub fn raw(&self, media: &str) -> Option<&str> {
        self.0.get(media).map(|raw| raw.get())
    }
}

impl Attachments {
    pub fn get(&self, name: &str) -> Option<&Bundle> {
        self.0.get(name)
    }
}

#[derive(Deserialize)]
struct Written {
    output_type: String,
    #[serde(default)]
    name: Lenient<String>,
    #[serde(default)]
    text: Lenient<Source>,
    #[serde(default)]
    data: Lenient<Bundle>,
    #[serde(default)]
    execution_count: Lenient<u64>,
    #[serde(default)]
    ename: Lenient<String>,
    #[serde(default)]
    evalue: Lenient<String>,
    #[serde(default)]
    traceback: Lenient<super::AtMost<String, 5_000>>,
}

pub fn read(raw: &RawValue) -> Output {
    let Ok(output) = serde_json::from_str::<Written>(raw.get()) else { return Output::Malformed };
    match output.output_type.as_str() {
        "stream" => match output.text.0 {
            Some(text) => Output::Stream { is_stderr: output.name.0.as_deref() == Some("stderr"), text: text.0 },
            None => Output::Malformed,
        },
        "execute_result" | "display_data" => match output.data.0 {
            Some(data) => Output::Data {
                execution_count: output.execution_count.0.filter(|_| output.output_type == "execute_result"),
                data,
            },
            None => Output::Malformed,
        },
        "error" => Output::Error {
            name: output.ename.0.unwrap_or_default(),
            value: output.evalue.0.unwrap_or_default(),
            traceback: output.traceback.0.unwrap_or_default().items,
        },
        _ => Output::Malformed,
    }
}

/// Pieces of one stream that follow one another are one text: a progress bar is written in hundreds.
pub fn joined(outputs: impl Iterator<Item = Output>) -> Vec<Output> {
    let mut all: Vec<Output> = Vec::new();
    for output in outputs {
        match (all.last_mut(), output) {
            (Some(Output::Stream { is_stderr, text }), Output::Stream { is_stderr: too, text: more })
                if *is_stderr == too =>
            {
                text.push_str(&more);
            }
            (_, output) => all.push(output),
        }
    }
    all
}

struct Entries<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        first_entries(map, MOST_ENTRIES)
    }
}

impl<'de> Deserialize<'de> for Bundle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(std::marker::PhantomData)).map(Self)
    }
}

impl<'de> Deserialize<'de> for Attachments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(std::marker::PhantomData)).map(Self)
    }
}
