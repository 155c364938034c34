//! Handing in.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpResponse, post};

use super::model::{self, NewSubmission, SubmissionRow, SubmissionState};
use super::problems::{
    ALREADY_PASSED, APPEAL_WAITS, BEING_GRADED, HAND_IN_CLOSED, NO_ASSIGNMENT, NO_HAND_INS_LEFT, NOTHING_CHANGED,
};
use super::snapshot;
use super::view::{Closed, Submission, closed};
use crate::blobs::BlobId;
use crate::checks::{self, NewRun};
use crate::content::NotebookEntry;
use crate::content::assignment::Assignment;
use crate::courses::ReaderOfChapter;
use crate::db::AnyConnection;
use crate::db::types::{SubmissionId, Ts};
use crate::http::Problems;
use crate::http::problem::{Problem, UNAVAILABLE};
use crate::live::Limit;
use crate::notebooks;
use crate::site::Site;
use crate::study::TraineeOfChapter;

/// Each may be ten megabytes, which are kept.
pub const PER_QUARTER_HOUR: u32 = 30;
/// Tabs that hand in at the same moment take turns; more than two is no person.
const TRIES: usize = 3;

/// Hands in the notebook as it is saved; answers when it is kept, durably. A server that is off is started for it.
/// The same content again is recognised. One that still waits is superseded.
#[utoipa::path(path = "/api/v1/chapters/{chapter}/submissions", operation_id = "hand_in", tag = "assignments",
    params(("chapter" = i64, Path)),
    responses((status = 200, body = Submission, description = "it was handed in before, unchanged"),
        (status = 201, body = Submission), Problems))]
#[post("/chapters/{chapter}/submissions")]
pub async fn hand_in(TraineeOfChapter(reader): TraineeOfChapter, site: Data<Site>) -> Result<HttpResponse, Problem> {
    // What counts is when they asked, not how long a server takes to start.
    let asked_at = Ts::now();
    let (assignment, notebook) = assignment_of(&site, &reader).await?;
    let (user, chapter) = (reader.me.person.id, reader.chapter.chapter().id);
    let rows = site.db.read(move |db| Ok::<_, Problem>(model::of(db, user, chapter)?)).await?;
    refuse_closed(&assignment, &reader, &rows, asked_at)?;
    let limit = Limit { key: format!("hand_in:{user}"), most: PER_QUARTER_HOUR };
    site.live.limits.count(&limit).await?;

    let Snapshot { blob, size } = read_notebook(&site, &reader, &notebook).await?;
    let new = NewSubmission {
        user_id: user,
        chapter_id: chapter,
        chapter_version_id: reader.chapter.chapter().version,
        cohort_id: reader.cohort,
        number: 0,
        notebook_sha256: blob.to_string(),
        size,
        handout_sha256: notebook.handout_sha256.to_string(),
        submitted_at: asked_at,
        due_at: reader.due_at,
        state: SubmissionState::Waiting.into(),
        changed_at: asked_at,
        queued_at: asked_at,
    };
    for _ in 0..TRIES {
        let (new, assignment, reader) = (new.clone(), Arc::clone(&assignment), reader.clone());
        let checked = !assignment.checks.is_empty() && site.checks.are_configured();
        let kept = site.db.write(move |tx| {
            let kept = keep(tx, new.clone(), &assignment, &reader, asked_at)?;
            if let Kept::New(row) = &kept
                && checked
            {
                checks::enqueue(tx, to_check(row.id, new))?;
            }
            Ok::<_, Problem>(kept)
        });
        match kept.await? {
            Kept::New(row) => {
                site.checks.wake();
                return Ok(HttpResponse::Created().json(Submission::from(&row)));
            }
            Kept::Before(row) => return Ok(HttpResponse::Ok().json(Submission::from(&row))),
            Kept::Overtaken => {}
        }
    }
    Err(UNAVAILABLE.problem())
}

