//! A site that is about to be started: its database, its settings.

use std::sync::Arc;

use tempfile::TempDir;
use tenarai::config::Settings;

use super::postgres;
use super::redis::Redis;
use super::site::{HUB_SERVICE_TOKEN, TestSite};

/// Settings of a site, and the folder it lives in. A copy is the same site once more: one that is started again.
#[derive(Clone)]
pub struct Plan {
    pub settings: Settings,
    pub dir: Arc<TempDir>,
    /// Two processes with this between them, which take turns in answering.
    pub shared: Option<Arc<Redis>>,
}

impl Plan {
    pub fn on_sqlite() -> Self {
        Self::new(|dir| format!("sqlite:{}", dir.path().join("tenarai.db").display()))
    }

    pub fn on_postgres() -> Self {
        Self::new(|_| postgres::database())
    }

    /// Two processes of one site, as behind a load balancer.
    pub fn on_two_processes() -> Self {
        let redis = Arc::new(Redis::start());
        let plan = Self::on_postgres().with(|settings| settings.redis_url = Some(redis.url()));
        Self { shared: Some(redis), ..plan }
    }

    fn new(url: impl FnOnce(&TempDir) -> String) -> Self {
        let dir = Arc::new(tempfile::Builder::new().prefix("tenarai-story-").tempdir().expect("a temporary folder"));
        let token_file = dir.path().join("lms-token");
        std::fs::write(&token_file, HUB_SERVICE_TOKEN).expect("the folder takes files");
        let settings = Settings {
            database_url: url(&dir),
            database_connections: 8,
            data_dir: dir.path().to_owned(),
            lms_token_file: Some(token_file),
            workers: 1,
            ..Settings::default()
        };
        Self { settings, dir, shared: None }
    }

    /// Without a database yet.
    pub fn from_nothing_on_postgres() -> Self {
        Self::new(|_| postgres::empty_database())
    }

    pub fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub async fn start(self) -> TestSite {
        TestSite::start(self).await
    }
}
