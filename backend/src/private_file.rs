//! Files with secrets: only their owner can read them, at no moment anybody else.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Writes the file anew. It is made beside the old one, which others may be able to read or have open, and takes its
/// place when it is whole: a full disk leaves what was there.
pub fn write(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_added_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut open = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&new)?;
    open.write_all(text.as_bytes())?;
    open.sync_all()?;
    fs::rename(&new, file)
}

#[cfg(test)]
mod tests {
    use std::fs::{File, Permissions};
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn whoever_could_read_the_old_file_learns_nothing_of_the_new_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("accounts.json");
        fs::write(&file, "old").expect("it is written");
        fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("ours to change");
        let mut reader = File::open(&file).expect("it opens");
        write(&file, "new").expect("it is written");
        assert_eq!(fs::read_to_string(&file).expect("a file"), "new");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        let mut seen = String::new();
        reader.read_to_string(&mut seen).expect("it is read");
        assert_eq!(seen, "old");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    }
}
