//! Where a publication came from: a commit when one is known, and always a hash of the content.

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
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
///
/// A repository's own configuration may name programs for almost everything, and a folder that somebody sent must not run
/// them. So git is asked what the commit has and what our files are called there as they are, which runs none.
pub fn commit_of(folder: &Path) -> Option<String> {
    let commit = git(folder, &["rev-parse", "--verify", "HEAD"], "")?.trim().to_owned();
    let is_commit = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (paths, hashes) = committed(folder, &commit)?;
    let others = git(folder, &["ls-files", "-z", "--others", "--exclude-standard"], "")?;
    let known = git(folder, &["ls-files", "-z"], "")?;
    // These paths git takes from the top of the repository, of which the folder may be a part.
    let folder = folder.canonicalize().ok()?;
    let files: Option<Vec<String>> = paths.iter().map(|path| Some(folder.join(path).to_str()?.to_owned())).collect();
    let present = git(&folder, &["hash-object", "--no-filters", "--stdin-paths"], &files?.join("\n"))?;
    let same = others.is_empty() && known.split_terminator('\0').eq(&paths) && present.lines().eq(&hashes);
    (is_commit && same).then_some(commit)
}

/// The files of a commit below the folder, in order, and the hashes of their content.
fn committed(folder: &Path, commit: &str) -> Option<(Vec<String>, Vec<String>)> {
    let listed = git(folder, &["ls-tree", "-r", "-z", commit], "")?;
    // `100644 blob HASH<tab>PATH`; no name that we read has lines.
    let file = |entry: &str| {
        let (kind, path) = entry.split_once('\t').filter(|(_, path)| !path.contains('\n'))?;
        Some((path.to_owned(), kind.rsplit(' ').next()?.to_owned()))
    };
    listed.split_terminator('\0').map(file).collect()
}

/// Takes no locks and asks nobody elsewhere for what is missing.
fn git(folder: &Path, arguments: &[&str], input: &str) -> Option<String> {
    let mut command = Command::new("git");
    command.args(["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"]);
    command.arg("-C").arg(folder).args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let (mut writer, input) = (child.stdin.take()?, input.to_owned());
    // It may answer before it has read everything.
    let written = std::thread::spawn(move || writer.write_all(input.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let _ = written.join();
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}
