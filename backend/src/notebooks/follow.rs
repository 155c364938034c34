//! One follower a user and process: it asks the hub how the user's server is, and tells whoever listens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::hub::{HubClient, HubError, Server};
use super::news::ServerNews;
use super::status::{ServerState, ServerStatus, StartFailure};
use crate::db::types::Ts;
use crate::live::{Live, News};

/// How often a server that should stay as it is, is looked at: this is how soon a cull is seen under an open pane.
const CALM: Duration = Duration::from_secs(5);
const BUSY: Duration = Duration::from_millis(500);

/// All followers of this process.
#[derive(Clone)]
pub struct Followers {
    by_name: Arc<Mutex<HashMap<String, Arc<Follower>>>>,
    live: Live,
}

struct Follower {
    status: watch::Sender<ServerStatus>,
    look: Notify,
    start: Mutex<Start>,
}

/// The last start that was asked for, here or at another process, and since when; not since when where it is over.
#[derive(Clone, Copy)]
struct Start {
    id: Uuid,
    since: Option<Instant>,
    /// It was asked of this process, which is the one to count it.
    here: bool,
}

impl Start {
    fn now(id: Uuid, here: bool) -> Self {
        Self { id, since: Some(Instant::now()), here }
    }

    /// Its id, while it goes on.
    fn going_on(&self) -> Option<Uuid> {
        self.since.map(|_| self.id)
    }
}

impl Followers {
    pub fn new(live: Live) -> Self {
        Self { by_name: Arc::default(), live }
    }

    /// Listens to a user's server; the first value is how it is now, as soon as the hub has said so.
    pub async fn listen(&self, hub: &HubClient, name: &str) -> watch::Receiver<ServerStatus> {
        let (follower, mut status, new) = self.follower(name);
        if new {
            tokio::spawn(follow(self.clone(), hub.clone(), name.to_owned(), follower));
        }
        // Whoever comes before the hub's first word waits for it; an error means that the follower has ended.
        let _ = status.wait_for(|now| *now != ServerStatus::unknown()).await;
        status
    }

    /// The user's server is about to be asked for: do not take "not there yet" for "stopped". A hub that does not answer
    /// has no queue: that is said until it does.
    pub async fn begin_start(&self, hub: &HubClient, name: &str) -> Uuid {
        let _listening = self.listen(hub, name).await;
        let (follower, ..) = self.follower(name);
        let id = Uuid::now_v7();
        *lock(&follower.start) = Start::now(id, true);
        follower.status.send_if_modified(|now| {
            let answers = now.state != ServerState::HubDown;
            if answers {
                *now = ServerStatus::queued();
            }
            answers
        });
        follower.look.notify_one();
        id
    }

    /// The hub did not take this start.
    pub async fn start_failed(&self, name: &str, start: Uuid, error: &HubError) {
        match error {
            HubError::Unreachable(_) => self.end_start(name, Some(start), ServerStatus::of(ServerState::HubDown)),
            other => {
                let failure = StartFailure { code: "hub_refused".into(), detail: other.to_string() };
                self.saw_failure(name, Some(start), failure).await;
            }
        }
    }

    /// Who sees that a start failed tells the others, who may have looked away.
    async fn saw_failure(&self, name: &str, start: Option<Uuid>, failure: StartFailure) {
        self.end_start(name, start, ServerStatus::failed(failure.clone()));
        if let Some(start) = start {
            ServerNews::Failed { name: name.to_owned(), start, failure }.tell(&self.live).await;
        }
    }

    /// This start has come to that. Where another goes on, it is of no interest any more.
    fn end_start(&self, name: &str, start: Option<Uuid>, status: ServerStatus) {
        let Some(follower) = self.known(name) else { return };
        let mut last = lock(&follower.start);
        if last.going_on().is_none_or(|going_on| Some(going_on) == start) {
            last.since = None;
            set(&follower, status);
        }
    }

    /// Takes up what a process told, this one or another.
    pub fn hear(&self, news: News) {
        match ServerNews::heard(news) {
            Some(ServerNews::Asked { name, start }) => self.heard_of_start(&name, start),
            Some(ServerNews::Failed { name, start, failure }) => {
                self.end_start(&name, Some(start), ServerStatus::failed(failure));
            }
            Some(ServerNews::Changed { name }) => self.look(&name),
            None => {}
        }
    }

    /// This or another process was asked to start this user's server.
    pub fn heard_of_start(&self, name: &str, start: Uuid) {
        let Some(follower) = self.known(name) else { return };
        let mut last = lock(&follower.start);
        // Ids are in the order of time: this one is under way, over, or overtaken.
        if last.id >= start {
            return;
        }
        *last = Start::now(start, false);
        follower.status.send_if_modified(|now| {
            let resting = matches!(now.state, ServerState::Stopped | ServerState::Failed);
            if resting {
                *now = ServerStatus::queued();
            }
            resting
        });
        follower.look.notify_one();
    }

    /// Something happened to this user's server: look at once.
    pub fn look(&self, name: &str) {
        if let Some(follower) = self.known(name) {
            follower.look.notify_one();
        }
    }

    fn known(&self, name: &str) -> Option<Arc<Follower>> {
        lock(&self.by_name).get(name).cloned()
    }

