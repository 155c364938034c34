//! The real application on a free port.

use std::net::TcpListener;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use diesel::result::Error as DieselError;
use metrics_exporter_prometheus::PrometheusHandle;
use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use tenarai::config::{Config, LogFormat, Settings};
use tenarai::db::{self, AnyConnection};
use tenarai::http::Listener;
use tenarai::live::RedisState;
use tenarai::site::Site;
use tenarai::{http, telemetry};

use super::answer::Answer;
use super::browser::Browser;
use super::plan::Plan;
use super::redis::Redis;
use super::within;

/// By which the hub shows itself to the site.
pub const HUB_SERVICE_TOKEN: &str = "the-hub-shows-this-token-to-the-site-0123456789";

/// Logs and figures belong to the process, not to a site. `TENARAI_TEST_LOG=debug` shows what happens.
static METRICS: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    let filter = std::env::var("TENARAI_TEST_LOG").unwrap_or_else(|_| "off".to_owned());
    let settings = Settings { log_filter: Some(filter), log_format: LogFormat::Text, ..Settings::default() };
    telemetry::start(&settings).expect("the first and only start").metrics
});

/// A running site. It ends with the story.
pub struct TestSite {
    pub site: Site,
    /// Where its requests go.
    pub url: String,
    settings: Settings,
    /// Deleted with the last site in it.
    dir: Arc<TempDir>,
    /// The other process that answers, and what lies between the two.
    other: Option<(Box<TestSite>, Arc<Redis>)>,
}

impl TestSite {
    pub async fn start(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let mut settings = plan.settings;
        if settings.public_url == Settings::default().public_url {
            settings.public_url.clone_from(&url);
        }
        let mut site = Self::open(settings, plan.dir, listener, url).await;
        if let Some(redis) = plan.shared {
            let other = site.another().await;
            for process in [&site, &other] {
                within(Duration::from_secs(20), "Redis is there", async || {
                    (process.site.live.redis_state() == RedisState::Connected).then_some(())
                })
                .await;
            }
            site.other = Some((Box::new(other), redis));
        }
        site
    }

    /// Another process of the same site: the same database, the same address for browsers, a socket of its own.
    pub async fn another(&self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        Self::open(self.settings.clone(), Arc::clone(&self.dir), listener, url).await
    }

    async fn open(settings: Settings, dir: Arc<TempDir>, listener: TcpListener, url: String) -> Self {
        let metrics = METRICS.clone();
        let config = Config::check(settings.clone()).expect("settings of a story are fine");
        let site = Site::open(config).await.unwrap_or_else(|error| panic!("the site does not start: {error:?}"));
        let server = http::serve(site.clone(), [Listener::Tcp(listener)], metrics).expect("the server starts");
        tokio::spawn(server);
        Self { site, url, settings, dir, other: None }
    }

    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        let browser = Browser::at(&self.url, &self.settings.public_url);
        match &self.other {
            Some((other, _)) => browser.and_via(&other.url),
            None => browser,
        }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn is_on_sqlite(&self) -> bool {
        self.settings.database_url.starts_with("sqlite:")
    }

    /// Each process reads the signing keys anew, as it does from time to time.
    pub async fn reload_keys(&self) {
        for process in [Some(self), self.other.as_ref().map(|(other, _)| &**other)].into_iter().flatten() {
            process.site.tokens.keys().reload(&process.site.db).await.expect("they are read");
        }
    }

    /// Changes the database behind the site's back, as time or another program would.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, DieselError> + Send + 'static,
    ) -> T {
        let done = self.site.db.write(move |tx| Ok::<_, db::Error>(work(tx)?)).await;
        done.unwrap_or_else(|error| panic!("the story's own write failed: {error:?}"))
    }
}

/// As programs ask: with a token in place of cookies.
impl TestSite {
    pub async fn as_service(&self, path: &str, token: &str) -> Answer {
        let browser = self.browser();
        browser.send(browser.bare(Method::GET, path).bearer_auth(token)).await
    }

    pub async fn content_token_for(&self, hub_name: &str) -> Answer {
        let browser = self.browser();
        let request = browser.bare(Method::POST, "/internal/v1/content-tokens").bearer_auth(HUB_SERVICE_TOKEN);
        browser.send(request.json(&json!({ "hub_user": hub_name }))).await
    }
}
