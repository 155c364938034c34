//! The runner of one machine: a process that builds its sandbox itself (`k8s/jupyterhub/checks`, decision 0022).

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use tempfile::TempDir;
use tokio::process::Command;

use super::job::{Job, Limits};
use super::outcome::Outcome;
use super::runner::{Runner, RunnerError};
use crate::accounts::Locale;

/// It says whether it can work, or has ended, long before that.
const PATIENCE: Duration = Duration::from_secs(30);
/// No run takes so long.
const FORSAKEN: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs `python -I -m tenarai_checks`.
pub struct LocalRunner {
    python: PathBuf,
    folder: PathBuf,
}

#[derive(Serialize)]
struct Order<'j> {
    format: u32,
    tests: &'j [String],
    limits: Limits,
    locale: Locale,
}

impl LocalRunner {
    pub fn new(python: PathBuf, data_dir: &Path) -> Self {
        Self { python, folder: data_dir.join("checks") }
    }

    async fn call(&self, argument: &Path, within: Duration) -> Result<Output, RunnerError> {
        let mut command = Command::new(&self.python);
        command.args(["-I", "-m", "tenarai_checks"]).arg(argument);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // Nothing of what this process knows is its business.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C.UTF-8");
        let output = tokio::time::timeout(within, command.output()).await.map_err(|_| RunnerError::Endless)??;
        if output.status.success() {
            return Ok(output);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let why = said.lines().next_back().unwrap_or("it said nothing").chars().take(500).collect();
        Err(RunnerError::Unable(why))
    }
}

#[async_trait]
impl Runner for LocalRunner {
    async fn can(&self) -> Result<(), RunnerError> {
        sweep(&self.folder, FORSAKEN);
        self.call(Path::new("--can"), PATIENCE).await.map(drop)
    }

    async fn run(&self, job: &Job) -> Result<Outcome, RunnerError> {
        let folder = lay_out(&self.folder, job)?;
        let within = Duration::from_secs(job.limits.seconds) + PATIENCE;
        let output = self.call(folder.path(), within).await?;
        Ok(Outcome::read(output.stdout)?)
    }
}

/// Removes what a process left that was killed. Others may have runs here, which are younger.
fn sweep(parent: &Path, age: Duration) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let changed = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let is_old = changed.and_then(|at| at.elapsed().ok()).is_some_and(|since| since >= age);
        if is_old && entry.file_name().to_string_lossy().starts_with("run-") {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A folder that nobody else can enter, and that goes with the run.
fn lay_out(parent: &Path, job: &Job) -> std::io::Result<TempDir> {
    std::fs::create_dir_all(parent)?;
    let folder = tempfile::Builder::new().prefix("run-").tempdir_in(parent)?;
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        std::fs::write(path, bytes)
    };
    let order = Order { format: 1, tests: &job.tests, limits: job.limits, locale: job.locale };
    write("job.json", &serde_json::to_vec(&order)?)?;
    write("submission.ipynb", &job.submission)?;
    write("handout.ipynb", &job.handout)?;
    write("checks.py", &job.checks)?;
    std::fs::create_dir_all(folder.path().join("data"))?;
    for (path, bytes) in &job.data {
        write(path, bytes)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let parent = tempfile::tempdir().expect("a folder");
        for name in ["run-a", "run-b", "other"] {
            std::fs::create_dir(parent.path().join(name)).expect("a folder");
        }
        sweep(parent.path(), FORSAKEN);
        assert!(parent.path().join("run-a").exists());
        sweep(parent.path(), Duration::ZERO);
        let left: Vec<_> = std::fs::read_dir(parent.path()).expect("it is there").flatten().collect();
        assert_eq!(left.iter().map(|entry| entry.file_name()).collect::<Vec<_>>(), ["other"]);
        // A folder that is not there has nothing to remove.
        sweep(&parent.path().join("nowhere"), Duration::ZERO);
    }
}
