//! What the SPA needs to know before anybody signs in.

use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Locale;
use crate::site::Site;

#[derive(Serialize, ToSchema)]
pub struct SiteInfo {
    pub name: String,
    pub version: &'static str,
    pub default_locale: Locale,
    /// Null where the site has no hub.
    pub hub: Option<HubInfo>,
    /// Null where errors are not reported anywhere.
    pub sentry: Option<SentryInfo>,
}

#[derive(Serialize, ToSchema)]
pub struct HubInfo {
    /// The only origin the pane's messages come from.
    #[schema(example = "http://localhost:8000")]
    pub origin: String,
    pub base_url: String,
}

#[derive(Serialize, ToSchema)]
pub struct SentryInfo {
    pub dsn: String,
    pub environment: String,
}

/// The site itself.
#[utoipa::path(path = "/api/v1/site", operation_id = "get_site", tag = "site", responses((status = 200, body = SiteInfo)))]
#[get("/site")]
pub async fn site(site: Data<Site>) -> Json<SiteInfo> {
    let settings = &site.config.settings;
    Json(SiteInfo {
        name: settings.site_name.clone(),
        version: env!("CARGO_PKG_VERSION"),
        default_locale: Locale::default(),
        hub: site.hub.as_ref().map(|hub| HubInfo { origin: hub.origin(), base_url: hub.base_url().to_string() }),
        sentry: settings
            .sentry_dsn
            .clone()
            .map(|dsn| SentryInfo { dsn, environment: settings.sentry_environment.clone() }),
    })
}
