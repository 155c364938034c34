//! The hub's REST API, as far as we use it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::{Stream, StreamExt, TryStreamExt};
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::reads::Reads;
use crate::accounts::Locale;
use crate::config;
use crate::db::types::ChapterId;

/// A start may hold the request for ten seconds before the hub answers "pending".
const START_DEADLINE: Duration = Duration::from_secs(30);
const DEADLINE: Duration = Duration::from_secs(5);
/// A whole file, from a server that may be busy.
const FILE_DEADLINE: Duration = Duration::from_secs(10);
const PASS_SECONDS: u32 = 60;
/// No single event of a progress stream is longer; a hub that sends more is not one.
const LONGEST_EVENT: usize = 64 * 1024;

/// The hub lists no more users at once.
const PAGE: usize = 200;

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("the hub does not answer")]
    Unreachable(#[from] reqwest::Error),
    #[error("the hub answered {status}: {message}")]
    Refused { status: StatusCode, message: String },
    #[error("the hub sent what we do not understand: {0}")]
    Nonsense(String),
}

/// Talks to the hub as the service `tenarai`.
#[derive(Clone, Debug)]
pub struct HubClient {
    http: reqwest::Client,
    config: config::Hub,
    pub(super) reads: Reads,
}

/// A user's server as the hub sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Server {
    pub ready: bool,
    /// `spawn`, `stop` or nothing.
    pub pending: Option<String>,
    pub started: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Debug, Deserialize)]
struct User {
    #[serde(default)]
    servers: HashMap<String, Server>,
}

/// One line of a start's progress stream.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Progress {
    pub progress: f64,
    #[serde(default)]
    pub message: String,
    /// Which step it is in; ours, not the hub's.
    pub step: Option<String>,
    #[serde(default)]
    pub ready: bool,
    #[serde(default)]
    pub failed: bool,
}

/// A token for one thing.
#[derive(Deserialize)]
pub(super) struct Pass {
    pub id: String,
    pub token: String,
}

#[derive(Debug, Deserialize)]
struct Message {
    message: Option<String>,
}

impl HubClient {
    pub fn new(config: config::Hub) -> Result<Self, reqwest::Error> {
        let builder = match &config.socket {
            Some(socket) => reqwest::Client::builder().unix_socket(socket.as_path()),
            None => reqwest::Client::builder(),
        };
        let http = builder
            .connect_timeout(Duration::from_secs(2))
            // A progress stream has no deadline, but the hub keeps it alive every few seconds.
            .read_timeout(START_DEADLINE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { http, config, reads: Reads::new() })
    }

    /// Where browsers find a user's server.
    pub fn server_url(&self, name: &str) -> String {
        format!("{}user/{name}/", self.config.public_url)
    }

    pub fn origin(&self) -> String {
        self.config.origin()
    }

    pub fn base_url(&self) -> &Url {
        &self.config.public_url
    }

    /// The user's server, if there is one in any state.
    pub async fn server(&self, name: &str) -> Result<Option<Server>, HubError> {
        let response = self.ask("read_user", Method::GET, &format!("users/{name}"), DEADLINE, None).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let mut user: User = accepted(response).await?.json().await?;
        Ok(user.servers.remove(""))
    }

