//! Whether what was read is a notebook at all.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::http::problem::Problem;
use crate::notebooks::problems::NOT_A_NOTEBOOK;

/// Nobody reads more than that; a program may write any number.
const MOST_CELLS: usize = 2_000;

#[derive(Deserialize)]
struct File<'t> {
    nbformat: u64,
    #[serde(borrow)]
    cells: Vec<&'t RawValue>,
}

#[derive(Deserialize)]
struct Cell<'t> {
    #[serde(borrow, rename = "cell_type")]
    _kind: &'t str,
    #[serde(rename = "source")]
    _source: IgnoredAny,
}

/// Refuses what Jupyter would not open either. What is in the cells is looked at by those who read them.
pub fn check(text: &str) -> Result<(), Problem> {
    let refuse = |reason: String| NOT_A_NOTEBOOK.problem().with("reason", reason);
    let file: File = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
    if file.nbformat != 4 {
        return Err(refuse(format!("nbformat {}", file.nbformat)));
    }
    if file.cells.len() > MOST_CELLS {
        return Err(refuse(format!("{} cells", file.cells.len())));
    }
    for (number, cell) in file.cells.into_iter().enumerate() {
        let read: Result<Cell, _> = serde_json::from_str(cell.get());
        read.map_err(|error| refuse(format!("cell {}: {error}", number + 1)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_jupyter_would_not_open_is_refused_with_the_reason() {
        let nested = format!("{{\"nbformat\": 4, \"cells\": [{}]}}", "[".repeat(200_000));
        for text in [
            "",
            "[]",
            "{\"nbformat\": 4}",
            "{\"nbformat\": 3, \"cells\": []}",
            "{\"nbformat\": 4, \"cells\": {}}",
            "{\"nbformat\": 4, \"cells\": [7]}",
            "{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\"}]}",
            &format!("{{\"nbformat\": 4, \"cells\": [{}]}}", vec!["{}"; MOST_CELLS + 1].join(",")),
            &nested,
        ] {
            assert!(check(text).is_err(), "{}", text.chars().take(80).collect::<String>());
        }
    }

    #[test]
    fn a_notebook_is_one() {
        let text = r##"{"nbformat": 4, "nbformat_minor": 5, "metadata": {},
            "cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# A"]}]}"##;
        assert!(check(text).is_ok());
    }
}
