//! What the processes of a site tell each other of notebook servers.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::status::StartFailure;
use crate::live::{Live, News};

const ROOM: &str = "notebooks";

/// Of the server of the user with this name at the hub. Each start has an id: word of one that failed may come when the
/// next has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerNews {
    /// It was asked to start: it is queued, whatever the hub still says.
    Asked { name: String, start: Uuid },
    /// Something happened to it: look.
    Changed { name: String },
    /// A start failed, which the hub says only while it happens.
    Failed { name: String, start: Uuid, failure: StartFailure },
}

impl ServerNews {
    pub async fn tell(&self, live: &Live) {
        match serde_json::to_value(self) {
            Ok(body) => live.tell(News::OfRoom { room: ROOM.into(), body }).await,
            Err(error) => tracing::error!(%error, "news of a notebook server cannot be written"),
        }
    }

    /// None where the news are of something else.
    pub fn heard(news: News) -> Option<Self> {
        let News::OfRoom { room, body } = news else { return None };
        if room != ROOM {
            return None;
        }
        serde_json::from_value(body)
            .inspect_err(|error| tracing::warn!(%error, "news from a process of another version"))
            .ok()
    }
}
