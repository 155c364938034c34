//! What a tutor has written so far: saved as they write, and theirs whatever becomes of the claim.

use actix_web::put;
use actix_web::web::{Data, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::claims::CLAIM;
use super::desk::OnDesk;
use super::feedback::Feedback;
use super::model::{self, DraftRow};
use super::problems::{ALREADY_DECIDED, DRAFT_OUTDATED, NOT_HELD};
use super::work::assignment_of;
use crate::assignments::SubmissionRow;
use crate::assignments::queue;
use crate::db::AnyConnection;
use crate::db::types::{SubmissionId, Ts, UserId};
use crate::http::problem::Problem;
use crate::http::{Body, Problems};
use crate::site::Site;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftBody {
    /// Of the draft this was written on; 0 where there was none.
    pub revision: i64,
    pub feedback: Feedback,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DraftSaved {
    pub revision: i64,
    pub saved_at: Ts,
    /// Whoever writes keeps the claim for longer.
    pub held_until: Ts,
}

/// Saves what is written so far, and renews the claim.
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}/draft", operation_id = "save_draft", tag = "desk",
    params(("submission" = i64, Path)), request_body = DraftBody,
    responses((status = 200, body = DraftSaved), Problems))]
#[put("/desk/submissions/{submission}/draft")]
pub async fn save(work: OnDesk, body: Body<DraftBody>, site: Data<Site>) -> Result<Json<DraftSaved>, Problem> {
    let DraftBody { revision, feedback } = body.into_inner();
    feedback.check(&*assignment_of(&site, &work.row).await?)?;
    let (id, tutor) = (work.row.id, work.desk.tutor());
    let saved = site.db.write(move |tx| {
        let now = Ts::now();
        let held_until = now + CLAIM;
        if !queue::renew(tx, id, tutor, now, held_until)? {
            return Err(not_held(tx, id, tutor)?);
        }
        let row = match newest(tx, id, tutor, revision, &feedback)? {
            Newest::Same(row) => row,
            Newest::Next(revision) => model::save_draft(tx, id, tutor, revision, feedback, None)?,
        };
        Ok(DraftSaved { revision: row.revision, saved_at: row.saved_at, held_until })
    });
    Ok(Json(saved.await?))
}

pub enum Newest {
    /// It was sent before, and the answer was lost.
    Same(DraftRow),
    /// The revision it becomes.
    Next(i64),
}

/// Where a draft stands; a problem where another window has written since.
pub fn newest(
    tx: &mut AnyConnection,
    id: SubmissionId,
    tutor: UserId,
    revision: i64,
    feedback: &Feedback,
) -> Result<Newest, Problem> {
    match model::draft(tx, id, tutor)? {
        Some(row) if row.revision == revision + 1 && row.feedback.0 == *feedback => Ok(Newest::Same(row)),
        Some(row) if row.revision != revision => Err(DRAFT_OUTDATED.problem()),
        None if revision != 0 => Err(DRAFT_OUTDATED.problem()),
        _ => Ok(Newest::Next(revision + 1)),
    }
}

/// Why what was written cannot be saved.
pub fn not_held(tx: &mut AnyConnection, id: SubmissionId, tutor: UserId) -> Result<Problem, Problem> {
    let mine = |row: &SubmissionRow| row.holder(Ts::now()).is_some_and(|holder| holder.tutor == tutor);
    let decided = queue::standing(tx, id)?.is_some_and(|row| row.sends_at.is_some() && mine(&row));
    Ok(if decided { ALREADY_DECIDED.problem() } else { NOT_HELD.problem() })
}
