//! Appeals: who was graded asks for another tutor.

use actix_web::web::{Data, Json};
use actix_web::{delete, post};
use serde::Deserialize;
use utoipa::ToSchema;

use super::claims::reason_of;
use super::model;
use super::problems::{APPEAL_BEGUN, NOT_APPEALABLE};
use crate::assignments::{self, OwnSubmission, Submission, SubmissionState, queue};
use crate::db::types::Ts;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::http::{Body, Problems};
use crate::site::Site;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealBody {
    /// What the next tutor should look at.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Asks for another tutor to look at what was returned. Against each answer once, while nothing newer was handed in.
#[utoipa::path(path = "/api/v1/submissions/{submission}/appeal", operation_id = "appeal", tag = "assignments",
    params(("submission" = i64, Path)), request_body = AppealBody,
    responses((status = 200, body = Submission), Problems))]
#[post("/submissions/{submission}/appeal")]
pub async fn make(own: OwnSubmission, body: Body<AppealBody>, site: Data<Site>) -> Result<Json<Submission>, Problem> {
    let reason = reason_of(&body.reason)?;
    let id = own.row.id;
    let made = site.db.write(move |tx| {
        let now = Ts::now();
        let rows = assignments::of(tx, own.row.user_id, own.row.chapter_id)?;
        let last = rows.iter().rfind(|row| row.state().stands());
        if last.is_some_and(|last| last.id == id && last.state() == SubmissionState::Appealed) {
            // Asked twice, the same answer comes again.
            return Ok(());
        }
        let decision = model::decisions_of(tx, &[id])?.pop().ok_or(&NOT_APPEALABLE)?;
        let answered = model::appeals_of(tx, id)?.iter().any(|appeal| appeal.answered_by.is_some());
        if answered || last.is_none_or(|last| last.id != id) || !queue::appeal(tx, id, now)? {
            return Err(NOT_APPEALABLE.problem());
        }
        if model::add_appeal(tx, id, decision.id, &reason, now)? == 0 {
            model::renew_appeal(tx, decision.id, &reason, now)?;
        }
        Ok::<_, Problem>(())
    });
    made.await?;
    answer(&site, id).await
}

/// Takes an appeal back that no tutor has begun with.
#[utoipa::path(path = "/api/v1/submissions/{submission}/appeal", operation_id = "withdraw_appeal", tag = "assignments",
    params(("submission" = i64, Path)), responses((status = 200, body = Submission), Problems))]
#[delete("/submissions/{submission}/appeal")]
pub async fn withdraw(own: OwnSubmission, site: Data<Site>) -> Result<Json<Submission>, Problem> {
    let id = own.row.id;
    let withdrawn = site.db.write(move |tx| {
        let now = Ts::now();
        if queue::take_back_appeal(tx, id, now)? {
            model::withdraw_appeal(tx, id, now)?;
            return Ok(());
        }
        let withdrawn = model::appeals_of(tx, id)?.last().is_some_and(|appeal| appeal.withdrawn_at.is_some());
        if withdrawn { Ok(()) } else { Err(APPEAL_BEGUN.problem()) }
    });
    withdrawn.await?;
    answer(&site, id).await
}

async fn answer(site: &Site, id: crate::db::types::SubmissionId) -> Result<Json<Submission>, Problem> {
    let row = site.db.read(move |db| Ok::<_, Problem>(queue::standing(db, id)?)).await?;
    Ok(Json(Submission::from(&row.ok_or(&NOT_FOUND)?)))
}
