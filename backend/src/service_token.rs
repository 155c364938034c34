//! The tokens by which site and hub know each other. `serve --with-hub` makes new ones with each start of the hub, so
//! that one which got out is worth little; whoever holds one of these always shows or expects the last.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};

use crate::private_file;

#[derive(Clone, Debug)]
pub struct ServiceToken(Arc<RwLock<SecretString>>);

impl<T: Into<SecretString>> From<T> for ServiceToken {
    fn from(text: T) -> Self {
        Self(Arc::new(RwLock::new(text.into())))
    }
}

impl ServiceToken {
    /// Another one in its place, for us and in the file where the hub reads it.
    pub fn renew(&self, file: &Path) -> io::Result<()> {
        let text = random_secret();
        private_file::write(file, &text)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = text.into();
        Ok(())
    }

    /// What to show.
    pub fn show(&self) -> SecretString {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this was shown.
    pub fn is(&self, shown: &str) -> bool {
        let known = self.show();
        let (shown, known) = (shown.as_bytes(), known.expose_secret().as_bytes());
        // Nobody has an empty one.
        !known.is_empty() && aws_lc_rs::constant_time::verify_slices_are_equal(shown, known).is_ok()
    }
}

/// 64 random hexadecimal digits.
fn random_secret() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Such a secret in a file of ours alone; an existing one is kept, unless a full disk left it empty.
pub fn keep_secret(file: &Path) -> io::Result<()> {
    if fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() > 0) {
        return Ok(());
    }
    private_file::write(file, &random_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_was_renewed_is_the_new_one_everywhere_and_the_old_one_nowhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        let token = ServiceToken::from("");
        let held_elsewhere = token.clone();
        assert!(!token.is(""));
        token.renew(&file).expect("it is written");
        let first = fs::read_to_string(&file).expect("a token");
        assert!(held_elsewhere.is(&first) && first.len() == 64);
        token.renew(&file).expect("it is written");
        assert!(!held_elsewhere.is(&first));
        assert!(held_elsewhere.is(&fs::read_to_string(&file).expect("a token")));
    }
}
