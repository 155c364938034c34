//! Claims: a tutor says that they grade a submission, and nobody else does for as long.

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpResponse, delete, post, put};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::ToSchema;

use super::desk::{LeadOf, OnDesk};
use super::item::{QueueItem, items};
use super::model::{self, EventKind};
use super::problems::{ALREADY_DECIDED, HELD_BY_ANOTHER, NOT_IN_QUEUE, OWN_DECISION};
use crate::accounts::{self, Locale};
use crate::assignments::queue;
use crate::assignments::{SubmissionRow, SubmissionState};
use crate::courses::LocaleQuery;
use crate::db::AnyConnection;
use crate::db::types::{SubmissionId, Ts, UserId};
use crate::http::problem::{INVALID_FIELDS, NOT_FOUND, Problem};
use crate::http::{Body, Problems};
use crate::site::Site;

/// How long a claim holds unless it is renewed.
pub const CLAIM: TimeDelta = TimeDelta::minutes(30);
const LONGEST_REASON: usize = 1_000;

/// Claims it, or renews the claim one has.
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}/claim", operation_id = "claim_submission", tag = "desk",
    params(("submission" = i64, Path), LocaleQuery), responses((status = 200, body = QueueItem), Problems))]
#[put("/desk/submissions/{submission}/claim")]
pub async fn claim(work: OnDesk, query: Query<LocaleQuery>, site: Data<Site>) -> Result<Json<QueueItem>, Problem> {
    let (id, tutor) = (work.row.id, work.desk.tutor());
    let claimed = site.db.write(move |tx| {
        let now = Ts::now();
        if !queue::renew(tx, id, tutor, now, now + CLAIM)? {
            if !queue::claim(tx, id, tutor, now, now + CLAIM)? {
                return Err(refused(tx, id, tutor)?);
            }
            model::note(tx, id, tutor, EventKind::Claimed, None)?;
        }
        queue::standing(tx, id)?.ok_or_else(|| NOT_FOUND.problem())
    });
    answer(&site, &work, claimed.await?, query.or_of(&work.desk.me.person)).await
}

/// Gives it back to the queue. What one has written stays, should one claim it again.
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}/claim", operation_id = "release_submission", tag = "desk",
    params(("submission" = i64, Path)), responses((status = 204, description = "it is nobody's, or another's"), Problems))]
#[delete("/desk/submissions/{submission}/claim")]
pub async fn release(work: OnDesk, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let (id, tutor) = (work.row.id, work.desk.tutor());
    let released = site.db.write(move |tx| {
        if queue::release(tx, id, tutor, Ts::now())? {
            model::note(tx, id, tutor, EventKind::Released, None)?;
        }
        Ok::<_, Problem>(())
    });
    released.await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Takeover {
    /// Why; the tutor who had it is shown it.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Takes it from the tutor who has it, with what they had written: for who leads the course's tutors.
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}/takeover", operation_id = "take_over_submission",
    tag = "desk", params(("submission" = i64, Path), LocaleQuery), request_body = Takeover,
    responses((status = 200, body = QueueItem), Problems))]
#[post("/desk/submissions/{submission}/takeover")]
pub async fn take_over(
    LeadOf(work): LeadOf,
    query: Query<LocaleQuery>,
    body: Body<Takeover>,
    site: Data<Site>,
) -> Result<Json<QueueItem>, Problem> {
    let reason = reason_of(&body.reason)?;
    let (id, lead) = (work.row.id, work.desk.tutor());
    let taken = site.db.write(move |tx| {
        let now = Ts::now();
        let row = queue::standing(tx, id)?.ok_or(&NOT_FOUND)?;
        match row.holder(now).map(|holder| holder.tutor).filter(|holder| *holder != lead) {
            Some(holder) if queue::take_over(tx, id, holder, lead, now, now + CLAIM)? => {
                hand_over(tx, id, holder, lead)?;
                model::note(tx, id, lead, EventKind::TakenOver, Some(&reason))?;
            }
            // Nobody has it, or they do.
            None if queue::claim(tx, id, lead, now, now + CLAIM)? => {
                model::note(tx, id, lead, EventKind::Claimed, None)?;
            }
            _ => return Err(refused(tx, id, lead)?),
        }
        queue::standing(tx, id)?.ok_or_else(|| NOT_FOUND.problem())
    });
    answer(&site, &work, taken.await?, query.or_of(&work.desk.me.person)).await
}

/// What was written so far goes along, where the lead has nothing of their own.
fn hand_over(tx: &mut AnyConnection, id: SubmissionId, from: UserId, to: UserId) -> Result<(), Problem> {
    if model::draft(tx, id, to)?.is_none()
        && let Some(draft) = model::draft(tx, id, from)?
    {
        model::save_draft(tx, id, to, 1, draft.feedback.0, None)?;
    }
    Ok(())
}

/// A reason as it is kept.
pub fn reason_of(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(INVALID_FIELDS.problem().at("/reason", "required", ""));
    }
    if text.chars().count() > LONGEST_REASON {
        return Err(INVALID_FIELDS.problem().at("/reason", "too_long", format!("≤ {LONGEST_REASON}")));
    }
    Ok(text.to_owned())
}

/// Why it cannot be had.
pub fn refused(tx: &mut AnyConnection, id: SubmissionId, tutor: UserId) -> Result<Problem, Problem> {
    let now = Ts::now();
    let Some(row) = queue::standing(tx, id)?.filter(|row| row.state().is_queued()) else {
        return Ok(NOT_IN_QUEUE.problem());
    };
    Ok(match row.holder(now) {
        Some(holder) if holder.tutor == tutor => ALREADY_DECIDED.problem(),
        Some(holder) => {
            let name = accounts::names(tx, &[holder.tutor])?.remove(&holder.tutor).unwrap_or_default();
            let minutes = (holder.until - now).num_minutes() + 1;
            HELD_BY_ANOTHER.problem().with("holder", name).with("minutes", minutes)
        }
        None if is_own_decision(&row, tutor) => OWN_DECISION.problem(),
        None => NOT_IN_QUEUE.problem(),
    })
}

fn is_own_decision(row: &SubmissionRow, tutor: UserId) -> bool {
    row.state() == SubmissionState::Appealed && row.graded_by == Some(tutor)
}

async fn answer(site: &Site, work: &OnDesk, row: SubmissionRow, locale: Locale) -> Result<Json<QueueItem>, Problem> {
    let item = items(site, &work.desk, vec![row], locale).await?.pop();
    item.map(Json).ok_or_else(|| NOT_FOUND.problem())
}
