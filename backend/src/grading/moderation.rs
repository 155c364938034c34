//! Second opinions: a sample of decisions is looked at by who leads the tutors, without having seen the first.

use actix_web::web::{Data, Json, Path};
use actix_web::{get, post};
use diesel::prelude::*;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::Desk;
use super::feedback::Verdict;
use super::item::{QueueItem, items};
use super::problems::MODERATED;
use super::work::{Decision, assignment_of};
use crate::accounts;
use crate::assignments::queue;
use crate::db::schema::{decisions, moderations};
use crate::db::types::{ChapterId, DecisionId, SubmissionId, Ts, UserId};
use crate::db::{AnyConnection, Both};
use crate::http::page::Page;
use crate::http::problem::{INVALID_FIELDS, NOT_FOUND, Problem};
use crate::http::{Body, Problems};
use crate::site::Site;

const MOST: i64 = 100;
const LONGEST_NOTE: usize = 4_000;

/// Picks a decision for a second opinion, with this probability.
pub fn pick(tx: &mut AnyConnection, decision: DecisionId, percent: u8) -> QueryResult<()> {
    if rand::rng().random_range(0..100) >= percent {
        return Ok(());
    }
    let values = (moderations::decision_id.eq(decision), moderations::picked_at.eq(Ts::now()));
    Both(diesel::insert_into(moderations::table).values(values).on_conflict_do_nothing()).execute(tx).map(drop)
}

/// The decision on this submission on which a second opinion is asked of this lead.
pub fn asked_of(db: &mut AnyConnection, lead: UserId, submission: SubmissionId) -> QueryResult<Option<DecisionId>> {
    moderations::table
        .inner_join(decisions::table)
        .filter(decisions::submission_id.eq(submission))
        .filter(decisions::tutor_id.ne(lead))
        .filter(moderations::at.is_null())
        .select(moderations::decision_id)
        .first(db)
        .optional()
}

/// A decision on which a second opinion is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Moderation {
    pub decision: DecisionId,
    pub picked_at: Ts,
    pub submission: QueueItem,
}

/// The decisions on which I am asked for a second opinion, the oldest first.
#[utoipa::path(path = "/api/v1/desk/moderation", operation_id = "list_moderation", tag = "desk",
    responses((status = 200, body = Page<Moderation>), Problems))]
#[get("/desk/moderation")]
pub async fn list(desk: Desk, site: Data<Site>) -> Result<Json<Page<Moderation>>, Problem> {
    let (lead, chapters): (UserId, Vec<ChapterId>) = (desk.tutor(), desk.reach.chapters.clone());
    let found = site.db.read(move |db| {
        let asked: Vec<(DecisionId, Ts, SubmissionId)> = moderations::table
            .inner_join(decisions::table)
            .filter(moderations::at.is_null())
            .filter(decisions::chapter_id.eq_any(&chapters))
            .filter(decisions::tutor_id.ne(lead))
            .order(moderations::picked_at)
            .limit(MOST)
            .select((moderations::decision_id, moderations::picked_at, decisions::submission_id))
            .load(db)?;
        let ids: Vec<SubmissionId> = asked.iter().map(|(.., submission)| *submission).collect();
        let mut rows = queue::standing_of(db, &ids)?;
        let found = asked.into_iter().filter_map(|(decision, at, id)| Some((decision, at, rows.remove(&id)?)));
        Ok::<_, Problem>(found.collect::<Vec<_>>())
    });
    let found: Vec<_> = found.await?.into_iter().filter(|(.., row)| desk.reach.includes(row)).collect();
    let rows = found.iter().map(|(.., row)| row.clone()).collect();
    let items = items(&site, &desk, rows, desk.me.person.locale).await?;
    let list = found.into_iter().zip(items);
    let list = list.map(|((decision, picked_at, _), submission)| Moderation { decision, picked_at, submission });
    Ok(Json(Page::whole(list.collect())))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionBody {
    verdict: Verdict,
    points: u32,
    /// To the tutor; trainees do not see it.
    #[serde(default)]
    note: String,
}

/// A second opinion, beside what had been decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opinion {
    pub verdict: Verdict,
    pub points: i64,
    /// What the first tutor decided.
    pub first: Decision,
    pub agrees: bool,
}

