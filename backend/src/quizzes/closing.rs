//! Closing attempts: by the trainee, or when their time is over.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::model::{self, AttemptRow};
use super::scoring::{passed, score};
use crate::content::quiz::Quiz;
use crate::courses::ChapterRef;
use crate::db::AnyConnection;
use crate::db::types::{AttemptId, Ts};
use crate::http::problem::{INTERNAL, Problem};
use crate::site::Site;
use crate::study;

/// An answer given in the last second is on its way for a while.
pub const GRACE: TimeDelta = TimeDelta::seconds(5);
/// How often attempts are looked for that nobody came back to.
const EVERY: Duration = Duration::from_secs(30);
const AT_ONCE: i64 = 200;

pub fn is_overdue(attempt: &AttemptRow) -> bool {
    attempt.submitted_at.is_none() && attempt.due_at.is_some_and(|due| due + GRACE < Ts::now())
}

/// The quiz as it was when the attempt began.
pub async fn quiz_of(site: &Site, attempt: &AttemptRow) -> Result<Arc<Quiz>, Problem> {
    let quiz = site.catalogue.quiz(&site.db, attempt.chapter_version_id).await?;
    quiz.ok_or_else(|| INTERNAL.caused_by("an attempt at a quiz that is not there"))
}

/// Closes an attempt whose time is over.
pub async fn close(site: &Site, attempt: &AttemptRow) -> Result<(), Problem> {
    let quiz = quiz_of(site, attempt).await?;
    // Not in the course any more: scored all the same.
    let chapter = site.catalogue.chapter(&site.db, attempt.chapter_id).await?;
    let attempt = attempt.clone();
    site.db.write(move |tx| submit(tx, &quiz, chapter.as_ref(), &attempt)).await
}

/// Scores an attempt and closes it, once.
pub fn submit(
    tx: &mut AnyConnection,
    quiz: &Quiz,
    chapter: Option<&ChapterRef>,
    attempt: &AttemptRow,
) -> Result<(), Problem> {
    if !model::hold_open(tx, attempt.id)? {
        return Ok(());
    }
    let answers = model::answers_of(tx, attempt.id)?;
    let score = score(quiz, &answers);
    // What a browser submits once its clock has run out was closed by the time, too.
    let now = Ts::now();
    let over = attempt.due_at.filter(|due| *due <= now);
    let at = over.unwrap_or(now);
    model::submit(tx, attempt.id, if over.is_some() { "time" } else { "trainee" }, at, score)?;
    let attempts = model::attempts_of(tx, attempt.user_id, attempt.chapter_id)?;
    match chapter {
        Some(chapter) if passed(quiz, &attempts) => study::passed(tx, attempt.user_id, chapter, at),
        _ => Ok(()),
    }
}

/// Closes attempts whose trainees did not come back, for as long as the site runs.
pub async fn close_overdue(site: Site) {
    let mut timer = tokio::time::interval(EVERY);
    loop {
        timer.tick().await;
        if let Err(problem) = close_all(&site).await {
            tracing::warn!(%problem, "attempts whose time is over wait to be closed");
        }
    }
}

/// Closes those there are now. One that cannot be closed keeps nobody else waiting.
pub async fn close_all(site: &Site) -> Result<(), Problem> {
    let over = Ts::now() - GRACE;
    let mut after = (Ts::FIRST, AttemptId(0));
    let mut failed = Ok(());
    loop {
        let found = site.db.read(move |db| Ok::<_, Problem>(model::overdue(db, over, after, AT_ONCE)?)).await?;
        let Some((last, due)) = found.last().and_then(|last| Some((last.id, last.due_at?))) else { return failed };
        after = (due, last);
        for attempt in &found {
            if let Err(problem) = close(site, attempt).await {
                failed = Err(problem);
            }
        }
    }
}
