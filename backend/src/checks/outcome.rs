//! What came of a run, as the runner says it (`k8s/jupyterhub/checks`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What stands for a letter that is none, as JSON spells it.
const NO_LETTER: &[u8; 4] = b"fffd";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub status: RunStatus,
    pub seconds: f64,
    pub peak_memory_mb: Option<f64>,
    pub execution: Execution,
    pub cells: Cells,
    pub tests: BTreeMap<String, TestOutcome>,
}

impl Outcome {
    /// Reads what the runner said. Much of it are words of a submission, which may be anything: the two letters that JSON
    /// can spell and a database or a text cannot hold are taken out, so that they make no failure of the machine.
    pub fn read(mut said: Vec<u8>) -> serde_json::Result<Self> {
        replace_letters(&mut said);
        serde_json::from_slice(&said)
    }
}

/// Puts another letter in the place of each NUL and each half of a surrogate pair, in all strings there are. JSON knows
/// them in this spelling only.
fn replace_letters(json: &mut [u8]) {
    let mut at = 0;
    while at < json.len() {
        if json[at] != b'\\' {
            at += 1;
            continue;
        }
        match spelled(json, at) {
            Some(0xD800..=0xDBFF) if matches!(spelled(json, at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(0 | 0xD800..=0xDFFF) => {
                json[at + 2..at + 6].copy_from_slice(NO_LETTER);
                at += 6;
            }
            // Another backslash, or a quotation mark, is part of this one.
            _ => at += 2,
        }
    }
}

/// What `\uXXXX` at this place stands for.
fn spelled(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    Finished,
    TimedOut,
    OutOfMemory,
    Crashed,
    /// It is no notebook that can be run.
    Unreadable,
}

/// How the notebook ran from scratch, all cells in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Execution {
    pub status: ExecutionStatus,
    /// The first cell that failed.
    pub cell: Option<String>,
    pub error_name: Option<String>,
    pub error_message: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionStatus {
    Ok,
    /// A cell failed; those after it ran all the same.
    Failed,
    /// The kernel ended.
    Died,
    TimedOut,
    NotRun,
}

/// What became of the handout's cells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cells {
    /// Given cells that had been changed: ours ran.
    pub restored: Vec<String>,
    /// Deleted ones, which were put back.
    pub missing: Vec<String>,
    pub duplicated: Vec<String>,
    /// How many are the trainee's own.
    pub added: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestOutcome {
    pub status: TestStatus,
    /// The author's words, where it failed.
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub seconds: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestStatus {
    Passed,
    Failed,
    /// The check itself failed, not what it checked.
    Error,
    NotRun,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_none_are_replaced_and_nothing_else() {
        for (said, expected) in [
            (r#""a\u0000b""#, "a\u{fffd}b"),
            (r#""\ud800""#, "\u{fffd}"),
            (r#""\udc00\ud800x""#, "\u{fffd}\u{fffd}x"),
            (r#""\uD800\uD83D\uDE00""#, "\u{fffd}\u{1f600}"),
            (r#""\\u0000 \\\u0000 \" \u0001""#, "\\u0000 \\\u{fffd} \" \u{1}"),
            (r#""一 plain""#, "一 plain"),
        ] {
            let mut json = said.as_bytes().to_vec();
            replace_letters(&mut json);
            assert_eq!(serde_json::from_slice::<String>(&json).expect(said), expected);
        }
        // What ends in the middle is left to whoever reads it.
        for broken in [r"\", r"\u00", r"\u0041\u"] {
            let mut json = broken.as_bytes().to_vec();
            replace_letters(&mut json);
            assert_eq!(json, broken.as_bytes());
        }
    }
}
