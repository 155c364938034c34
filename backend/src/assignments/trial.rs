//! Trying the checks that are shown, before handing in.

use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, post};

use super::hand_in::{PER_QUARTER_HOUR, assignment_of, read_notebook};
use crate::checks::problems::{CHECKS_NOT_CONFIGURED, CHECKS_RUNNING, NOTHING_TO_CHECK};
use crate::checks::{self, CheckRun, NewRun, RunState};
use crate::courses::LocaleQuery;
use crate::http::Problems;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::live::Limit;
use crate::site::Site;
use crate::study::TraineeOfChapter;

/// Runs the checks that are shown on the notebook as it is saved.
///
/// A run that waits takes it in place of what it had; while one goes on, none is begun.
#[utoipa::path(path = "/api/v1/chapters/{chapter}/checks", operation_id = "run_checks", tag = "assignments",
    params(("chapter" = i64, Path), LocaleQuery),
    responses((status = 202, body = CheckRun, description = "it is queued; the assignment tells what comes of it"),
        Problems))]
#[post("/chapters/{chapter}/checks")]
pub async fn run(
    TraineeOfChapter(reader): TraineeOfChapter,
    query: Query<LocaleQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Problem> {
    let (assignment, notebook) = assignment_of(&site, &reader).await?;
    if !assignment.checks.iter().any(|check| check.visible) {
        return Err(NOTHING_TO_CHECK.problem());
    }
    if !site.checks.can_run() {
        return Err(CHECKS_NOT_CONFIGURED.problem());
    }
    let (user, chapter) = (reader.me.person.id, reader.chapter.chapter().id);
    let last = site.db.read(move |db| Ok::<_, Problem>(checks::trial_of(db, user, chapter)?)).await?;
    if last.is_some_and(|run| run.state() == RunState::Running) {
        return Err(CHECKS_RUNNING.problem());
    }
    let limit = Limit { key: format!("checks:{user}"), most: PER_QUARTER_HOUR };
    site.live.limits.count(&limit).await?;
    let kept = read_notebook(&site, &reader, &notebook).await?;
    let new = NewRun {
        user,
        chapter,
        version: reader.chapter.chapter().version,
        submission: None,
        notebook_sha256: kept.blob.into(),
        handout_sha256: notebook.handout_sha256.into(),
    };
    let queued = site.db.write(move |tx| {
        // It may have been begun while the notebook was read.
        if !checks::enqueue_trial(tx, new)? {
            return Err(CHECKS_RUNNING.problem());
        }
        Ok::<_, Problem>(checks::trial_of(tx, user, chapter)?)
    });
    let run = queued.await?.ok_or(&NOT_FOUND)?;
    site.checks.wake();
    let locale = query.or_of(&reader.me.person);
    Ok(HttpResponse::Accepted().json(CheckRun::new(&run, &assignment, locale)))
}
