//! Notebook servers: started, watched and stopped through the hub. No tables; the hub knows its servers.

mod files;
mod follow;
mod hub;
mod news;
pub mod problems;
mod reads;
mod routes;
mod starting;
mod status;
mod supervisor;

use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio::time::Instant;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::accounts::{hub_name, user_of_hub_name};
use crate::db::types::UserId;
use crate::live::News;
use crate::sessions;
use crate::site::Site;

pub use files::{LARGEST_FILE, WorkingCopy, read_working_copy};
pub use follow::Followers;
pub use hub::HubClient;
pub use supervisor::{Doors, HubError, HubPlan, Supervisor};

pub fn routes(api: &mut ServiceConfig) {
    api.service(routes::start_server)
        .service(routes::get_status)
        .service(routes::stop_server)
        .service(routes::watch_status);
}

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Takes up what this and other processes tell. An open kernel connection outlives a sign-out, so the server of
/// somebody who is signed in nowhere is stopped. Who signed out while we or the hub were away is found by looking
/// through all servers, at the start and after each failure, until the hub has answered.
pub(crate) async fn follow_news(site: Site) {
    let Some(hub) = site.hub.clone() else { return };
    let mut news = site.live.listen();
    let (mut look_through, mut pause) = (Some(Instant::now()), FIRST_PAUSE);
    // A hub takes its time to stop a server; other news do not wait for that.
    let mut stops = JoinSet::new();
    loop {
        let told = tokio::select! {
            told = news.recv() => told,
            Some(stopped) = stops.join_next() => {
                if matches!(stopped, Ok(true)) {
                    pause = FIRST_PAUSE;
                } else if look_through.is_none() {
                    // However many stops failed, they are tried again together.
                    look_through = Some(Instant::now() + pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                continue;
            }
            () = tokio::time::sleep_until(look_through.unwrap_or_else(Instant::now)), if look_through.is_some() => {
                look_through = None;
                let (site, hub) = (site.clone(), hub.clone());
                stops.spawn(async move { stop_all_signed_out(&site, &hub).await });
                continue;
            }
        };
        match told {
            Ok(News::SessionEnded { user, .. }) => match is_signed_out(&site, user).await {
                Some(true) => {
                    let (site, hub) = (site.clone(), hub.clone());
                    stops.spawn(async move { stop(&site, &hub, user).await });
                }
                Some(false) => {}
                None => _ = look_through.get_or_insert_with(|| Instant::now() + pause),
            },
            Ok(told) => site.followers.hear(told),
            Err(RecvError::Lagged(_)) => look_through = Some(Instant::now()),
            Err(RecvError::Closed) => return,
        }
    }
}

/// Stops the servers of all who are signed in nowhere; whether that is done.
async fn stop_all_signed_out(site: &Site, hub: &HubClient) -> bool {
    let active = match hub.active_users().await {
        Ok(active) => active,
        Err(error) => {
            tracing::debug!(%error, "cannot ask the hub who has a server");
            return false;
        }
    };
    let mut done = true;
    for user in active.iter().filter_map(|name| user_of_hub_name(name)) {
        done &= match is_signed_out(site, user).await {
            Some(true) => stop(site, hub, user).await,
            signed_out => signed_out.is_some(),
        };
    }
    done
}

/// Whether somebody is signed in nowhere; nothing where that cannot be told now.
async fn is_signed_out(site: &Site, user: UserId) -> Option<bool> {
    match sessions::any_lives(&site.db, user).await {
        Ok(lives) => Some(!lives),
        Err(error) => {
            tracing::warn!(%error, %user, "cannot tell whether they are signed in elsewhere");
            None
        }
    }
}

/// Stops a user's server; false where that is to be tried again.
async fn stop(site: &Site, hub: &HubClient, user: UserId) -> bool {
    let name = hub_name(user);
    let stopped = hub.stop(&name).await;
    if let Err(error) = &stopped {
        tracing::warn!(%error, name, "cannot stop the server of somebody who signed out; trying again");
    }
    site.followers.look(&name);
    stopped.is_ok()
}
