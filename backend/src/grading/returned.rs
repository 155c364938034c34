//! What a trainee sees of the grading of their own work: what was said, where it stands, and who opened it.

use std::collections::HashMap;

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{self, DecisionRow, EventKind, EventRow, OpeningKind};
use super::pages::{Show, cells_of, html};
use super::work::{Appeal, Decision, assignment_of};
use crate::accounts;
use crate::assignments::{self, CriterionView, OwnSubmission, Submission, SubmissionState, criteria};
use crate::checks::{self, CheckRun};
use crate::courses::LocaleQuery;
use crate::db::types::{Ts, UserId};
use crate::http::Problems;
use crate::http::page::Page;
use crate::http::problem::Problem;
use crate::rendering::CellInfo;
use crate::site::Site;

/// What came back, and how it went so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct Returned {
    pub submission: Submission,
    pub points: u32,
    pub pass_percent: u8,
    pub rubric: Vec<CriterionView>,
    /// Automatic checks, as far as they are shown.
    pub checks: Option<CheckRun>,
    /// What was decided, the first one first.
    pub decisions: Vec<Decision>,
    /// The appeals that were made, the first one first.
    pub appeals: Vec<AppealStep>,
    /// When tutors began with it: one for each decision, and one while somebody is at it.
    pub begun_at: Vec<Ts>,
    /// Whether another tutor can be asked for now.
    pub may_appeal: bool,
    /// Who opened my work, the last one first.
    pub opened_by: Vec<Opening>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AppealStep {
    #[serde(flatten)]
    pub appeal: Appeal,
    pub withdrawn_at: Option<Ts>,
    pub answered: bool,
}

/// Who opened my work, and how.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opening {
    pub who: String,
    pub kind: OpeningKind,
    /// Why, where it had to be said.
    pub reason: Option<String>,
    pub first_at: Ts,
    pub last_at: Ts,
}

/// What came of a submission of mine.
#[utoipa::path(path = "/api/v1/submissions/{submission}/feedback", operation_id = "get_feedback", tag = "assignments",
    params(("submission" = i64, Path), LocaleQuery), responses((status = 200, body = Returned), Problems))]
#[get("/submissions/{submission}/feedback")]
pub async fn feedback(
    own: OwnSubmission,
    query: Query<LocaleQuery>,
    site: Data<Site>,
) -> Result<Json<Returned>, Problem> {
    let locale = query.or_of(&own.me.person);
    let assignment = assignment_of(&site, &own.row).await?;
    let id = own.row.id;
    let (user, chapter) = (own.row.user_id, own.row.chapter_id);
    let (decisions, appeals, openings, run, names, events, last) = site
        .db
        .read(move |db| {
            let (decisions, openings) = (model::decisions_of(db, &[id])?, model::openings_of(db, id)?);
            let people: Vec<UserId> =
                decisions.iter().map(|row| row.tutor_id).chain(openings.iter().map(|row| row.user)).collect();
            let names = accounts::names(db, &people)?;
            let last =
                assignments::of(db, user, chapter)?.iter().rfind(|row| row.stands()).is_some_and(|row| row.id == id);
            let (appeals, run) = (model::appeals_of(db, id)?, checks::of_submission(db, id)?);
            Ok::<_, Problem>((decisions, appeals, openings, run, names, model::events_of(db, id)?, last))
        })
        .await?;
    let name = |names: &HashMap<UserId, String>, user| names.get(&user).cloned().unwrap_or_default();
    let opened_by = openings.iter().filter_map(|row| {
        Some(Opening {
            who: name(&names, row.user),
            kind: row.kind.parse().ok()?,
            reason: row.reason.clone(),
            first_at: row.first_at,
            last_at: row.last_at,
        })
    });
    let answered = appeals.iter().any(|appeal| appeal.answered_by.is_some());
    Ok(Json(Returned {
        submission: Submission::from(&own.row),
        points: assignment.points(),
        pass_percent: assignment.rules.pass_percent,
        rubric: criteria(&assignment, locale),
        checks: run.as_ref().map(|run| CheckRun::new(run, &assignment, locale)),
        decisions: decisions.iter().map(|row| Decision::new(row, name(&names, row.tutor_id))).collect(),
        appeals: appeals
            .iter()
            .map(|row| AppealStep {
                appeal: Appeal::from(row),
                withdrawn_at: row.withdrawn_at,
                answered: row.answered_by.is_some(),
            })
            .collect(),
        begun_at: begun(&events, &decisions, own.row.state().is_queued() && own.row.holder(Ts::now()).is_some()),
        may_appeal: last && own.row.state() == SubmissionState::NeedsWork && !answered && !decisions.is_empty(),
        opened_by: opened_by.collect(),
    }))
}

/// The claims that led to something, or that hold.
fn begun(events: &[EventRow], decisions: &[DecisionRow], held: bool) -> Vec<Ts> {
    let begins = |event: &&EventRow| matches!(event.kind.parse(), Ok(EventKind::Claimed | EventKind::TakenOver));
    let begins: Vec<Ts> = events.iter().filter(begins).map(|event| event.at).collect();
    let mut begun = Vec::new();
    let mut since = None;
    for end in decisions.iter().map(|decision| Some(decision.sent_at)).chain(held.then_some(None)) {
        let within = |at: &&Ts| since.is_none_or(|since| **at > since) && end.is_none_or(|end| **at <= end);
        begun.extend(begins.iter().rfind(within));
        since = end;
    }
    begun
}

/// The cells of my notebook as it was handed in: where what was said of them belongs.
#[utoipa::path(path = "/api/v1/submissions/{submission}/cells", operation_id = "list_submission_cells",
    tag = "assignments", params(("submission" = i64, Path)),
    responses((status = 200, body = Page<CellInfo>), Problems))]
#[get("/submissions/{submission}/cells")]
pub async fn cells(own: OwnSubmission, site: Data<Site>) -> Result<Json<Page<CellInfo>>, Problem> {
    Ok(Json(Page::whole(cells_of(&site, &own.row, own.me.person.locale).await?)))
}

/// My notebook as it was handed in, as a page for a frame without an origin: what was said of a cell stands beside it.
#[utoipa::path(path = "/api/v1/submissions/{submission}/page", operation_id = "show_submission", tag = "assignments",
    params(("submission" = i64, Path), LocaleQuery),
    responses((status = 200, content_type = "text/html", body = String), Problems))]
#[get("/submissions/{submission}/page")]
pub async fn page(own: OwnSubmission, query: Query<LocaleQuery>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    html(&site, &own.row, Show::Notebook, query.or_of(&own.me.person)).await
}
