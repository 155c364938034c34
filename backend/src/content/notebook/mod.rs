//! Notebooks: read strictly, stripped of what running left behind, written the way Jupyter writes them.
//!
//! The bytes depend on nothing but the cells, so the same notebook always has the same hash.

mod ids;
mod read;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::report::Notes;
use crate::blobs::BlobId;

pub use ids::{Candidate, Earlier, assign};
pub use read::Source;

/// A cell of a handout, as the site knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cell {
    pub id: String,
    /// Its place in the notebook, from 0.
    pub index: usize,
    pub kind: CellKind,
    /// Of its source in UTF-8.
    pub source_sha256: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CellKind {
    Code,
    Markdown,
}

/// A notebook as its author wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Notebook {
    metadata: Map<String, Value>,
    cells: Vec<Written>,
}

#[derive(Debug, Clone, PartialEq)]
struct Written {
    id: Option<String>,
    kind: CellKind,
    source: String,
    metadata: Map<String, Value>,
    attachments: Option<Map<String, Value>>,
}

/// A notebook as trainees get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handout {
    pub bytes: Vec<u8>,
    pub blob: BlobId,
    pub cells: Vec<Cell>,
}

impl Notebook {
    /// Reads a file; everything that is wrong with it is noted.
    pub fn read(text: &str, notes: &mut Notes) -> Option<Self> {
        read::read(text, notes)
    }

    /// The ids its author gave, for checking what texts refer to.
    pub fn cell_ids(&self) -> BTreeSet<String> {
        self.cells.iter().filter_map(|cell| cell.id.clone()).collect()
    }

    /// Gives every cell an id and writes the handout.
    pub fn hand_out(&self, earlier: &[Earlier]) -> Handout {
        let candidates: Vec<Candidate> = self.cells.iter().map(Written::candidate).collect();
        let ids = assign(&candidates, earlier);
        let cells = self.cells.iter().zip(&ids).enumerate().map(|(index, (cell, id))| Cell {
            id: id.clone(),
            index,
            kind: cell.kind,
            source_sha256: BlobId::of(cell.source.as_bytes()).into(),
        });
        let cells = cells.collect();
        let written: Vec<Value> = self.cells.iter().zip(ids).map(|(cell, id)| cell.to_json(id)).collect();
        let mut bytes = pretty(&serde_json::json!({
            "cells": written,
            "metadata": self.metadata,
            "nbformat": 4,
            "nbformat_minor": 5,
        }));
        bytes.push(b'\n');
        Handout { blob: BlobId::of(&bytes), bytes, cells }
    }
}

impl Written {
    fn candidate(&self) -> Candidate<'_> {
        Candidate { id: self.id.as_deref(), kind: self.kind, source: &self.source }
    }

    fn to_json(&self, id: String) -> Value {
        let source: Vec<&str> = self.source.split_inclusive('\n').collect();
        let mut cell = Map::new();
        cell.insert("id".to_owned(), id.into());
        cell.insert("metadata".to_owned(), self.metadata.clone().into());
        cell.insert("source".to_owned(), source.into());
        match self.kind {
            CellKind::Code => {
                cell.insert("cell_type".to_owned(), "code".into());
                cell.insert("execution_count".to_owned(), Value::Null);
                cell.insert("outputs".to_owned(), Value::Array(Vec::new()));
            }
            CellKind::Markdown => {
                cell.insert("cell_type".to_owned(), "markdown".into());
                if let Some(attachments) = &self.attachments {
                    cell.insert("attachments".to_owned(), attachments.clone().into());
                }
            }
        }
        Value::Object(cell)
    }
}

/// One blank a level and keys in order, as Jupyter's own writer does it.
fn pretty(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    // A Value has text for keys and goes into memory: nothing can fail.
    let _ = sorted(value).serialize(&mut serializer);
    bytes
}

/// Objects keep their order when another crate asks serde_json for that; here the order must not depend on it.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
