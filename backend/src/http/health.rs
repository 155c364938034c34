//! Whether the parts work: for load balancers, for Prometheus, for the operator.

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpResponse, get};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Problems;
use super::problem::{Problem, UNAVAILABLE};
use crate::db;
use crate::live::RedisState;
use crate::sessions::Operator;
use crate::site::Site;

#[derive(Serialize, ToSchema)]
pub struct Alive {
    pub version: &'static str,
}

const ALIVE: Alive = Alive { version: env!("CARGO_PKG_VERSION") };

/// The process lives.
#[utoipa::path(path = "/healthz", operation_id = "healthz", tag = "health", responses((status = 200, body = Alive)))]
#[get("/healthz")]
pub async fn healthz() -> Json<Alive> {
    Json(ALIVE)
}

/// Requests can be answered: the database is there. Redis and hub may be away; the site then does with less.
#[utoipa::path(path = "/readyz", operation_id = "readyz", tag = "health",
    responses((status = 200, body = Alive), Problems))]
#[get("/readyz")]
pub async fn readyz(site: Data<Site>) -> Result<Json<Alive>, Problem> {
    database_answers(&site).await.map_err(|error| UNAVAILABLE.caused_by(error))?;
    Ok(Json(ALIVE))
}

async fn database_answers(site: &Site) -> Result<(), db::Error> {
    use diesel::RunQueryDsl;
    site.db.read(|connection| Ok(diesel::sql_query("SELECT 1").execute(connection).map(drop)?)).await
}

/// Figures for Prometheus.
#[utoipa::path(path = "/metrics", operation_id = "metrics", tag = "health",
    responses((status = 200, content_type = "text/plain", body = String)))]
#[get("/metrics")]
pub async fn metrics(handle: Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(handle.render())
}

#[derive(Serialize, ToSchema)]
pub struct Health {
    pub version: &'static str,
    pub uptime_seconds: u64,
    pub parts: Vec<Part>,
    /// Null where the hub cannot be asked.
    pub servers: Option<Servers>,
}

#[derive(Serialize, ToSchema)]
pub struct Part {
    pub name: PartName,
    pub state: PartState,
    /// What it is, or what is wrong with it.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    Database,
    Redis,
    Hub,
    Storage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    Ok,
    /// The site works without it, with less.
    Degraded,
    Down,
    NotConfigured,
}

#[derive(Serialize, ToSchema)]
pub struct Servers {
    pub active: usize,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HealthQuery {
    /// This part only: another that does not answer is not waited for.
    part: Option<PartName>,
}

/// How each part of the installation is.
#[utoipa::path(path = "/api/v1/operator/health", operation_id = "get_health", tag = "operator",
    params(HealthQuery), responses((status = 200, body = Health), Problems))]
#[get("/operator/health")]
pub async fn operator_health(_operator: Operator, query: Query<HealthQuery>, site: Data<Site>) -> Json<Health> {
    let all = [PartName::Database, PartName::Redis, PartName::Hub, PartName::Storage];
    let mut health = Health {
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: site.started.elapsed().as_secs(),
        parts: Vec::new(),
        servers: None,
    };
    for name in all.into_iter().filter(|&name| query.part.is_none_or(|part| part == name)) {
        health.parts.push(match name {
            PartName::Database => database(&site).await,
            PartName::Redis => redis(&site),
            PartName::Hub => {
                let (hub, servers) = hub(&site).await;
                health.servers = servers;
                hub
            }
            PartName::Storage => storage(&site),
        });
    }
    Json(health)
}

async fn database(site: &Site) -> Part {
    let (state, detail) = match database_answers(site).await {
        Ok(()) => (PartState::Ok, site.db.name().to_owned()),
        Err(error) => (PartState::Down, error.to_string()),
    };
    Part { name: PartName::Database, state, detail }
}

fn redis(site: &Site) -> Part {
    let (state, detail) = match site.live.redis_state() {
        RedisState::NotConfigured => (PartState::NotConfigured, "one process"),
        RedisState::Connected => (PartState::Ok, "connected"),
        RedisState::Lost => (PartState::Degraded, "lost; ended sessions are read from the database"),
    };
    Part { name: PartName::Redis, state, detail: detail.to_owned() }
}

async fn hub(site: &Site) -> (Part, Option<Servers>) {
    let part = |state, detail: String| Part { name: PartName::Hub, state, detail };
    let Some(hub) = &site.hub else { return (part(PartState::NotConfigured, String::new()), None) };
    match hub.version().await {
        Ok(version) => {
            let servers = hub.active_users().await.ok().map(|users| Servers { active: users.len() });
            (part(PartState::Ok, format!("JupyterHub {version}")), servers)
        }
        Err(error) => (part(PartState::Down, error.to_string()), None),
    }
}

fn storage(site: &Site) -> Part {
    // Of its own: two processes may look at the same moment.
    let probe = site.config.blobs_dir().join(format!(".probe-{}", Uuid::now_v7()));
    let (state, detail) = match std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => (PartState::Ok, String::new()),
        Err(error) => (PartState::Down, error.to_string()),
    };
    Part { name: PartName::Storage, state, detail }
}
