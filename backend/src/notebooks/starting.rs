//! Seeing to it that a person's server runs.

use std::time::Duration;

use uuid::Uuid;

use super::hub::HubClient;
use super::news::ServerNews;
use super::problems::{HUB_UNREACHABLE, SERVER_NOT_STARTED};
use super::status::ServerState;
use crate::http::problem::Problem;
use crate::sessions::SignedIn;
use crate::site::Site;

/// Who needs the server for one thing waits no longer for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether the hub agrees that the server is there, or on its way: what a follower knows may be older than a cull, or
/// than a failure it did not see. To ask once more for a start that is on its way to the hub does no harm.
pub async fn bears_out(hub: &HubClient, name: &str, known: ServerState) -> bool {
    match known {
        ServerState::Starting => hub.server(name).await.is_ok_and(|server| server.is_some()),
        ServerState::Ready => hub.server(name).await.is_ok_and(|server| server.is_some_and(|server| server.ready)),
        _ => false,
    }
}

/// Asks for a start, and does not wait for it.
pub async fn begin(site: &Site, hub: &HubClient, me: &SignedIn) {
    let start = site.followers.begin_start(hub, &me.person.hub_name()).await;
    tokio::spawn(ask(site.clone(), hub.clone(), me.clone(), start));
}

async fn ask(site: Site, hub: HubClient, me: SignedIn, start: Uuid) {
    let name = me.person.hub_name();
    ServerNews::Asked { name: name.clone(), start }.tell(&site.live).await;
    match hub.start(&name, me.person.locale).await {
        Ok(()) => site.followers.look(&name),
        Err(error) => {
            tracing::warn!(%error, name, "the hub did not start the server");
            site.followers.start_failed(&name, start, &error).await;
        }
    }
    ServerNews::Changed { name }.tell(&site.live).await;
}

/// Starts the server unless it runs, and waits until it does.
pub async fn ensure(site: &Site, hub: &HubClient, me: &SignedIn) -> Result<(), Problem> {
    let name = me.person.hub_name();
    if is_ready(hub, &name).await? {
        return Ok(());
    }
    let mut status = site.followers.listen(hub, &name).await;
    begin(site, hub, me).await;
    let comes = async {
        loop {
            let state = status.borrow_and_update().state;
            match state {
                ServerState::Ready => return Ok(()),
                ServerState::Starting | ServerState::Stopping => {}
                // It may have come back since that was seen.
                ServerState::HubDown => _ = is_ready(hub, &name).await?,
                ServerState::Stopped | ServerState::Failed | ServerState::NotConfigured => break,
            }
            if status.changed().await.is_err() {
                break;
            }
        }
        Err(SERVER_NOT_STARTED.problem())
    };
    tokio::time::timeout(PATIENCE, comes).await.unwrap_or_else(|_| Err(SERVER_NOT_STARTED.problem()))
}

async fn is_ready(hub: &HubClient, name: &str) -> Result<bool, Problem> {
    let server = hub.server(name).await.map_err(|error| HUB_UNREACHABLE.caused_by(error))?;
    Ok(server.is_some_and(|server| server.ready))
}
