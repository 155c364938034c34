//! Notebook servers: started, watched and stopped through the hub. No tables; the hub knows its servers.

mod follow;
mod hub;
pub mod problems;
mod routes;
mod supervisor;

use tokio::sync::broadcast::error::RecvError;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::live::News;
use crate::sessions;
use crate::site::Site;

pub use follow::{Followers, StartFailure};
pub use hub::HubClient;
pub use supervisor::{HubError, HubPlan, Supervisor, write_private};

pub fn routes(api: &mut ServiceConfig) {
    api.service(routes::start_server)
        .service(routes::get_status)
        .service(routes::stop_server)
        .service(routes::watch_status);
}

/// Takes up what this and other processes tell. An open kernel connection outlives a sign-out, so the server of
/// somebody who is signed in nowhere is stopped.
pub(crate) async fn follow_news(site: Site) {
    let Some(hub) = site.hub.clone() else { return };
    let mut news = site.live.listen();
    loop {
        match news.recv().await {
            Ok(News::SessionEnded { user, .. }) => {
                let name = format!("u{user}");
                match sessions::any_lives(&site.db, user).await {
                    Ok(true) => {}
                    Ok(false) => stop(&site, &hub, &name).await,
                    // The culler will see to it.
                    Err(error) => tracing::warn!(%error, name, "cannot tell whether they are signed in elsewhere"),
                }
            }
            Ok(News::ServerAsked { user }) => site.followers.heard_of_start(&format!("u{user}")),
            Ok(News::ServerFailed { user, failure }) => site.followers.heard_of_failure(&format!("u{user}"), failure),
            Ok(News::ServerChanged { user }) => site.followers.look(&format!("u{user}")),
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn stop(site: &Site, hub: &HubClient, name: &str) {
    if let Err(error) = hub.stop(name).await {
        tracing::warn!(%error, name, "cannot stop the server of somebody who signed out");
    }
    site.followers.look(name);
}
