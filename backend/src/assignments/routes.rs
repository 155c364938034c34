//! An assignment, and what one has handed in.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Json, Query};
use actix_web::{HttpResponse, get, post};

use super::hand_in::assignment_of;
use super::model::{self, SubmissionRow, SubmissionState};
use super::own::OwnSubmission;
use super::problems::NOT_WAITING;
use super::view::{AssignmentOverview, Known, Submission};
use crate::accounts::Locale;
use crate::checks::{self, CheckRun, RunRow, RunState};
use crate::courses::{LocaleQuery, ReaderOfChapter};
use crate::db::types::Ts;
use crate::http::Problems;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::site::Site;

/// The assignment of a chapter: its rules, how it is scored, and what one has handed in.
#[utoipa::path(path = "/api/v1/chapters/{chapter}/submissions", operation_id = "get_assignment", tag = "assignments",
    params(("chapter" = i64, Path), LocaleQuery),
    responses((status = 200, body = AssignmentOverview), Problems))]
#[get("/chapters/{chapter}/submissions")]
pub async fn overview(
    reader: ReaderOfChapter,
    query: Query<LocaleQuery>,
    site: Data<Site>,
) -> Result<Json<AssignmentOverview>, Problem> {
    let (assignment, _) = assignment_of(&site, &reader).await?;
    let locale = query.or_of(&reader.me.person);
    let (user, chapter) = (reader.me.person.id, reader.chapter.chapter().id);
    let known = site.db.read(move |db| {
        let rows = model::of(db, user, chapter)?;
        let checked = match rows.iter().rfind(|row| row.state().stands()) {
            Some(last) => checks::of_submission(db, last.id)?,
            None => None,
        };
        Ok::<_, Problem>((rows, checks::trial_of(db, user, chapter)?, checked))
    });
    let (rows, trial, checked) = known.await?;
    let known = Known { rows, trial: told(&site, trial, locale).await?, checked: told(&site, checked, locale).await? };
    Ok(Json(AssignmentOverview::new(&assignment, reader.due_at, known, site.checks.can_run(), locale)))
}

/// A run in the words of its own publication, which may not be today's. One that waits for a machine that cannot run
/// checks is not told: nobody should look for its end every second.
async fn told(site: &Site, run: Option<RunRow>, locale: Locale) -> Result<Option<CheckRun>, Problem> {
    let can_run = site.checks.can_run();
    let Some(run) = run.filter(|run| can_run || run.state() != RunState::Queued) else { return Ok(None) };
    let assignment = site.catalogue.assignment(&site.db, run.chapter_version_id).await?;
    Ok(assignment.map(|assignment| CheckRun::new(&run, &assignment, locale)))
}

/// Something one has handed in.
#[utoipa::path(path = "/api/v1/submissions/{submission}", operation_id = "get_submission", tag = "assignments",
    params(("submission" = i64, Path)), responses((status = 200, body = Submission), Problems))]
#[get("/submissions/{submission}")]
pub async fn open(submission: OwnSubmission) -> Json<Submission> {
    Json(Submission::from(&submission.row))
}

/// Takes back what no tutor has begun with.
#[utoipa::path(path = "/api/v1/submissions/{submission}/withdrawal", operation_id = "withdraw_submission",
    tag = "assignments", params(("submission" = i64, Path)), responses((status = 200, body = Submission), Problems))]
#[post("/submissions/{submission}/withdrawal")]
pub async fn withdraw(submission: OwnSubmission, site: Data<Site>) -> Result<Json<Submission>, Problem> {
    let (user, id) = (submission.me.person.id, submission.row.id);
    let written = site.db.write(move |tx| {
        let left = model::leave_queue(tx, id, SubmissionState::Withdrawn, Ts::now())?;
        let row = model::own(tx, user, id)?.ok_or(&NOT_FOUND)?;
        // Asked twice, the same answer comes again.
        if left || row.state() == SubmissionState::Withdrawn { Ok(row) } else { Err(NOT_WAITING.problem()) }
    });
    Ok(Json(Submission::from(&written.await?)))
}

/// The notebook as it was handed in.
#[utoipa::path(path = "/api/v1/submissions/{submission}/notebook", operation_id = "get_submitted_notebook",
    tag = "assignments", params(("submission" = i64, Path)),
    responses((status = 200, content_type = "application/x-ipynb+json", body = Vec<u8>), Problems))]
#[get("/submissions/{submission}/notebook")]
pub async fn notebook(submission: OwnSubmission, site: Data<Site>) -> Result<HttpResponse, Problem> {
    notebook_file(&site, &submission.row).await
}

/// A notebook that was handed in, as a file to be kept.
pub async fn notebook_file(site: &Site, row: &SubmissionRow) -> Result<HttpResponse, Problem> {
    let bytes = site.blobs.get(&row.notebook_sha256.parse()?).await?;
    let name = format!("attachment; filename=\"submission-{}.ipynb\"", row.id);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-ipynb+json"))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header(("content-security-policy", "default-src 'none'; sandbox"))
        .body(bytes))
}
