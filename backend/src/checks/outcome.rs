//! What came of a run, as the runner says it (`k8s/jupyterhub/checks`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub status: RunStatus,
    pub seconds: f64,
    pub peak_memory_mb: Option<f64>,
    pub execution: Execution,
    pub cells: Cells,
    pub tests: BTreeMap<String, TestOutcome>,
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
