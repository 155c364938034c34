//! Where a publication came from: a commit when one is known, and always a hash of the content.

use std::fmt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::str::FromStr;

/// As it is kept in `publications.source`: `git:COMMIT tree:HASH`, or `tree:HASH` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub commit: Option<String>,
    pub tree: String,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(commit) = &self.commit {
            write!(f, "git:{commit} ")?;
        }
        write!(f, "tree:{}", self.tree)
    }
}

/// The text is not a source.
#[derive(Debug, thiserror::Error)]
#[error("a source is written git:COMMIT tree:HASH or tree:HASH")]
pub struct NotASource;

impl FromStr for Source {
    type Err = NotASource;

    fn from_str(text: &str) -> Result<Self, NotASource> {
        let (commit, tree) = match text.split_once(' ') {
            Some((commit, tree)) => (Some(commit.strip_prefix("git:").ok_or(NotASource)?.to_owned()), tree),
            None => (None, text),
        };
        Ok(Self { commit, tree: tree.strip_prefix("tree:").ok_or(NotASource)?.to_owned() })
    }
}

/// The commit a folder is checked out from, if git knows one and nothing in the folder differs from it.
pub fn commit_of(folder: &Path) -> Option<String> {
    let head = git(folder, &["rev-parse", "--verify", "HEAD"])?;
    let changed = git(folder, &["status", "--porcelain", "--untracked-files=all", "--", "."])?;
    let commit = String::from_utf8(head.stdout).ok()?.trim().to_owned();
    let is_commit = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    (changed.stdout.is_empty() && is_commit).then_some(commit)
}

/// Only looks: takes no locks, and runs no monitor that a repository's own configuration may name.
fn git(folder: &Path, arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new("git");
    command.args(["--no-optional-locks", "-c", "core.fsmonitor=false"]).arg("-C").arg(folder).args(arguments);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then_some(output)
}
