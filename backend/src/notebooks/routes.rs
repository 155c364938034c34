//! Starting, stopping and watching one's own notebook server.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, Responder, delete, get, post};
use serde::Deserialize;
use utoipa::ToSchema;

use super::hub::HubClient;
use super::news::ServerNews;
use super::problems::{HUB_NOT_CONFIGURED, HUB_UNREACHABLE};
use super::starting;
use super::status::{ServerState, ServerStatus};
use crate::http::problem::Problem;
use crate::http::{Body, Problems};
use crate::sessions::{SignedIn, Stream, stream};
use crate::site::Site;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartRequest {
    #[serde(default)]
    reason: StartReason,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StartReason {
    /// The trainee opened a pane.
    #[default]
    Open,
    /// They have just signed in and will likely open one; done as far as the operator's limit allows.
    Prewarm,
    /// A pane has been open for a while: the cookie only. A server that was stopped meanwhile stays so.
    Renew,
}

/// Starts my notebook server, unless it runs, and renews the cookie by which the hub knows me. Without a body, to open it.
#[utoipa::path(path = "/api/v1/notebook-server", operation_id = "start_notebook_server", tag = "notebooks",
    request_body = Option<StartRequest>,
    responses((status = 200, description = "it is ready", body = ServerStatus),
        (status = 202, description = "it is starting, or is left as it is", body = ServerStatus), Problems))]
#[post("/notebook-server")]
pub async fn start_server(me: SignedIn, body: Body<StartRequest>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let hub = site.hub.as_ref().ok_or(&HUB_NOT_CONFIGURED)?;
    let cookie = site.tokens.hub_cookie(site.tokens.hub(&me.person, me.session)?);
    let name = me.person.hub_name();
    let status = site.followers.listen(hub, &name).await;
    let now = status.borrow().clone();
    let wanted = match body.reason {
        StartReason::Renew => false,
        _ if starting::bears_out(hub, &name, now.state).await => false,
        StartReason::Open => true,
        StartReason::Prewarm => has_room(hub, &site).await,
    };
    if wanted {
        starting::begin(&site, hub, &me).await;
    }
    let now = status.borrow().clone();
    let mut response = if now.state == ServerState::Ready { HttpResponse::Ok() } else { HttpResponse::Accepted() };
    Ok(response.cookie(cookie).json(now))
}

/// No server is started ahead of need when many run already; when in doubt, none.
async fn has_room(hub: &HubClient, site: &Site) -> bool {
    match hub.active_users().await {
        Ok(active) => active.len() < site.config.settings.prewarm_limit,
        Err(_) => false,
    }
}

/// How my notebook server is.
#[utoipa::path(path = "/api/v1/notebook-server", operation_id = "get_notebook_server", tag = "notebooks",
    responses((status = 200, body = ServerStatus), Problems))]
#[get("/notebook-server")]
pub async fn get_status(me: SignedIn, site: Data<Site>) -> Result<Json<ServerStatus>, Problem> {
    let Some(hub) = &site.hub else { return Ok(Json(ServerStatus::of(ServerState::NotConfigured))) };
    let status = site.followers.listen(hub, &me.person.hub_name()).await;
    let now = status.borrow().clone();
    Ok(Json(now))
}

/// Stops my notebook server. Files stay; what only the kernel knew is gone.
#[utoipa::path(path = "/api/v1/notebook-server", operation_id = "stop_notebook_server", tag = "notebooks",
    responses((status = 202, body = ServerStatus), Problems))]
#[delete("/notebook-server")]
pub async fn stop_server(me: SignedIn, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let hub = site.hub.as_ref().ok_or(&HUB_NOT_CONFIGURED)?;
    let name = me.person.hub_name();
    hub.stop(&name).await.map_err(|error| HUB_UNREACHABLE.caused_by(error))?;
    site.followers.look(&name);
    ServerNews::Changed { name }.tell(&site.live).await;
    Ok(HttpResponse::Accepted().json(ServerStatus::of(ServerState::Stopping)))
}

/// Server-sent events: `status` with a ServerStatus each time it changes, `session` when this session ends.
#[utoipa::path(path = "/api/v1/notebook-server/events", operation_id = "watch_notebook_server", tag = "notebooks",
    responses((status = 200, content_type = "text/event-stream", body = ServerStatus), Problems))]
#[get("/notebook-server/events")]
pub async fn watch_status(me: SignedIn, site: Data<Site>) -> impl Responder {
    let (ours, name) = (site.get_ref().clone(), me.person.hub_name());
    stream(&site, &me, move |events| relay(ours, name, events))
}

/// Sends for as long as there is something to say.
async fn relay(site: Site, name: String, events: Stream) {
    let Some(hub) = &site.hub else {
        let _ = events.send("status", &ServerStatus::of(ServerState::NotConfigured)).await;
        return std::future::pending().await;
    };
    let mut status = site.followers.listen(hub, &name).await;
    status.mark_changed();
    while status.changed().await.is_ok() {
        let now = status.borrow_and_update().clone();
        if events.send("status", &now).await.is_err() {
            return;
        }
    }
}
