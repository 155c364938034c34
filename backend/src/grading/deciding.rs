//! Deciding, and thinking better of it for a minute.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, post};
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::claims::CLAIM;
use super::desk::OnDesk;
use super::drafts::{DraftBody, Newest, newest, not_held};
use super::feedback::Verdict;
use super::model::{self, EventKind};
use super::problems::{ALREADY_SENT, DRAFT_OUTDATED};
use super::work::assignment_of;
use crate::assignments::queue;
use crate::checks;
use crate::db::types::Ts;
use crate::http::problem::Problem;
use crate::http::{Body, Problems};
use crate::site::Site;

/// What was decided, before it is sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionMade {
    pub verdict: Verdict,
    pub points: i64,
    /// Until then it can be taken back.
    pub sends_at: Ts,
}

/// Decides as it is written. It is sent a minute later, and can be taken back until then.
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}/decision", operation_id = "decide_submission", tag = "desk",
    params(("submission" = i64, Path)), request_body = DraftBody,
    responses((status = 200, body = DecisionMade), Problems))]
#[post("/desk/submissions/{submission}/decision")]
pub async fn decide(work: OnDesk, body: Body<DraftBody>, site: Data<Site>) -> Result<Json<DecisionMade>, Problem> {
    let DraftBody { revision, feedback } = body.into_inner();
    let assignment = assignment_of(&site, &work.row).await?;
    let feedback = feedback.tidied();
    let verdict = feedback.check_complete(&assignment)?;
    let (id, tutor) = (work.row.id, work.desk.tutor());
    let undo = TimeDelta::seconds(site.config.settings.undo_seconds.into());
    let made = site.db.write(move |tx| {
        let now = Ts::now();
        let sends_at = now + undo;
        if !queue::decide(tx, id, tutor, now, sends_at)? {
            // The answer may have been lost.
            let before = queue::standing(tx, id)?.and_then(|row| row.sends_at);
            let draft = model::draft(tx, id, tutor)?.filter(|draft| draft.feedback.0 == feedback);
            return match (before, draft.and_then(|draft| draft.points)) {
                (Some(sends_at), Some(points)) => Ok(DecisionMade { verdict, points, sends_at }),
                _ => Err(not_held(tx, id, tutor)?),
            };
        }
        let revision = match newest(tx, id, tutor, revision, &feedback)? {
            Newest::Same(row) => row.revision,
            Newest::Next(revision) => revision,
        };
        let run = checks::of_submission(tx, id)?;
        let points = i64::from(feedback.score(&assignment, checks::proposed(run.as_ref(), &assignment)));
        model::save_draft(tx, id, tutor, revision, feedback, Some((now, points)))?;
        model::note(tx, id, tutor, EventKind::Decided, None)?;
        Ok::<_, Problem>(DecisionMade { verdict, points, sends_at })
    });
    let made = made.await?;
    site.outbound.wake();
    Ok(Json(made))
}

/// Takes a decision back that was not sent yet: it is a draft again, and one's own for as long as a claim holds.
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}/decision", operation_id = "take_back_decision",
    tag = "desk", params(("submission" = i64, Path)),
    responses((status = 204, description = "it is a draft again"), Problems))]
#[delete("/desk/submissions/{submission}/decision")]
pub async fn take_back(work: OnDesk, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let (id, tutor) = (work.row.id, work.desk.tutor());
    let taken = site.db.write(move |tx| {
        let now = Ts::now();
        if !queue::take_back(tx, id, tutor, now, now + CLAIM)? {
            // Asked twice, the same answer comes again.
            return if queue::renew(tx, id, tutor, now, now + CLAIM)? { Ok(()) } else { Err(ALREADY_SENT.problem()) };
        }
        if model::draft(tx, id, tutor)?.is_none() {
            return Err(DRAFT_OUTDATED.problem());
        }
        model::reopen_draft(tx, id, tutor)?;
        model::note(tx, id, tutor, EventKind::TakenBack, None)?;
        Ok::<_, Problem>(())
    });
    taken.await?;
    Ok(HttpResponse::NoContent().finish())
}
