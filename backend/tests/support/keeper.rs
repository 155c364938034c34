//! Servers that tests start: they end with the test process, whichever way it ends, and leave nothing behind.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// A server under a keeper: a shell that waits for the end of its standard input, which is ours alone to hold open.
/// Statics are never dropped and a killed process drops nothing; the kernel closes the pipe in every case.
pub struct Kept {
    keeper: Child,
    lifeline: Option<ChildStdin>,
}

const KEEPER: &str = r#"
"$@" >"$KEPT_LOG" 2>&1 &
server=$!
cat >/dev/null
kill -"$KEPT_SIGNAL" "$server"
wait "$server" 2>/dev/null
rm -rf "$KEPT_DIR"
"#;

impl Kept {
    /// Starts `program`; at the end it gets `signal` and `dir` is deleted.
    pub fn start(program: &[&str], signal: &str, dir: &Path) -> Self {
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args(program)
            .env("KEPT_LOG", dir.join("server.log"))
            .env("KEPT_SIGNAL", signal)
            .env("KEPT_DIR", dir)
            .stdin(Stdio::piped())
            // Ctrl-C at the terminal is for the tests; the keeper hears of it by the pipe.
            .process_group(0)
            .spawn()
            .expect("sh starts");
        let lifeline = keeper.stdin.take();
        Self { keeper, lifeline }
    }

    /// Ends the server and waits for that.
    pub fn end(&mut self) {
        drop(self.lifeline.take());
        let _ = self.keeper.wait();
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.end();
    }
}

/// A fresh folder of the temporary ones; its keeper deletes it.
pub fn folder(prefix: &str) -> PathBuf {
    tempfile::Builder::new().prefix(prefix).tempdir().expect("a temporary folder").keep()
}
