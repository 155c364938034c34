//! One follower a user and process: it asks the hub how the user's server is, and tells whoever listens.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};
use utoipa::ToSchema;

use super::hub::{HubClient, HubError, Progress, Server};
use super::news::ServerNews;
use crate::db::types::Ts;
use crate::live::News;

/// How often a server that should stay as it is, is looked at: this is how soon a cull is seen under an open pane.
const CALM: Duration = Duration::from_secs(5);
const BUSY: Duration = Duration::from_millis(500);

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

    fn queued() -> Self {
        Self { step: Some(StartStep::Queued), percent: Some(0), ..Self::of(ServerState::Starting) }
    }

    fn failed(failure: StartFailure) -> Self {
        Self { failure: Some(failure), ..Self::of(ServerState::Failed) }
    }

    fn starting(progress: &Progress) -> Self {
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

/// All followers of this process.
#[derive(Clone, Default)]
pub struct Followers {
    by_name: Arc<Mutex<HashMap<String, Arc<Follower>>>>,
}

struct Follower {
    status: watch::Sender<ServerStatus>,
    look: Notify,
    /// A start was asked for and is not over.
    starting: Mutex<Option<Start>>,
}

struct Start {
    asked: Instant,
    /// Of this process, which is the one to count it.
    here: bool,
}

impl Start {
    fn asked_now(here: bool) -> Self {
        Self { asked: Instant::now(), here }
    }
}

impl Followers {
    /// Listens to a user's server; the first value is how it is now, as soon as the hub has said so.
    pub async fn listen(&self, hub: &HubClient, name: &str) -> watch::Receiver<ServerStatus> {
        let (follower, new) = self.follower(name);
        let mut status = follower.status.subscribe();
        if new {
            tokio::spawn(follow(self.clone(), hub.clone(), name.to_owned(), follower));
        }
        // Whoever comes before the hub's first word waits for it; an error means that the follower has ended.
        let _ = status.wait_for(|now| *now != unknown()).await;
        status
    }

    /// The user's server was asked to start: do not take "not there yet" for "stopped".
    pub async fn begin_start(&self, hub: &HubClient, name: &str) {
        let _listening = self.listen(hub, name).await;
        let (follower, _) = self.follower(name);
        *lock(&follower.starting) = Some(Start::asked_now(true));
        follower.status.send_replace(ServerStatus::queued());
        follower.look.notify_one();
    }

    /// The start was refused, or is over.
    pub fn start_failed(&self, name: &str, error: &HubError) {
        let (follower, _) = self.follower(name);
        *lock(&follower.starting) = None;
        follower.status.send_replace(match error {
            HubError::Unreachable(_) => ServerStatus::of(ServerState::HubDown),
            other => ServerStatus::failed(StartFailure { code: "hub_refused".into(), detail: other.to_string() }),
        });
    }

    /// How the start that was begun here ends: with a failure, or otherwise.
    pub async fn end_of_start(&self, hub: &HubClient, name: &str) -> Option<StartFailure> {
        let mut status = self.listen(hub, name).await;
        let end = status.wait_for(|status| status.state != ServerState::Starting).await;
        end.ok()?.failure.clone()
    }

    /// Takes up what a process told, this one or another.
    pub fn hear(&self, news: News) {
        match ServerNews::heard(news) {
            Some(ServerNews::Asked { name }) => self.heard_of_start(&name),
            Some(ServerNews::Failed { name, failure }) => self.heard_of_failure(&name, failure),
            Some(ServerNews::Changed { name }) => self.look(&name),
            None => {}
        }
    }

    /// Another process was asked to start this user's server.
    pub fn heard_of_start(&self, name: &str) {
        if let Some(follower) = lock(&self.by_name).get(name) {
            lock(&follower.starting).get_or_insert_with(|| Start::asked_now(false));
            follower.status.send_if_modified(|now| {
                let resting = matches!(now.state, ServerState::Stopped | ServerState::Failed);
                if resting {
                    *now = ServerStatus::queued();
                }
                resting
            });
            follower.look.notify_one();
        }
    }

    /// A start failed, and another process saw it.
    fn heard_of_failure(&self, name: &str, failure: StartFailure) {
        if let Some(follower) = lock(&self.by_name).get(name) {
            *lock(&follower.starting) = None;
            set(follower, ServerStatus::failed(failure));
        }
    }

    /// Something happened to this user's server: look at once.
    pub fn look(&self, name: &str) {
        if let Some(follower) = lock(&self.by_name).get(name) {
            follower.look.notify_one();
        }
    }

    fn follower(&self, name: &str) -> (Arc<Follower>, bool) {
        let mut all = lock(&self.by_name);
        if let Some(known) = all.get(name) {
            return (Arc::clone(known), false);
        }
        let follower = Arc::new(Follower {
            status: watch::Sender::new(unknown()),
            look: Notify::new(),
            starting: Mutex::new(None),
        });
        all.insert(name.to_owned(), Arc::clone(&follower));
        (follower, true)
    }

    /// Ends the follower nobody listens to any more; false where somebody came in between.
    fn retire(&self, name: &str, follower: &Follower) -> bool {
        let mut all = lock(&self.by_name);
        let idle = follower.status.receiver_count() == 0 && lock(&follower.starting).is_none();
        if idle {
            all.remove(name);
        }
        idle
    }
}

/// Before the hub was asked for the first time: differs from all it can say, so that its word is always news.
fn unknown() -> ServerStatus {
    ServerStatus { percent: Some(0), ..ServerStatus::of(ServerState::Stopped) }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn follow(followers: Followers, hub: HubClient, name: String, follower: Arc<Follower>) {
    loop {
        let pause = match hub.server(&name).await {
            Err(error) => {
                tracing::debug!(%error, name, "cannot ask the hub");
                follower.status.send_replace(ServerStatus::of(ServerState::HubDown));
                Duration::from_secs(2)
            }
            Ok(server) => see(&hub, &name, &follower, server).await,
        };
        if followers.retire(&name, &follower) {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = follower.look.notified() => {}
        }
    }
}

/// Passes on what the hub says; how long until it should be asked again.
async fn see(hub: &HubClient, name: &str, follower: &Follower, server: Option<Server>) -> Duration {
    let Some(server) = server else { return absent(follower) };
    match server.pending.as_deref() {
        Some("spawn") => {
            // Who waits for a first word should not have to wait for the stream's, too.
            follower.status.send_if_modified(|now| {
                let first = *now == unknown();
                if first {
                    *now = ServerStatus::queued();
                }
                first
            });
            if let Err(error) = watch_start(hub, name, follower).await {
                tracing::debug!(%error, name, "the progress stream broke off");
            }
            BUSY / 10
        }
        // Asked to start while it stops: it will, after that.
        Some("stop") if lock(&follower.starting).is_some() => {
            set(follower, ServerStatus::queued());
            BUSY
        }
        Some("stop") => {
            follower.status.send_replace(ServerStatus::of(ServerState::Stopping));
            BUSY
        }
        _ if server.ready => {
            let start = lock(&follower.starting).take();
            if let Some(start) = start.filter(|start| start.here) {
                metrics::histogram!("tenarai_spawn_seconds").record(start.asked.elapsed());
            }
            set(
                follower,
                ServerStatus {
                    started_at: server.started.map(Ts::from),
                    url: Some(hub.server_url(name)),
                    ..ServerStatus::of(ServerState::Ready)
                },
            );
            CALM
        }
        _ => absent(follower),
    }
}

/// No server. That is "queued" for a moment after a start was asked for, and a failure stays said until the next.
fn absent(follower: &Follower) -> Duration {
    let starting =
        lock(&follower.starting).as_ref().is_some_and(|start| start.asked.elapsed() < Duration::from_secs(60));
    if starting {
        set(follower, ServerStatus::queued());
        return BUSY / 2;
    }
    *lock(&follower.starting) = None;
    if follower.status.borrow().state != ServerState::Failed {
        set(follower, ServerStatus::of(ServerState::Stopped));
    }
    CALM
}

async fn watch_start(hub: &HubClient, name: &str, follower: &Follower) -> Result<(), HubError> {
    let mut events = std::pin::pin!(hub.progress(name).await?);
    while let Some(event) = events.next().await {
        let event = event?;
        if event.failed {
            *lock(&follower.starting) = None;
            let failure = StartFailure { code: "spawn_failed".into(), detail: event.message };
            set(follower, ServerStatus::failed(failure));
        } else if !event.ready {
            set(follower, ServerStatus::starting(&event));
        }
    }
    Ok(())
}

fn set(follower: &Follower, status: ServerStatus) {
    follower.status.send_if_modified(|now| {
        // A progress stream that broke off begins anew with what was told before: a bar goes one way only.
        let behind = status.state == ServerState::Starting && now.state == status.state && status.percent < now.percent;
        if behind {
            return false;
        }
        let changed = *now != status;
        *now = status;
        changed
    });
}
