//! `tenarai content check|publish|history|roll-back`.

use std::io::{self, Write};
use std::path::Path;

use super::publish::{self, PublishError, Published};
use super::source::Source;
use crate::blobs::Blobs;
use crate::db::Db;
use crate::db::types::UserId;

/// Everything was fine.
pub const FINE: u8 = 0;
/// The course has errors, or could not be published.
pub const FAILED: u8 = 1;

/// Prints what is wrong with a course; returns the exit code.
pub fn check(folder: &Path, out: &mut dyn Write) -> io::Result<u8> {
    let report = publish::check(folder);
    writeln!(out, "{report}")?;
    Ok(if report.has_errors() { FAILED } else { FINE })
}

/// Publishes a course and prints what happened; returns the exit code.
pub async fn publish(
    db: &Db,
    blobs: &Blobs,
    folder: &Path,
    by: Option<UserId>,
    out: &mut (dyn Write + Send),
) -> io::Result<u8> {
    match publish::publish(db, blobs, folder, None, by).await {
        Ok(Published { number, chapters, new, warnings, .. }) => {
            for item in &warnings.items {
                writeln!(out, "{item}")?;
            }
            if new {
                writeln!(out, "published as number {number}, {chapters} chapters")?;
            } else {
                writeln!(out, "nothing to publish: number {number} has this content already")?;
            }
            Ok(FINE)
        }
        Err(PublishError::Invalid(report)) => {
            writeln!(out, "{report}; nothing was published")?;
            Ok(FAILED)
        }
        Err(error) => failed(&error, out),
    }
}

/// Prints the publications of a course, the newest first; returns the exit code.
pub async fn history(db: &Db, course: &str, out: &mut (dyn Write + Send)) -> io::Result<u8> {
    let (past, names) = match publish::history(db, course).await {
        Ok(found) => found,
        Err(error) => return failed(&error, out),
    };
    for publication in past {
        let commit = publication.source.as_deref().and_then(|source| source.parse::<Source>().ok()?.commit);
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}",
            publication.number,
            publication.published_at.as_utc().format("%Y-%m-%d %H:%M UTC"),
            commit.as_deref().map_or("-", |commit| commit.get(..12).unwrap_or(commit)),
            publication.published_by.and_then(|id| names.get(&id)).map_or("-", String::as_str),
            if publication.is_current() { "current" } else { "" },
        )?;
    }
    Ok(FINE)
}

/// Shows readers an earlier publication again, and says so; returns the exit code.
pub async fn roll_back(db: &Db, course: &str, number: i64, out: &mut (dyn Write + Send)) -> io::Result<u8> {
    match publish::roll_back(db, course, number).await {
        Ok(_) => writeln!(out, "readers see number {number} of {course}").map(|()| FINE),
        Err(error) => failed(&error, out),
    }
}

fn failed(error: &PublishError, out: &mut (dyn Write + Send)) -> io::Result<u8> {
    writeln!(out, "error: {}", with_causes(error))?;
    Ok(FAILED)
}

fn with_causes(error: &PublishError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
