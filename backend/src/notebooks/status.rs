//! How a notebook server is, in the words of the API.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hub::Progress;
use crate::db::types::Ts;

/// How a notebook server is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ServerStatus {
    pub state: ServerState,
    /// What a start is busy with.
    pub step: Option<StartStep>,
    /// 0 to 100, of the whole start.
    pub percent: Option<u8>,
    pub started_at: Option<Ts>,
    /// Where browsers find it once it is ready.
    #[schema(example = "http://localhost:8000/jupyterhub/user/u17/")]
    pub url: Option<String>,
    pub failure: Option<StartFailure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerState {
    /// This site has no hub: chapters have text only.
    NotConfigured,
    Stopped,
    Starting,
    Ready,
    Stopping,
    Failed,
    /// The hub does not answer.
    HubDown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StartStep {
    Queued,
    Server,
    Contents,
    Notebook,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StartFailure {
    /// `spawn_failed` or `hub_refused`.
    #[schema(example = "spawn_failed")]
    pub code: Cow<'static, str>,
    /// What the hub said.
    pub detail: String,
}

impl ServerStatus {
    pub fn of(state: ServerState) -> Self {
        Self { state, step: None, percent: None, started_at: None, url: None, failure: None }
    }

    /// Before the hub was asked for the first time: differs from all it can say, so that its word is always news.
    pub fn unknown() -> Self {
        Self { percent: Some(0), ..Self::of(ServerState::Stopped) }
    }

    pub fn queued() -> Self {
        Self { step: Some(StartStep::Queued), percent: Some(0), ..Self::of(ServerState::Starting) }
    }

    pub fn failed(failure: StartFailure) -> Self {
        Self { failure: Some(failure), ..Self::of(ServerState::Failed) }
    }

    pub fn starting(progress: &Progress) -> Self {
        let step = match progress.step.as_deref() {
            Some("server") => StartStep::Server,
            Some("contents") => StartStep::Contents,
            Some("notebook") => StartStep::Notebook,
            _ => StartStep::Queued,
        };
        Self {
            step: Some(step),
            // A bar at 100 while one still waits would be a lie.
            percent: Some(progress.progress.clamp(0.0, 99.0) as u8),
            ..Self::of(ServerState::Starting)
        }
    }
}