/// A notebook as it was read and kept.
pub struct Snapshot {
    pub blob: BlobId,
    /// In bytes.
    pub size: i64,
}

/// Reads the trainee's notebook as it is saved, and keeps it, durably.
pub async fn read_notebook(
    site: &Site,
    reader: &ReaderOfChapter,
    notebook: &NotebookEntry,
) -> Result<Snapshot, Problem> {
    let mut copy = notebooks::read_working_copy(site, &reader.me, &notebook.path, reader.chapter.chapter().id).await?;
    snapshot::check(&copy.text)?;
    let size = i64::try_from(copy.text.len()).unwrap_or(i64::MAX);
    Ok(Snapshot { blob: site.blobs.put(std::mem::take(&mut copy.text).into_bytes()).await?, size })
}

fn to_check(submission: SubmissionId, new: NewSubmission) -> NewRun {
    NewRun {
        user: new.user_id,
        chapter: new.chapter_id,
        version: new.chapter_version_id,
        submission: Some(submission),
        notebook_sha256: new.notebook_sha256,
        handout_sha256: new.handout_sha256,
    }
}

enum Kept {
    New(SubmissionRow),
    Before(SubmissionRow),
    /// Another was handed in at this very moment.
    Overtaken,
}

fn keep(
    tx: &mut AnyConnection,
    new: NewSubmission,
    assignment: &Assignment,
    reader: &ReaderOfChapter,
    at: Ts,
) -> Result<Kept, Problem> {
    let rows = model::of(tx, new.user_id, new.chapter_id)?;
    // Much may have happened while the notebook was read.
    refuse_closed(assignment, reader, &rows, at)?;
    let last = rows.iter().rfind(|row| row.state().stands());
    if let Some(last) = last.filter(|row| row.notebook_sha256 == new.notebook_sha256) {
        return match last.state() {
            SubmissionState::NeedsWork => Err(NOTHING_CHANGED.problem()),
            _ => Ok(Kept::Before(last.clone())),
        };
    }
    let waiting = last.filter(|row| row.state() == SubmissionState::Waiting);
    if let Some(waiting) = waiting
        && !model::leave_queue(tx, waiting.id, SubmissionState::Superseded, at)?
    {
        return Ok(Kept::Overtaken);
    }
    let number = rows.last().map_or(0, |row| row.number) + 1;
    let new = NewSubmission { number, ..new };
    if model::add(tx, &new)? == 0 {
        return Ok(Kept::Overtaken);
    }
    let added = model::of(tx, new.user_id, new.chapter_id)?.pop();
    Ok(added.map_or(Kept::Overtaken, Kept::New))
}

fn refuse_closed(
    assignment: &Assignment,
    reader: &ReaderOfChapter,
    rows: &[SubmissionRow],
    at: Ts,
) -> Result<(), Problem> {
    match closed(assignment, reader.due_at, rows, at) {
        None => Ok(()),
        Some(Closed::Passed) => Err(ALREADY_PASSED.problem()),
        Some(Closed::BeingGraded) => Err(BEING_GRADED.problem()),
        Some(Closed::Appealed) => Err(APPEAL_WAITS.problem()),
        Some(Closed::Overdue) => Err(HAND_IN_CLOSED.problem()),
        Some(Closed::NoAttemptsLeft) => {
            Err(NO_HAND_INS_LEFT.problem().with("limit", assignment.rules.attempts.unwrap_or_default()))
        }
    }
}

/// What a chapter asks for, and the notebook it is done in.
pub async fn assignment_of(site: &Site, reader: &ReaderOfChapter) -> Result<(Arc<Assignment>, NotebookEntry), Problem> {
    let chapter = reader.chapter.chapter();
    let assignment = site.catalogue.assignment(&site.db, chapter.version).await?;
    match (assignment, &chapter.notebook) {
        (Some(assignment), Some(notebook)) => Ok((assignment, notebook.clone())),
        _ => Err(NO_ASSIGNMENT.problem()),
    }
}