/// Gives a second opinion, once. What the trainee was told stays as it is.
#[utoipa::path(path = "/api/v1/desk/moderation/{decision}", operation_id = "give_second_opinion", tag = "desk",
    params(("decision" = i64, Path)), request_body = OpinionBody, responses((status = 200, body = Opinion), Problems))]
#[post("/desk/moderation/{decision}")]
pub async fn give(
    desk: Desk,
    id: Path<String>,
    body: Body<OpinionBody>,
    site: Data<Site>,
) -> Result<Json<Opinion>, Problem> {
    let id = DecisionId(id.parse().map_err(|_| NOT_FOUND.problem())?);
    let OpinionBody { verdict, points, note } = body.into_inner();
    if note.chars().count() > LONGEST_NOTE {
        return Err(INVALID_FIELDS.problem().at("/note", "too_long", format!("≤ {LONGEST_NOTE}")));
    }
    let row = site.db.read(move |db| Ok::<_, Problem>(moderated(db, id)?)).await?.ok_or(&NOT_FOUND)?;
    let (submission, first) = row;
    if !desk.reach.includes(&submission) || !desk.leads(&submission) || first.tutor_id == desk.tutor() {
        return Err(NOT_FOUND.problem());
    }
    let most = assignment_of(&site, &submission).await?.points();
    if points > most {
        return Err(INVALID_FIELDS.problem().at("/points", "out_of_range", format!("≤ {most}")));
    }
    let (lead, points, author) = (desk.tutor(), i64::from(points), first.tutor_id);
    let names = site.db.write(move |tx| {
        let open = moderations::table.find(id).filter(moderations::at.is_null());
        let word: &str = verdict.into();
        let given = diesel::update(open)
            .set((
                moderations::moderator_id.eq(lead),
                moderations::verdict.eq(word),
                moderations::points.eq(points),
                moderations::note.eq(note.trim()),
                moderations::at.eq(Ts::now()),
            ))
            .execute(tx)?;
        if given == 0 { Err(MODERATED.problem()) } else { Ok::<_, Problem>(accounts::names(tx, &[author])?) }
    });
    let name = names.await?.remove(&author).unwrap_or_default();
    let agrees = first.verdict() == verdict;
    Ok(Json(Opinion { verdict, points, first: Decision::new(&first, name), agrees }))
}

type Moderated = (crate::assignments::SubmissionRow, super::model::DecisionRow);

fn moderated(db: &mut AnyConnection, id: DecisionId) -> QueryResult<Option<Moderated>> {
    let picked = moderations::table.find(id).inner_join(decisions::table);
    let decision = picked.select(super::model::DecisionRow::as_select()).first(db).optional()?;
    let Some(decision) = decision else { return Ok(None) };
    Ok(queue::standing(db, decision.submission_id)?.map(|row| (row, decision)))
}

/// A second opinion as figures need it: by the decision it is on.
pub type OpinionFigure = (DecisionId, String, i64);

/// Opinions on these decisions.
pub fn opinions(db: &mut AnyConnection, ids: &[DecisionId]) -> QueryResult<Vec<OpinionFigure>> {
    let rows: Vec<(DecisionId, Option<String>, Option<i64>)> = moderations::table
        .filter(moderations::decision_id.eq_any(ids))
        .filter(moderations::at.is_not_null())
        .select((moderations::decision_id, moderations::verdict, moderations::points))
        .load(db)?;
    Ok(rows.into_iter().filter_map(|(id, verdict, points)| Some((id, verdict?, points?))).collect())
}
