//! The log of a hub that we run. The hub and what it starts write to its end; nobody else keeps it short.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Beyond that many bytes it begins anew; what was before is kept beside it, once.
const MOST: u64 = 20 * 1024 * 1024;

/// Opens it for writing at its end, wherever that is: so that it can be cut while others write.
pub fn open(log: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(log)
}

pub fn keep_short(log: &Path) -> io::Result<()> {
    if fs::metadata(log)?.len() <= MOST {
        return Ok(());
    }
    // Where there is no room for the copy the log is cut all the same.
    let copied = keep_end(log, &log.with_extension("log.1"));
    OpenOptions::new().write(true).open(log)?.set_len(0)?;
    copied
}

/// However much there is, no more than that of it.
fn keep_end(log: &Path, kept: &Path) -> io::Result<()> {
    let mut file = File::open(log)?;
    file.seek(SeekFrom::End(-i64::try_from(MOST).unwrap_or(i64::MAX)))?;
    let mut copy = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(kept)?;
    io::copy(&mut file.take(MOST), &mut copy).map(drop)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_log_that_grew_begins_anew_while_it_is_written_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("hub.log");
        let mut hub = open(&log).expect("it opens");
        hub.write_all(b"first\n").expect("it is written");
        keep_short(&log).expect("it is short");
        assert_eq!(fs::read(&log).expect("a log"), b"first\n");
        hub.set_len(MOST).expect("it grows");
        hub.write_all(b"last\n").expect("it is written");
        keep_short(&log).expect("it is cut");
        hub.write_all(b"next\n").expect("it is written");
        assert_eq!(fs::read(&log).expect("a log"), b"next\n");
        let before = folder.path().join("hub.log.1");
        assert!(fs::read(&before).expect("the log before").ends_with(b"last\n"));
        assert_eq!(fs::metadata(&before).expect("the log before").permissions().mode() & 0o777, 0o600);
        hub.set_len(100 * MOST).expect("it grows");
        hub.write_all(b"far away\n").expect("it is written");
        keep_short(&log).expect("it is cut");
        assert_eq!(fs::metadata(&before).expect("the log before").len(), MOST);
        assert!(fs::read(&before).expect("the log before").ends_with(b"far away\n"));
    }
}
