//! What the hub asks us about sessions, with its service token.

use actix_web::web::{Data, Json, Path};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::signed_in::HubService;
use super::{any_lives, model};
use crate::accounts::{Locale, user_of_hub_name};
use crate::db::types::{SessionId, Ts};
use crate::http::problem::{NOT_FOUND, Problem};
use crate::http::{Body, Problems};
use crate::organisations;
use crate::site::Site;

/// Whether a session lives, and whose it is.
#[derive(Serialize, ToSchema)]
pub struct SessionState {
    pub active: bool,
    pub hub_user: Option<String>,
    pub groups: Option<Vec<String>>,
    pub locale: Option<Locale>,
}

const ENDED: SessionState = SessionState { active: false, hub_user: None, groups: None, locale: None };

/// Whether a session still lives.
#[utoipa::path(path = "/internal/v1/sessions/{sid}", operation_id = "internal_session", tag = "internal",
    params(("sid" = Uuid, Path, description = "`sid` of a token")),
    responses((status = 200, body = SessionState), Problems))]
#[get("/sessions/{sid}")]
pub async fn session(_hub: HubService, sid: Path<SessionId>, site: Data<Site>) -> Result<Json<SessionState>, Problem> {
    let sid = *sid;
    let session = site.db.read(move |db| Ok::<_, Problem>(model::find(db, sid)?)).await?.ok_or(&NOT_FOUND)?;
    if !session.lives(Ts::now()) {
        return Ok(Json(ENDED));
    }
    let person = site.people.get(&site.db, session.user_id).await?;
    if person.disabled {
        return Ok(Json(ENDED));
    }
    let groups = organisations::hub_groups(&site.db, &person).await?;
    Ok(Json(SessionState {
        active: true,
        hub_user: Some(person.hub_name()),
        groups: Some(groups),
        locale: Some(person.locale),
    }))
}

/// Whether any session of a hub user lives.
#[utoipa::path(path = "/internal/v1/users/{hub_user}/sessions", operation_id = "internal_user_sessions", tag = "internal",
    params(("hub_user" = String, Path, description = "name at the hub")),
    responses((status = 200, body = SessionState), Problems))]
#[get("/users/{hub_user}/sessions")]
pub async fn of_user(_hub: HubService, name: Path<String>, site: Data<Site>) -> Result<Json<SessionState>, Problem> {
    let user = user_of_hub_name(&name).ok_or(&NOT_FOUND)?;
    let person = site.people.get(&site.db, user).await?;
    let active = !person.disabled && any_lives(&site.db, user).await?;
    Ok(Json(SessionState { active, ..ENDED }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentTokenFor {
    hub_user: String,
}

#[derive(Serialize, ToSchema)]
pub struct ContentToken {
    pub token: String,
    pub expires_at: Ts,
}

/// A token by which this user's notebook server fetches their handouts.
#[utoipa::path(path = "/internal/v1/content-tokens", operation_id = "internal_content_token", tag = "internal",
    request_body = ContentTokenFor, responses((status = 200, body = ContentToken), Problems))]
#[post("/content-tokens")]
pub async fn content_token(
    _hub: HubService,
    body: Body<ContentTokenFor>,
    site: Data<Site>,
) -> Result<Json<ContentToken>, Problem> {
    let user = user_of_hub_name(&body.hub_user).ok_or(&NOT_FOUND)?;
    let person = site.people.get(&site.db, user).await?;
    if person.disabled {
        return Err(NOT_FOUND.problem());
    }
    let (token, expires_at) = site.tokens.content(&body.hub_user)?;
    Ok(Json(ContentToken { token, expires_at }))
}
