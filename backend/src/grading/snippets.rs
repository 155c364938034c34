//! Words a tutor writes again and again; one's own.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::Desk;
use super::problems::TOO_MANY_SNIPPETS;
use crate::db::AnyConnection;
use crate::db::schema::snippets;
use crate::db::types::{SnippetId, Ts, UserId};
use crate::http::page::Page;
use crate::http::problem::{INVALID_FIELDS, NOT_FOUND, Problem};
use crate::http::{Body, Problems};
use crate::site::Site;

const MOST: i64 = 200;
const LONGEST: usize = 2_000;

#[derive(Debug, Serialize, Queryable, Selectable, ToSchema)]
#[diesel(table_name = snippets)]
pub struct Snippet {
    pub id: SnippetId,
    pub text: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SnippetBody {
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

impl SnippetBody {
    fn checked(&self) -> Result<String, Problem> {
        let text = self.text.trim();
        match text.chars().count() {
            0 => Err(INVALID_FIELDS.problem().at("/text", "required", "")),
            1..=LONGEST => Ok(text.to_owned()),
            _ => Err(INVALID_FIELDS.problem().at("/text", "too_long", format!("≤ {LONGEST}"))),
        }
    }
}

fn of(db: &mut AnyConnection, tutor: UserId) -> QueryResult<Vec<Snippet>> {
    snippets::table.filter(snippets::tutor_id.eq(tutor)).order(snippets::id).select(Snippet::as_select()).load(db)
}

/// My snippets, in the order in which they were made.
#[utoipa::path(path = "/api/v1/desk/snippets", operation_id = "list_snippets", tag = "desk",
    responses((status = 200, body = Page<Snippet>), Problems))]
#[get("/desk/snippets")]
pub async fn list(desk: Desk, site: Data<Site>) -> Result<Json<Page<Snippet>>, Problem> {
    let tutor = desk.tutor();
    Ok(Json(Page::whole(site.db.read(move |db| Ok::<_, Problem>(of(db, tutor)?)).await?)))
}

/// Keeps words for another time. The same words again are the same snippet.
#[utoipa::path(path = "/api/v1/desk/snippets", operation_id = "add_snippet", tag = "desk", request_body = SnippetBody,
    responses((status = 200, body = Snippet, description = "there is one of these words"),
        (status = 201, body = Snippet), Problems))]
#[post("/desk/snippets")]
pub async fn add(desk: Desk, body: Body<SnippetBody>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let (tutor, text) = (desk.tutor(), body.checked()?);
    let added = site.db.write(move |tx| {
        let known = of(tx, tutor)?;
        let count = i64::try_from(known.len()).unwrap_or(i64::MAX);
        if let Some(same) = known.into_iter().find(|snippet| snippet.text == text) {
            return Ok((false, same));
        }
        if count >= MOST {
            return Err(TOO_MANY_SNIPPETS.problem().with("limit", MOST));
        }
        let values = (snippets::tutor_id.eq(tutor), snippets::text.eq(text), snippets::created_at.eq(Ts::now()));
        let new = diesel::insert_into(snippets::table).values(values).returning((snippets::id, snippets::text));
        Ok((true, new.get_result(tx)?))
    });
    let (new, snippet) = added.await?;
    Ok(if new { HttpResponse::Created().json(snippet) } else { HttpResponse::Ok().json(snippet) })
}

/// Changes the words of a snippet.
#[utoipa::path(path = "/api/v1/desk/snippets/{snippet}", operation_id = "change_snippet", tag = "desk",
    params(("snippet" = i64, Path)), request_body = SnippetBody, responses((status = 200, body = Snippet), Problems))]
#[put("/desk/snippets/{snippet}")]
pub async fn change(
    desk: Desk,
    id: Path<String>,
    body: Body<SnippetBody>,
    site: Data<Site>,
) -> Result<Json<Snippet>, Problem> {
    let (tutor, text, id) = (desk.tutor(), body.checked()?, id_of(&id)?);
    let changed = site.db.write(move |tx| {
        let own = snippets::table.find(id).filter(snippets::tutor_id.eq(tutor));
        let changed = diesel::update(own).set(snippets::text.eq(text)).returning((snippets::id, snippets::text));
        changed.get_result(tx).optional()?.ok_or_else(|| NOT_FOUND.problem())
    });
    Ok(Json(changed.await?))
}

/// Deletes a snippet. What was written with it stays.
#[utoipa::path(path = "/api/v1/desk/snippets/{snippet}", operation_id = "delete_snippet", tag = "desk",
    params(("snippet" = i64, Path)), responses((status = 204, description = "there is no such snippet any more"), Problems))]
#[delete("/desk/snippets/{snippet}")]
pub async fn delete(desk: Desk, id: Path<String>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let (tutor, id) = (desk.tutor(), id_of(&id)?);
    let deleted = site.db.write(move |tx| {
        let own = snippets::table.find(id).filter(snippets::tutor_id.eq(tutor));
        Ok::<_, Problem>(diesel::delete(own).execute(tx)?)
    });
    match deleted.await? {
        0 => Err(NOT_FOUND.problem()),
        _ => Ok(HttpResponse::NoContent().finish()),
    }
}

fn id_of(text: &str) -> Result<SnippetId, Problem> {
    text.parse().map(SnippetId).map_err(|_| NOT_FOUND.problem())
}
