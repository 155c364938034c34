//! `tenarai content check|publish|history|roll-back`: what they print.

use std::path::Path;

use super::model::Past;
use super::publish::{self, PublishError, Published};
use super::report::counted;
use super::source::Source;
use crate::blobs::Blobs;
use crate::db::Db;
use crate::db::types::UserId;

/// What there is to say of a course, and whether it is fine.
#[derive(Debug)]
pub struct Verdict {
    pub text: String,
    pub fine: bool,
}

/// Says what is wrong with a course.
pub fn check(folder: &Path) -> Verdict {
    let report = publish::check(folder);
    Verdict { text: report.to_string(), fine: !report.has_errors() }
}

/// Publishes a course and says what happened.
pub async fn publish(db: &Db, blobs: &Blobs, folder: &Path, by: Option<UserId>) -> Result<Verdict, PublishError> {
    let Published { number, chapters, new, warnings, .. } = match publish::publish(db, blobs, folder, None, by).await {
        Err(PublishError::Invalid(report)) => {
            return Ok(Verdict { text: format!("{report}; nothing was published"), fine: false });
        }
        published => published?,
    };
    let mut text: String = warnings.items.iter().map(|item| format!("{item}\n")).collect();
    text += &if new {
        format!("published as number {number}, {}", counted(chapters, "chapter"))
    } else {
        format!("nothing to publish: number {number} has this content already")
    };
    Ok(Verdict { text, fine: true })
}

/// The publications of a course, the newest first.
pub async fn history(db: &Db, course: &str) -> Result<String, PublishError> {
    let (past, names) = publish::history(db, course).await?;
    let line = |publication: &Past| {
        let commit = publication.source.as_deref().and_then(|source| source.parse::<Source>().ok()?.commit);
        format!(
            "{}\t{}\t{}\t{}\t{}",
            publication.number,
            publication.published_at.as_utc().format("%Y-%m-%d %H:%M UTC"),
            commit.as_deref().map_or("-", |commit| commit.get(..12).unwrap_or(commit)),
            publication.published_by.and_then(|id| names.get(&id)).map_or("-", String::as_str),
            if publication.is_current() { "current" } else { "" },
        )
    };
    Ok(past.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// Shows readers an earlier publication again, and says so.
pub async fn roll_back(db: &Db, course: &str, number: i64) -> Result<String, PublishError> {
    publish::roll_back(db, course, number).await?;
    Ok(format!("readers see number {number} of {course}"))
}
