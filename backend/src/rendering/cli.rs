//! `tenarai notebook …`: pages of notebooks as files, for authors and operators who want to see what tutors see.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Locale, Options, Unreadable, diff, headers, render};

#[derive(Debug, Subcommand)]
pub enum NotebookCommand {
    /// Print the page that shows the notebook FILE to tutors.
    Render {
        file: PathBuf,
        /// The language of the page.
        #[arg(long, default_value = "ja")]
        locale: Locale,
    },
    /// Print the page that compares two notebooks by cells.
    Diff {
        before: PathBuf,
        after: PathBuf,
        /// The language of the page.
        #[arg(long, default_value = "ja")]
        locale: Locale,
    },
    /// Print the headers such pages are served with.
    Headers,
}

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("{0} cannot be read")]
    File(PathBuf, #[source] std::io::Error),
    #[error("{0} cannot be shown")]
    Unreadable(PathBuf, #[source] Unreadable),
    #[error("one of the two cannot be shown")]
    Either(#[source] Unreadable),
}

/// What the command prints.
pub fn run_command(command: NotebookCommand) -> Result<String, CommandError> {
    let options = |locale| Options { locale, ..Options::default() };
    match command {
        NotebookCommand::Render { file, locale } => {
            let document = render(&read(&file)?, &options(locale));
            Ok(document.map_err(|error| CommandError::Unreadable(file, error))?.html)
        }
        NotebookCommand::Diff { before, after, locale } => {
            let comparison = diff(&read(&before)?, &read(&after)?, &options(locale));
            Ok(comparison.map_err(CommandError::Either)?.html)
        }
        NotebookCommand::Headers => {
            Ok(headers().iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n"))
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(file).map_err(|error| CommandError::File(file.to_owned(), error))
}
