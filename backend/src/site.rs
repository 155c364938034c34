//! Everything a request may need, put together once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::web::Data;
use moka::future::Cache;

use crate::accounts::{self, Person};
use crate::blobs::Blobs;
use crate::checks::{self, Checks};
use crate::config::Config;
use crate::courses::{Catalogue, Readings};
use crate::db::types::UserId;
use crate::db::{self, Db};
use crate::grading::{self, Outbound};
use crate::http::problem::{INTERNAL, Problem};
use crate::live::{Live, News, watch_revocations};
use crate::mail::{self, Mail};
use crate::notebooks::{Followers, HubClient};
use crate::notifications;
use crate::quizzes;
use crate::sessions;
use crate::sessions::keys::{JWKS_MAX_AGE, Keys};
use crate::sessions::tokens::Tokens;

/// The parts of a running site; cheap to clone.
#[derive(Clone)]
pub struct Site {
    pub config: Arc<Config>,
    pub db: Db,
    pub live: Live,
    pub tokens: Tokens,
    pub people: People,
    pub catalogue: Catalogue,
    pub readings: Readings,
    pub blobs: Blobs,
    pub hub: Option<HubClient>,
    pub followers: Followers,
    pub checks: Checks,
    pub outbound: Outbound,
    pub mail: Mail,
    pub started: Instant,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the database does not work")]
    Database(#[from] db::Error),
    #[error(transparent)]
    Migration(#[from] db::migrate::Error),
    #[error("cannot use the data folder {0}")]
    DataDir(std::path::PathBuf, #[source] std::io::Error),
    #[error("the blob store does not work")]
    Blobs(#[from] crate::blobs::Error),
    #[error("cannot set up the client for the hub")]
    HubClient(#[source] reqwest::Error),
}

impl Site {
    /// The site this request was sent to.
    pub fn of(request: &HttpRequest) -> Result<Data<Self>, Problem> {
        let site = request.app_data::<Data<Self>>().cloned();
        site.ok_or_else(|| INTERNAL.caused_by("the site is not part of the application"))
    }

    /// Migrates the database, opens everything and starts the background watchers.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        create_dirs(&config)?;
        let target = config.database.clone();
        let steps = tokio::task::spawn_blocking(move || db::migrate::run(&target))
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        if !steps.is_empty() {
            tracing::info!(steps = steps.len(), "database migrated");
        }
        let db = Db::open(&config.database, config.settings.database_connections)?;
        let keys = Keys::load(&db, &config.public_origin).await?;
        let live = Live::start(config.settings.redis_url.as_deref());
        let (path, domain) = hub_cookie_scope(&config);
        let hub = match &config.hub {
            Some(hub) => Some(HubClient::new(hub.clone()).map_err(StartError::HubClient)?),
            None => None,
        };
        let site = Self {
            tokens: Tokens::new(keys, config.secure_cookies, path, domain),
            people: People::new(),
            catalogue: Catalogue::new(),
            readings: Readings::new(),
            blobs: Blobs::in_folder(&config.blobs_dir())?,
            checks: Checks::new(&config.settings),
            outbound: Outbound::default(),
            mail: Mail::new(&config),
            config: Arc::new(config),
            followers: Followers::new(live.clone()),
            started: Instant::now(),
            db,
            live,
            hub,
        };
        site.watch();
        Ok(site)
    }

    fn watch(&self) {
        tokio::spawn(watch_revocations(self.live.clone(), self.db.clone(), sessions::ended_since));
        tokio::spawn(forget_what_changed(self.clone()));
        tokio::spawn(reload_keys(self.clone()));
        tokio::spawn(delete_old_sessions(self.db.clone()));
        tokio::spawn(quizzes::close_overdue(self.clone()));
        tokio::spawn(checks::work(self.clone()));
        tokio::spawn(grading::send_decisions(self.clone()));
        tokio::spawn(notifications::watch(self.clone()));
        tokio::spawn(mail::work(self.clone(), vec![Box::new(notifications::Letters)]));
        if self.hub.is_some() {
            tokio::spawn(crate::notebooks::follow_news(self.clone()));
        }
    }
}

fn create_dirs(config: &Config) -> Result<(), StartError> {
    let mut dirs = vec![config.settings.data_dir.clone()];
    if let db::Target::Sqlite(path) = &config.database
        && let Some(parent) = std::path::Path::new(path).parent()
    {
        dirs.push(parent.to_owned());
    }
    for dir in dirs.into_iter().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(&dir).map_err(|error| StartError::DataDir(dir, error))?;
    }
    Ok(())
}

/// Where browsers send the hub's cookie: to its login pages only, and to its sub-domain where it has one.
fn hub_cookie_scope(config: &Config) -> (String, Option<String>) {
    let Some(hub) = &config.hub else { return ("/jupyterhub/hub".to_owned(), None) };
    let path = format!("{}hub", hub.public_url.path());
    let ours = url::Url::parse(&config.public_origin).ok().and_then(|url| url.host_str().map(str::to_owned));
    let domain = ours.filter(|ours| hub.public_url.host_str().is_some_and(|host| host.ends_with(&format!(".{ours}"))));
    (path, domain)
}

async fn forget_what_changed(site: Site) {
    let mut news = site.live.listen();
    loop {
        match news.recv().await {
            Ok(News::PersonChanged { user }) => site.people.forget(user).await,
            Ok(_) => {}
            Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => site.people.forget_all(),
            Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
        }
    }
}

async fn reload_keys(site: Site) {
    let mut timer = tokio::time::interval(JWKS_MAX_AGE / 2);
    loop {
        timer.tick().await;
        if let Err(error) = site.tokens.keys().reload(&site.db).await {
            tracing::warn!(%error, "cannot read the signing keys; going on with those known");
        }
    }
}

/// People by id, remembered for a moment: every request asks who it is from.
#[derive(Clone)]
pub struct People {
    known: Cache<UserId, Arc<Person>>,
}

impl People {
    fn new() -> Self {
        // The command line changes roles without telling the server; this is how long that may take.
        Self { known: Cache::builder().max_capacity(20_000).time_to_live(Duration::from_secs(5)).build() }
    }

    pub async fn get(&self, db: &Db, user: UserId) -> Result<Arc<Person>, db::Error> {
        if let Some(person) = self.known.get(&user).await {
            return Ok(person);
        }
        let person = db.read(move |connection| Ok::<_, db::Error>(accounts::load_person(connection, user)?)).await?;
        let person = Arc::new(person);
        self.known.insert(user, Arc::clone(&person)).await;
        Ok(person)
    }

    pub async fn forget(&self, user: UserId) {
        self.known.invalidate(&user).await;
    }

    fn forget_all(&self) {
        self.known.invalidate_all();
    }
}

async fn delete_old_sessions(db: Db) {
    let mut daily = tokio::time::interval(Duration::from_secs(24 * 60 * 60));
    loop {
        daily.tick().await;
        if let Err(error) = sessions::delete_old(&db).await {
            tracing::warn!(%error, "old sessions could not be deleted");
        }
    }
}
