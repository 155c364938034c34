//! Reading one file of a person's working folder, as they would themselves.

use futures_util::TryStreamExt;
use reqwest::StatusCode;
use serde::Deserialize;

use super::hub::{HubClient, HubError};
use super::problems::{FILE_TOO_LARGE, HUB_NOT_CONFIGURED, HUB_UNREACHABLE, NO_SUCH_FILE, SERVER_NOT_STARTED};
use super::starting;
use crate::http::problem::Problem;
use crate::sessions::SignedIn;
use crate::site::Site;

/// Of a file, in bytes.
pub const LARGEST_FILE: usize = 10 << 20;
/// A file on its way: six bytes stand for one letter at worst, and a file is mostly letters that need none of that.
const LARGEST_ANSWER: usize = 3 * LARGEST_FILE;

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error("there is no such file")]
    NotFound,
    #[error("the file is too large")]
    TooLarge,
    #[error("the server answered {0}")]
    Refused(StatusCode),
}

/// The answer of Jupyter's contents API.
#[derive(Deserialize)]
struct Contents {
    content: String,
}

/// The saved text of a file below the working folder. Starts the person's server where it does not run.
pub async fn read_working_copy(site: &Site, me: &SignedIn, path: &str) -> Result<String, Problem> {
    let hub = site.hub.as_ref().ok_or(&HUB_NOT_CONFIGURED)?;
    starting::ensure(site, hub, me).await?;
    hub.read_file(&me.person.hub_name(), path).await.map_err(|error| match error {
        ReadError::NotFound => NO_SUCH_FILE.problem(),
        ReadError::TooLarge => FILE_TOO_LARGE.problem().with("megabytes", LARGEST_FILE >> 20),
        ReadError::Hub(HubError::Refused { .. }) | ReadError::Refused(_) => SERVER_NOT_STARTED.caused_by(error),
        ReadError::Hub(_) => HUB_UNREACHABLE.caused_by(error),
    })
}

impl HubClient {
    /// Reads a file through the user's own server. That server is the user's to change: it gets a token that opens
    /// nothing but itself, for a minute, and its answer is bounded and never followed elsewhere.
    async fn read_file(&self, name: &str, path: &str) -> Result<String, ReadError> {
        let pass = self.mint_pass(name).await?;
        let read = self.read_with(name, path, &pass.token).await;
        if let Err(error) = self.revoke_pass(name, &pass.id).await {
            tracing::debug!(%error, name, "a token for one file runs out by itself");
        }
        read
    }

    async fn read_with(&self, name: &str, path: &str, token: &str) -> Result<String, ReadError> {
        let response = self.ask_server(name, path, token).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(ReadError::NotFound),
            other => return Err(ReadError::Refused(other)),
        }
        let mut chunks = response.bytes_stream();
        let mut body = Vec::new();
        while let Some(chunk) = chunks.try_next().await.map_err(HubError::from)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(ReadError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let read: Contents = serde_json::from_slice(&body).map_err(|error| HubError::Nonsense(error.to_string()))?;
        if read.content.len() > LARGEST_FILE { Err(ReadError::TooLarge) } else { Ok(read.content) }
    }
}
