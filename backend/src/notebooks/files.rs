//! Reading one file of a person's working folder, as they would themselves.

use futures_util::TryStreamExt;
use reqwest::{Response, StatusCode};
use serde::Deserialize;

use super::hub::{HubClient, HubError};
use super::problems::{
    ALREADY_READING, FILE_TOO_LARGE, HUB_NOT_CONFIGURED, HUB_UNREACHABLE, NO_SUCH_FILE, NOT_A_NOTEBOOK, NOT_READ,
    OTHER_CHAPTERS, READERS_BUSY, SERVER_NOT_STARTED,
};
use super::reads::Turn;
use super::starting;
use crate::db::types::ChapterId;
use crate::http::problem::Problem;
use crate::sessions::SignedIn;
use crate::site::Site;

/// Of a file, in bytes.
pub const LARGEST_FILE: usize = 10 << 20;
/// A file on its way: six bytes stand for one letter at worst, and a file is mostly letters that need none of that.
const LARGEST_ANSWER: usize = 3 * LARGEST_FILE;
/// What anybody may send at any time.
const SMALL_ANSWER: usize = 1 << 20;
/// Of a refusal, no more is looked at.
const LONGEST_REFUSAL: usize = 4 << 10;
const LONGEST_REASON: usize = 100;

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error("there is no such file")]
    NotFound,
    #[error("the file is another chapter's")]
    OtherChapters,
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("the file is too large")]
    TooLarge,
    #[error("too many large files are being read")]
    Busy,
    #[error("the proxy has no server for it")]
    NoServer,
    #[error("the server answered {0}")]
    Refused(StatusCode),
    #[error("the server sent no file: {0}")]
    Nonsense(serde_json::Error),
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotFound => NO_SUCH_FILE.problem(),
            ReadError::OtherChapters => OTHER_CHAPTERS.problem(),
            ReadError::Damaged(reason) => NOT_A_NOTEBOOK.problem().with("reason", reason),
            ReadError::TooLarge => FILE_TOO_LARGE.problem().with("megabytes", LARGEST_FILE >> 20),
            ReadError::Busy => READERS_BUSY.problem(),
            ReadError::NoServer | ReadError::Hub(HubError::Refused { .. }) => SERVER_NOT_STARTED.caused_by(error),
            ReadError::Refused(_) | ReadError::Nonsense(_) => NOT_READ.caused_by(error),
            ReadError::Hub(_) => HUB_UNREACHABLE.caused_by(error),
        }
    }
}

/// The answer of Jupyter's contents API.
#[derive(Deserialize)]
struct Contents {
    content: String,
}

/// What the server says of a file it cannot give.
#[derive(Deserialize)]
struct Refusal {
    /// Of a few words, without a path.
    reason: Option<String>,
}

/// A file as it is saved. Its reader's turn lasts until it is dropped.
pub struct WorkingCopy {
    pub text: String,
    _turns: (Turn, Option<Turn>),
}

/// The saved text of a chapter's notebook below the working folder. Starts the person's server where it does not run.
pub async fn read_working_copy(
    site: &Site,
    me: &SignedIn,
    path: &str,
    chapter: ChapterId,
) -> Result<WorkingCopy, Problem> {
    let hub = site.hub.as_ref().ok_or(&HUB_NOT_CONFIGURED)?;
    starting::ensure(site, hub, me).await?;
    let name = me.person.hub_name();
    let turn = hub.reads.own_turn(&name).await.ok_or(&ALREADY_READING)?;
    let (text, place) = hub.read_file(&name, path, chapter).await?;
    Ok(WorkingCopy { text, _turns: (turn, place) })
}

impl HubClient {
    /// Reads a file through the user's own server. That server is the user's to change: it gets a token that opens
    /// nothing but itself, for a minute, and its answer is bounded and never followed elsewhere.
    async fn read_file(&self, name: &str, path: &str, chapter: ChapterId) -> Result<(String, Option<Turn>), ReadError> {
        let pass = self.mint_pass(name).await?;
        let read = self.read_with(name, path, chapter, &pass.token).await;
        if let Err(error) = self.revoke_pass(name, &pass.id).await {
            tracing::debug!(%error, name, "a token for one file runs out by itself");
        }
        read
    }

    async fn read_with(
        &self,
        name: &str,
        path: &str,
        chapter: ChapterId,
        token: &str,
    ) -> Result<(String, Option<Turn>), ReadError> {
        // A server that has run for a while may hold another chapter's notebook at this path, until it hears of the move.
        let opened = self.open_at_server(name, path, chapter, token).await?;
        match opened.status() {
            // What is missing, or no file, is told by the answer to the next question.
            StatusCode::OK | StatusCode::NOT_FOUND => {}
            StatusCode::CONFLICT => return Err(ReadError::OtherChapters),
            _ => return Err(refusal(opened).await),
        }
        let response = self.file_at_server(name, path, token).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(ReadError::NotFound),
            _ => return Err(refusal(response).await),
        }
        let mut chunks = response.bytes_stream();
        let (mut body, mut place) = (Vec::new(), None);
        while let Some(chunk) = chunks.try_next().await.map_err(HubError::from)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(ReadError::TooLarge);
            }
            if place.is_none() && body.len() + chunk.len() > SMALL_ANSWER {
                place = Some(self.reads.place().await.ok_or(ReadError::Busy)?);
            }
            body.extend_from_slice(&chunk);
        }
        let read: Contents = serde_json::from_slice(&body).map_err(ReadError::Nonsense)?;
        if read.content.len() > LARGEST_FILE { Err(ReadError::TooLarge) } else { Ok((read.content, place)) }
    }
}

/// Why there is no file: 400 is the file's own fault, 424 the proxy's answer where no server runs.
async fn refusal(response: Response) -> ReadError {
    let status = response.status();
    match status {
        StatusCode::BAD_REQUEST => {
            let said = beginning(response).await;
            let reason = serde_json::from_slice(&said).ok().and_then(|refusal: Refusal| refusal.reason);
            let reason = reason.unwrap_or_else(|| status.to_string());
            ReadError::Damaged(reason.chars().filter(|letter| !letter.is_control()).take(LONGEST_REASON).collect())
        }
        StatusCode::FAILED_DEPENDENCY => ReadError::NoServer,
        _ => ReadError::Refused(status),
    }
}

async fn beginning(response: Response) -> Vec<u8> {
    let (mut chunks, mut body) = (response.bytes_stream(), Vec::new());
    while body.len() < LONGEST_REFUSAL
        && let Ok(Some(chunk)) = chunks.try_next().await
    {
        body.extend_from_slice(&chunk);
    }
    body
}
