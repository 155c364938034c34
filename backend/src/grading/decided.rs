//! What a tutor has decided.

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::feedback::Verdict;
use super::item::{QueueItem, items};
use super::model::{self, DecisionRow};
use crate::assignments::queue;
use crate::db::types::{DecisionId, Ts};
use crate::http::Problems;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::Problem;
use crate::site::Site;

/// A decision of mine.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decided {
    pub id: DecisionId,
    pub verdict: Verdict,
    pub points: i64,
    pub sent_at: Ts,
    pub submission: QueueItem,
}

/// What I decided and was sent, the last first.
#[utoipa::path(path = "/api/v1/desk/decisions", operation_id = "list_decisions", tag = "desk", params(PageQuery),
    responses((status = 200, body = Page<Decided>), Problems))]
#[get("/desk/decisions")]
pub async fn list(desk: Desk, query: Query<PageQuery>, site: Data<Site>) -> Result<Json<Page<Decided>>, Problem> {
    let before = match query.after()? {
        0 => DecisionId(i64::MAX),
        before => DecisionId(before),
    };
    let (tutor, limit) = (desk.tutor(), query.limit());
    let found = site.db.read(move |db| {
        let page = Page::cut(model::decided_by(db, tutor, before, limit + 1)?, limit, |row: &DecisionRow| row.id.0);
        let ids: Vec<_> = page.items.iter().map(|decision| decision.submission_id).collect();
        let rows = queue::standing_of(db, &ids)?;
        // An appeal has two decisions, of which both may be one's own.
        let row_of = |decision: DecisionRow| Some((rows.get(&decision.submission_id)?.clone(), decision));
        let found: Vec<_> = page.items.into_iter().filter_map(row_of).collect();
        Ok::<_, Problem>((found, page.next))
    });
    let (mut found, next) = found.await?;
    // What lies beyond their reach by now is not theirs to see.
    found.retain(|(row, _)| desk.reach.includes(row));
    let rows = found.iter().map(|(row, _)| row.clone()).collect();
    let submissions = items(&site, &desk, rows, desk.me.person.locale).await?;
    let decided = found.into_iter().zip(submissions).map(|((_, decision), submission)| Decided {
        id: decision.id,
        verdict: decision.verdict(),
        points: decision.points,
        sent_at: decision.sent_at,
        submission,
    });
    Ok(Json(Page { items: decided.collect(), next }))
}