    /// The user's follower, listened to, so that it does not retire meanwhile; and whether it is a new one.
    fn follower(&self, name: &str) -> (Arc<Follower>, watch::Receiver<ServerStatus>, bool) {
        let mut all = lock(&self.by_name);
        if let Some(known) = all.get(name) {
            return (Arc::clone(known), known.status.subscribe(), false);
        }
        let follower = Arc::new(Follower {
            status: watch::Sender::new(ServerStatus::unknown()),
            look: Notify::new(),
            start: Mutex::new(Start { id: Uuid::nil(), since: None, here: false }),
        });
        all.insert(name.to_owned(), Arc::clone(&follower));
        let status = follower.status.subscribe();
        (follower, status, true)
    }

    /// Ends the follower nobody listens to any more; false where somebody came in between.
    fn retire(&self, name: &str, follower: &Follower) -> bool {
        let mut all = lock(&self.by_name);
        let idle = follower.status.receiver_count() == 0 && lock(&follower.start).since.is_none();
        if idle {
            all.remove(name);
        }
        idle
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn follow(followers: Followers, hub: HubClient, name: String, follower: Arc<Follower>) {
    loop {
        let pause = match hub.server(&name).await {
            Err(error) => {
                tracing::debug!(%error, name, "cannot ask the hub");
                set(&follower, ServerStatus::of(ServerState::HubDown));
                Duration::from_secs(2)
            }
            Ok(server) => see(&followers, &hub, &name, &follower, server).await,
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
async fn see(
    followers: &Followers,
    hub: &HubClient,
    name: &str,
    follower: &Follower,
    server: Option<Server>,
) -> Duration {
    let Some(server) = server else { return absent(follower) };
    match server.pending.as_deref() {
        Some("spawn") => {
            // Who waits for a first word should not have to wait for the stream's, too.
            follower.status.send_if_modified(|now| {
                let first = *now == ServerStatus::unknown();
                if first {
                    *now = ServerStatus::queued();
                }
                first
            });
            if let Err(error) = watch_start(followers, hub, name, follower).await {
                tracing::debug!(%error, name, "the progress stream broke off");
            }
            BUSY / 10
        }
        // Asked to start while it stops: it will, after that.
        Some("stop") if lock(&follower.start).since.is_some() => {
            set(follower, ServerStatus::queued());
            BUSY
        }
        Some("stop") => {
            set(follower, ServerStatus::of(ServerState::Stopping));
            BUSY
        }
        _ if server.ready => {
            let mut start = lock(&follower.start);
            if let Some(asked) = start.since.take().filter(|_| start.here) {
                metrics::histogram!("tenarai_spawn_seconds").record(asked.elapsed());
            }
            drop(start);
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
    let starting = lock(&follower.start).since.is_some_and(|since| since.elapsed() < Duration::from_secs(60));
    if starting {
        set(follower, ServerStatus::queued());
        return BUSY / 2;
    }
    lock(&follower.start).since = None;
    if follower.status.borrow().state != ServerState::Failed {
        set(follower, ServerStatus::of(ServerState::Stopped));
    }
    CALM
}

async fn watch_start(followers: &Followers, hub: &HubClient, name: &str, follower: &Follower) -> Result<(), HubError> {
    // Whatever the stream says is said of this start, also when it is read late.
    let start = lock(&follower.start).going_on();
    let mut events = std::pin::pin!(hub.progress(name).await?);
    while let Some(event) = events.next().await {
        let event = event?;
        if event.failed {
            let failure = StartFailure { code: "spawn_failed".into(), detail: event.message };
            followers.saw_failure(name, start, failure).await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn followers() -> Followers {
        Followers::new(Live::start(None))
    }

    #[tokio::test]
    async fn word_of_a_failed_start_that_comes_late_does_not_end_the_next() {
        let followers = followers();
        let (follower, ..) = followers.follower("u1");
        let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
        let told = |news: ServerNews| {
            followers.hear(News::OfRoom { room: "notebooks".into(), body: serde_json::to_value(news).expect("JSON") });
            follower.status.borrow().state
        };
        let asked = |start| ServerNews::Asked { name: "u1".to_owned(), start };
        let failure = StartFailure { code: "spawn_failed".into(), detail: "no room".to_owned() };
        let failed = |start| ServerNews::Failed { name: "u1".to_owned(), start, failure: failure.clone() };
        assert_eq!(told(asked(first)), ServerState::Starting);
        assert_eq!(told(failed(first)), ServerState::Failed);
        assert_eq!(told(asked(first)), ServerState::Failed);
        assert_eq!(told(asked(second)), ServerState::Starting);
        assert_eq!(told(failed(first)), ServerState::Starting);
        assert_eq!(told(failed(second)), ServerState::Failed);
    }

    #[tokio::test]
    async fn a_follower_stays_while_somebody_listens_or_a_start_goes_on_and_then_ends() {
        // Nobody answers there.
        let url = url::Url::parse("http://127.0.0.1:1/").expect("an address");
        let config = config::Hub { public_url: url.clone(), internal_url: url, socket: None, token: "token".into() };
        let hub = HubClient::new(config).expect("a client");
        let followers = followers();
        let listening = followers.listen(&hub, "u1").await;
        let follower = Arc::downgrade(&followers.known("u1").expect("it follows"));
        assert!(!followers.retire("u1", &follower.upgrade().expect("it follows")));

        let start = followers.begin_start(&hub, "u1").await;
        drop(listening);
        assert!(!followers.retire("u1", &follower.upgrade().expect("it follows")));
        followers.end_start("u1", Some(start), ServerStatus::of(ServerState::Stopped));
        followers.look("u1");
        let gone = async {
            while follower.upgrade().is_some() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), gone).await.expect("it ends");
        assert!(followers.known("u1").is_none());
    }
}
