//! The runner of one machine: a process that builds its sandbox itself (`k8s/jupyterhub/checks`, decision 0022).

use std::fs::File;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use tempfile::NamedTempFile;
use tokio::process::Command;

use super::job::{Job, Limits};
use super::outcome::Outcome;
use super::runner::{Runner, RunnerError};
use crate::accounts::Locale;

/// It says whether it can work, or has ended, long before that.
const PATIENCE: Duration = Duration::from_secs(30);
/// A lock without a folder is of a run that is about to begin, or never did.
const STALE_LOCK: Duration = Duration::from_secs(60 * 60);
const LOCK: &str = ".lock";
/// The runner ends when its standard input does, and so with this process, however that ends.
const TIED: &str = "--tied";

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
        command.args(["-I", "-m", "tenarai_checks"]).arg(argument).arg(TIED);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // Nothing of what this process knows is its business.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C.UTF-8");
        let mut child = command.spawn()?;
        let _tie = child.stdin.take();
        let output = child.wait_with_output();
        let output = tokio::time::timeout(within, output).await.map_err(|_| RunnerError::Endless)??;
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
        sweep(&self.folder);
        self.call(Path::new("--can"), PATIENCE).await.map(drop)
    }

    async fn run(&self, job: &Job) -> Result<Outcome, RunnerError> {
        let folder = lay_out(&self.folder, job)?;
        let within = Duration::from_secs(job.limits.seconds) + PATIENCE;
        let output = self.call(&folder.path, within).await?;
        Ok(Outcome::read(output.stdout)?)
    }
}

/// A folder that nobody else can enter, and that goes with the run. While the run goes on a file beside it is locked: a
/// process that ends loses its locks, and whoever comes next sees what it left.
struct JobFolder {
    path: PathBuf,
    /// Removed after the folder.
    _lock: NamedTempFile,
}

impl JobFolder {
    fn make(parent: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(parent)?;
        let lock = tempfile::Builder::new().prefix("run-").suffix(LOCK).tempfile_in(parent)?;
        lock.as_file().lock()?;
        let path = lock.path().with_extension("");
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self { path, _lock: lock })
    }
}

impl Drop for JobFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes the folders of runs whose process is gone; others may have runs here.
fn sweep(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let path = entry.path();
        if !entry.file_name().to_string_lossy().starts_with("run-") {
            continue;
        }
        if path.is_dir() {
            let lock = path.with_extension(&LOCK[1..]);
            // Where there is no file it is of a process that is gone, too.
            let held = File::open(&lock).is_ok_and(|file| file.try_lock().is_err());
            if !held {
                let _ = std::fs::remove_dir_all(&path);
                let _ = std::fs::remove_file(&lock);
            }
        } else if !path.with_extension("").is_dir() {
            let changed = entry.metadata().and_then(|metadata| metadata.modified()).ok();
            if changed.and_then(|at| at.elapsed().ok()).is_some_and(|since| since >= STALE_LOCK) {
                let _ = std::fs::remove_file(&path);
            }
        }
    }
}

/// Writes down all that a run needs.
fn lay_out(parent: &Path, job: &Job) -> std::io::Result<JobFolder> {
    let folder = JobFolder::make(parent)?;
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&folder.path))?;
        std::fs::write(path, bytes)
    };
    let order = Order { format: 1, tests: &job.tests, limits: job.limits, locale: job.locale };
    write("job.json", &serde_json::to_vec(&order)?)?;
    write("submission.ipynb", &job.submission)?;
    write("handout.ipynb", &job.handout)?;
    write("checks.py", &job.checks)?;
    std::fs::create_dir_all(folder.path.join("data"))?;
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
        // Of a process that has ended a lock is left that nobody holds.
        std::fs::write(parent.path().join("run-b.lock"), "").expect("a file");
        let going_on = JobFolder::make(parent.path()).expect("a folder");
        sweep(parent.path());
        let left = || {
            let left = std::fs::read_dir(parent.path()).expect("it is there").flatten();
            left.filter(|entry| entry.path().is_dir()).map(|entry| entry.path()).collect::<Vec<_>>()
        };
        let mut expected = vec![parent.path().join("other"), going_on.path.clone()];
        expected.sort();
        let mut found = left();
        found.sort();
        assert_eq!(found, expected);
        drop(going_on);
        assert_eq!(left(), [parent.path().join("other")]);
        assert_eq!(std::fs::read_dir(parent.path()).expect("it is there").count(), 1);
        // A folder that is not there has nothing to remove.
        sweep(&parent.path().join("nowhere"));
    }
}