    /// Starts the user's server and makes the user known where needed. Harmless when it runs already.
    pub async fn start(&self, name: &str, locale: Locale) -> Result<(), HubError> {
        let asked = Instant::now();
        loop {
            match self.try_start(name, locale).await {
                Err(HubError::Refused { status: StatusCode::NOT_FOUND, .. }) => self.add_user(name).await?,
                // "is already running" and "is pending spawn" is what was asked for; "is pending stop" passes.
                Err(refused @ HubError::Refused { status: StatusCode::BAD_REQUEST, .. }) => {
                    let server = self.server(name).await?;
                    if server.is_some_and(|server| server.ready || server.pending.as_deref() == Some("spawn")) {
                        return Ok(());
                    }
                    if asked.elapsed() > START_DEADLINE {
                        return Err(refused);
                    }
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                other => return other,
            }
        }
    }

    async fn try_start(&self, name: &str, locale: Locale) -> Result<(), HubError> {
        let options = json!({ "locale": locale });
        let path = format!("users/{name}/server");
        let response = self.ask("start_server", Method::POST, &path, START_DEADLINE, Some(options)).await?;
        accepted(response).await.map(drop)
    }

    async fn add_user(&self, name: &str) -> Result<(), HubError> {
        let response = self.ask("add_user", Method::POST, &format!("users/{name}"), DEADLINE, None).await?;
        match accepted(response).await {
            Ok(_) | Err(HubError::Refused { status: StatusCode::CONFLICT, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Stops the user's server; harmless where none runs.
    pub async fn stop(&self, name: &str) -> Result<(), HubError> {
        let path = format!("users/{name}/server");
        let response = self.ask("stop_server", Method::DELETE, &path, START_DEADLINE, None).await?;
        match accepted(response).await {
            Ok(_) | Err(HubError::Refused { status: StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The users who have a server that runs or is starting.
    pub async fn active_users(&self) -> Result<Vec<String>, HubError> {
        #[derive(Deserialize)]
        struct Name {
            name: String,
        }
        let mut names = Vec::new();
        loop {
            let path = format!("users?state=active&limit={PAGE}&offset={}", names.len());
            let response = self.ask("list_active", Method::GET, &path, DEADLINE, None).await?;
            let users: Vec<Name> = accepted(response).await?.json().await?;
            let is_last = users.len() < PAGE;
            names.extend(users.into_iter().map(|user| user.name));
            if is_last {
                return Ok(names);
            }
        }
    }

    /// Whether the hub is up: its version.
    pub async fn version(&self) -> Result<String, HubError> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let response = self.ask("version", Method::GET, "", DEADLINE, None).await?;
        Ok(accepted(response).await?.json::<Version>().await?.version)
    }

    /// A token that opens this user's server and nothing else, for a minute.
    pub(super) async fn mint_pass(&self, name: &str) -> Result<Pass, HubError> {
        let asked = json!({
            "expires_in": PASS_SECONDS,
            "note": "Tenarai reads a notebook that is handed in",
            "scopes": [format!("access:servers!user={name}")],
        });
        let path = format!("users/{name}/tokens");
        let response = self.ask("mint_token", Method::POST, &path, DEADLINE, Some(asked)).await?;
        Ok(accepted(response).await?.json().await?)
    }

    pub(super) async fn revoke_pass(&self, name: &str, id: &str) -> Result<(), HubError> {
        let path = format!("users/{name}/tokens/{id}");
        let response = self.ask("revoke_token", Method::DELETE, &path, DEADLINE, None).await?;
        accepted(response).await.map(drop)
    }

    /// Asks the user's own server to have this chapter's notebook at this path (decision 0024).
    pub(super) async fn open_at_server(
        &self,
        name: &str,
        path: &str,
        chapter: ChapterId,
        token: &str,
    ) -> Result<reqwest::Response, HubError> {
        let url = self.at_server(name, ["tenarai", "api", "open"]);
        let asked = json!({ "path": path, "chapter_id": chapter });
        self.ask_server("open_notebook", self.http.post(url).json(&asked), token).await
    }

    /// Asks the user's own server for the text of a file below its working folder.
    pub(super) async fn file_at_server(
        &self,
        name: &str,
        path: &str,
        token: &str,
    ) -> Result<reqwest::Response, HubError> {
        let mut url = self.at_server(name, ["api", "contents"].into_iter().chain(path.split('/')));
        url.query_pairs_mut().extend_pairs([("type", "file"), ("format", "text"), ("content", "1")]);
        self.ask_server("read_file", self.http.get(url), token).await
    }

    fn at_server<'p>(&self, name: &'p str, path: impl IntoIterator<Item = &'p str>) -> Url {
        let mut url = self.config.internal_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["user", name]).extend(path);
        }
        url
    }

    /// One question to a user's own server, which sees a pass and never our own token.
    async fn ask_server(
        &self,
        operation: &'static str,
        request: RequestBuilder,
        token: &str,
    ) -> Result<reqwest::Response, HubError> {
        let started = Instant::now();
        let response = request.timeout(FILE_DEADLINE).header("authorization", format!("token {token}")).send().await;
        metrics::histogram!("tenarai_hub_seconds", "operation" => operation).record(started.elapsed());
        Ok(response?)
    }

    /// The progress of a start, until it is over.
    pub async fn progress(
        &self,
        name: &str,
    ) -> Result<impl Stream<Item = Result<Progress, HubError>> + use<>, HubError> {
        let response = self.request(Method::GET, &format!("users/{name}/server/progress")).send().await?;
        let bytes = accepted(response).await?.bytes_stream().map_err(HubError::from);
        Ok(events(bytes))
    }

    /// One call with a deadline, timed.
    async fn ask(
        &self,
        operation: &'static str,
        method: Method,
        path: &str,
        deadline: Duration,
        body: Option<serde_json::Value>,
    ) -> Result<reqwest::Response, HubError> {
        let mut request = self.request(method, path).timeout(deadline);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let started = Instant::now();
        let response = request.send().await;
        metrics::histogram!("tenarai_hub_seconds", "operation" => operation).record(started.elapsed());
        Ok(response?)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}hub/api/{path}", self.config.internal_url))
            .header("authorization", format!("token {}", self.config.token.show().expose_secret()))
    }
}

async fn accepted(response: reqwest::Response) -> Result<reqwest::Response, HubError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let message = response.json::<Message>().await.ok().and_then(|body| body.message).unwrap_or_default();
    Err(HubError::Refused { status, message })
}

/// Reads `data: {…}` events; comments and everything else are passed over.
fn events<B: AsRef<[u8]>>(
    bytes: impl Stream<Item = Result<B, HubError>>,
) -> impl Stream<Item = Result<Progress, HubError>> {
    bytes
        .scan(Vec::new(), |rest: &mut Vec<u8>, chunk| {
            let lines = chunk.and_then(|chunk| {
                rest.extend_from_slice(chunk.as_ref());
                let end = rest.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
                let lines: Vec<u8> = rest.drain(..end).collect();
                if rest.len() > LONGEST_EVENT {
                    return Err(HubError::Nonsense("an endless line".to_owned()));
                }
                Ok(lines)
            });
            std::future::ready(Some(lines))
        })
        .map_ok(|lines| {
            let text = String::from_utf8_lossy(&lines);
            let found: Vec<Result<Progress, HubError>> = text
                .lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .map(|json| serde_json::from_str(json.trim()).map_err(|error| HubError::Nonsense(error.to_string())))
                .collect();
            futures_util::stream::iter(found)
        })
        .try_flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_may_be_cut_anywhere() {
        let text = b"data: {\"progress\": 5, \"message\": \"a\", \"step\": \"server\"}\r\n\r\n: comment\ndata: {\"progress\": 100, \"ready\": true}\n\n";
        for cut in 0..text.len() {
            let parts = [&text[..cut], &text[cut..]].map(Ok);
            let read: Vec<Progress> =
                events(futures_util::stream::iter(parts)).try_collect().await.expect("a whole stream");
            assert_eq!(read.len(), 2, "cut at {cut}");
            assert_eq!(read[0].step.as_deref(), Some("server"));
            assert!(read[1].ready);
        }
    }

    #[tokio::test]
    async fn an_endless_line_is_refused() {
        let line = vec![b'x'; LONGEST_EVENT + 1];
        let read: Vec<_> = events(futures_util::stream::iter([Ok(line)])).collect().await;
        assert!(matches!(read[..], [Err(HubError::Nonsense(_))]));
    }
}
