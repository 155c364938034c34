//! Where site and hub speak to each other: at Unix sockets in a folder that nobody else can enter.
//!
//! Each shows the other a token that opens everything. At a port that nobody holds, because the other has fallen, any
//! learner's program can listen and be shown it; here nobody answers then.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The longest path that a socket may have, as the kernel counts it.
const LONGEST: usize = 107;
const OF_HUB: &str = "hub.sock";
const OF_SITE: &str = "site.sock";

pub struct Sockets {
    folder: PathBuf,
    /// Taken away again at the end.
    _made: Option<TempDir>,
}

impl Sockets {
    /// In the hub's folder, or where that is too deep in one of their own.
    pub fn below(state: &Path) -> io::Result<Self> {
        if state.join(OF_SITE).as_os_str().len() <= LONGEST {
            return Ok(Self { folder: state.to_owned(), _made: None });
        }
        // A short path, whatever TMPDIR says; ours alone, whatever the umask says.
        let closed = fs::Permissions::from_mode(0o700);
        let made = tempfile::Builder::new().prefix("tenarai-hub-").permissions(closed).tempdir_in("/tmp")?;
        Ok(Self { folder: made.path().to_owned(), _made: Some(made) })
    }

    /// The hub's proxy listens here for us.
    pub fn of_hub(&self) -> PathBuf {
        self.folder.join(OF_HUB)
    }

    /// And we for the hub.
    pub fn of_site(&self) -> PathBuf {
        self.folder.join(OF_SITE)
    }
}

/// Listens there; what an earlier site left is taken away.
pub fn listen(socket: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(socket) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => UnixListener::bind(socket),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_folder_that_is_too_deep_for_a_socket_has_them_elsewhere_and_as_closed() {
        let folder = tempfile::tempdir().expect("a folder");
        let near = Sockets::below(folder.path()).expect("there is room");
        assert_eq!(near.of_hub(), folder.path().join("hub.sock"));
        let deep = folder.path().join("deep/".repeat(30));
        let far = Sockets::below(&deep).expect("there is room");
        let mode = fs::metadata(&far.folder).expect("a folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        for socket in [near.of_hub(), near.of_site(), far.of_hub(), far.of_site()] {
            for _ in 0..2 {
                let _listener = listen(&socket).expect("the last one is gone");
                UnixStream::connect(&socket).expect("it is heard");
            }
            assert!(UnixStream::connect(&socket).is_err());
        }
        let gone = far.folder.clone();
        drop(far);
        assert!(!gone.exists());
    }
}
