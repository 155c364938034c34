//! Every setting, its default and its check. Environment (`TENARAI_…`) over file (`TENARAI_CONFIG`) over default.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::db::Target;
use crate::mail::Smtp;
use crate::notebooks::Doors;
use crate::service_token::ServiceToken;

/// Every setting once: what it is for, its type, its default.
macro_rules! settings {
    ($($(#[doc = $line:literal])+ $name:ident: $type:ty = $default:expr,)+) => {
        /// The settings as written by the operator.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Settings {
            $($(#[doc = $line])+ pub $name: $type,)+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        /// Each name with the lines that describe it.
        const DESCRIBED: &[(&str, &[&str])] = &[$((stringify!($name), &[$($line),+])),+];
    };
}

settings! {
    /// Address and port to listen on.
    listen: String = "127.0.0.1:8080".to_owned(),
    /// Origin under which browsers see the site.
    public_url: String = "http://localhost:8080".to_owned(),
    /// `sqlite:PATH` or `postgres://…`.
    database_url: String = "sqlite:var/tenarai.db".to_owned(),
    /// Most database connections of this process.
    database_connections: u32 = 16,
    /// `redis://…`; without it one process serves the site.
    redis_url: Option<String> = None,
    /// Folder for files the site keeps.
    data_dir: PathBuf = PathBuf::from("var"),
    /// Base address of the hub as browsers see it; without it chapters have text only.
    hub_url: Option<String> = None,
    /// How this process reaches the hub's API, where that differs from `hub_url`; not for `serve --with-hub`.
    hub_internal_url: Option<String> = None,
    /// File with the token of our service at the hub.
    hub_token_file: Option<PathBuf> = None,
    /// File with the token by which the hub calls us.
    lms_token_file: Option<PathBuf> = None,
    /// `serve --with-hub`: ADDRESS:PORT where the hub listens; the host and port of `hub_url` unless told. Needed where a
    /// proxy stands before the hub.
    hub_listen: Option<String> = None,
    /// `serve --with-hub`: the Python environment that has JupyterHub in it.
    hub_venv: PathBuf = PathBuf::from(".venv/hub"),
    /// `serve --with-hub`: the hub's configuration file.
    hub_config: PathBuf = PathBuf::from("k8s/jupyterhub/local/jupyterhub_config.py"),
    /// `serve --with-hub`: homes of the learners; every learner's uid must be able to reach it.
    learners_dir: Option<PathBuf> = None,
    /// `serve --with-hub`: address space of each process of a learner, in MB.
    spawn_memory_mb: u32 = 2048,
    /// Python of the environment that runs automatic checks (`tenarai_checks`); without it none are run. `serve --with-hub`
    /// takes the one in `hub_venv` unless told.
    checks_python: Option<PathBuf> = None,
    /// How many checks this process runs at once.
    checks_at_once: usize = 1,
    /// Seconds a notebook and its checks may take.
    checks_seconds: u64 = 120,
    /// Memory a notebook that is checked may take, in MB.
    checks_memory_mb: u32 = 2048,
    /// Seconds in which a tutor can take a decision back before it is sent.
    undo_seconds: u32 = 60,
    /// Of a hundred decisions, so many are put before a lead for a second opinion.
    moderation_percent: u8 = 5,
    /// No server is started ahead of need while this many run.
    prewarm_limit: usize = 20,
    /// Threads that answer requests; 0 takes one a core.
    workers: usize = 0,
    /// Seconds a client may take to send a body.
    body_seconds: u64 = 30,
    /// `text` or `json`.
    log_format: LogFormat = LogFormat::Text,
    /// What is logged, as `RUST_LOG` would say it. Requests are the target `access`: part of JSON logs unless told
    /// otherwise, and not of text.
    log_filter: Option<String> = None,
    /// How many proxies in front of us add to `X-Forwarded-For`.
    proxies: usize = 0,
    /// Wrong passwords an account may see in 15 minutes.
    sign_in_failures_per_account: u32 = 10,
    /// Wrong passwords an address may send in 15 minutes.
    sign_in_failures_per_address: u32 = 100,
    /// Runs of cells a person may report in 15 minutes: each is kept.
    runs_per_person: u32 = 6_000,
    /// Where errors are reported (`SENTRY_DSN`).
    sentry_dsn: Option<String> = None,
    /// What reports of errors name as their environment.
    sentry_environment: String = "production".to_owned(),
    /// The mail server: `smtps://USER:PASSWORD@HOST`, `smtp://…?tls=required` (STARTTLS) or, for one on a network of its
    /// own, `smtp://HOST:PORT`. Without it no mail is sent.
    smtp_url: Option<Hidden> = None,
    /// Who mails come from: `no-reply@learn.example.com` or `Name <no-reply@learn.example.com>`. Needed with `smtp_url`.
    mail_from: Option<String> = None,
    /// Name of the site, as shown.
    site_name: String = "Tenarai".to_owned(),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// A setting with a password in it: neither logged nor written out.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Hidden(SecretString);

impl Hidden {
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Serialize for Hidden {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(hidden)")
    }
}

/// The settings, checked and parsed.
#[derive(Debug, Clone)]
pub struct Config {
    pub settings: Settings,
    pub database: Target,
    /// Without a trailing slash.
    pub public_origin: String,
    pub secure_cookies: bool,
    pub hub: Option<Hub>,
    /// The token by which the hub calls us.
    pub lms_token: Option<ServiceToken>,
    /// None where the site sends no mail.
    pub smtp: Option<Smtp>,
}

/// Where the hub is, and how we show ourselves to it.
#[derive(Debug, Clone)]
pub struct Hub {
    /// As browsers see it, with a trailing slash.
    pub public_url: Url,
    /// As we reach it, with a trailing slash.
    pub internal_url: Url,
    /// Where that is not by its address but here: nobody else can listen at a socket in a folder of ours.
    pub socket: Option<PathBuf>,
    pub token: ServiceToken,
}

impl Hub {
    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }
}

/// All that is wrong with the settings, not only the first thing.
#[derive(Debug, thiserror::Error)]
#[error("the settings cannot be used:\n{}", .0.iter().map(|p| format!("  - {p}")).collect::<Vec<_>>().join("\n"))]
pub struct Invalid(pub Vec<String>);

impl Settings {
    /// Reads file and environment.
    pub fn load() -> Result<Self, Invalid> {
        let mut figment = Figment::from(Serialized::defaults(Settings::default()));
        if let Some(file) = std::env::var_os("TENARAI_CONFIG") {
            if !Path::new(&file).is_file() {
                return Err(Invalid(vec![format!("TENARAI_CONFIG: no such file: {}", Path::new(&file).display())]));
            }
            figment = figment.merge(Toml::file(file));
        }
        figment = figment
            // The others are read by the scripts around us and by the hub.
            .merge(
                Env::prefixed("TENARAI_")
                    .filter(|name| !(name == "config" || name == "binary" || name.starts_with("cull_"))),
            )
            .merge(Env::raw().only(&["SENTRY_DSN"]).map(|_| "sentry_dsn".into()));
        let loaded: Self = figment
            .extract()
            .map_err(|error: figment::Error| Invalid(error.into_iter().map(|error| error.to_string()).collect()))?;
        Ok(loaded.without_empty())
    }

    /// `TENARAI_HUB_URL=` in a service's environment means that there is none.
    fn without_empty(mut self) -> Self {
        for text in [
            &mut self.redis_url,
            &mut self.hub_url,
            &mut self.hub_internal_url,
            &mut self.hub_listen,
            &mut self.log_filter,
            &mut self.sentry_dsn,
            &mut self.mail_from,
        ] {
            text.take_if(|text| text.trim().is_empty());
        }
        self.smtp_url.take_if(|url| url.expose().trim().is_empty());
        for file in [&mut self.hub_token_file, &mut self.lms_token_file, &mut self.learners_dir] {
            file.take_if(|file| file.as_os_str().is_empty());
        }
        self
    }
}

impl Config {
    /// Reads file and environment, and checks them.
    pub fn load() -> Result<Self, Invalid> {
        Self::check(Settings::load()?)
    }

    pub fn check(settings: Settings) -> Result<Self, Invalid> {
        let mut problems = Vec::new();
        let database = Target::parse(&settings.database_url)
            .map_err(|reason| problems.push(format!("database_url: {reason}")))
            .ok();
        let public = parse_url("public_url", &settings.public_url, &mut problems);
        if settings.listen.parse::<std::net::SocketAddr>().is_err() {
            problems.push("listen: expected ADDRESS:PORT, such as 127.0.0.1:8080".to_owned());
        }
        let ranges = [
            ("workers", settings.workers as u64, 0..=1024),
            ("database_connections", settings.database_connections.into(), 1..=1000),
            ("spawn_memory_mb", settings.spawn_memory_mb.into(), 256..=1_048_576),
            ("body_seconds", settings.body_seconds, 1..=3600),
            ("sign_in_failures_per_account", settings.sign_in_failures_per_account.into(), 1..=1_000_000),
            ("sign_in_failures_per_address", settings.sign_in_failures_per_address.into(), 1..=1_000_000),
            // So many may come at once, all or none of which are taken.
            ("runs_per_person", settings.runs_per_person.into(), 200..=1_000_000_000),
        ];
        for (name, number, range) in ranges {
            if !range.contains(&number) {
                problems.push(format!("{name}: {number} is not from {} to {}", range.start(), range.end()));
            }
        }
        if settings.redis_url.as_ref().is_some_and(|url| redis::parse_redis_url(url).is_none()) {
            problems.push("redis_url: expected redis://HOST:PORT".to_owned());
        }
        let lms_token =
            settings.lms_token_file.as_deref().and_then(|file| read_secret("lms_token_file", file, &mut problems));
        let smtp = Smtp::check(&settings, &mut problems);
        let hub = settings.hub_url.as_deref().and_then(|url| {
            let public_url = parse_url("hub_url", url, &mut problems)?;
            let internal_url = match settings.hub_internal_url.as_deref() {
                Some(url) => parse_url("hub_internal_url", url, &mut problems)?,
                None => public_url.clone(),
            };
            let Some(file) = settings.hub_token_file.as_deref() else {
                problems.push("hub_token_file: needed where hub_url is set".to_owned());
                return None;
            };
            let token = read_secret("hub_token_file", file, &mut problems)?;
            Some(Hub { public_url, internal_url, socket: None, token: token.into() })
        });
        match (database, public) {
            (Some(database), Some(public)) if problems.is_empty() => Ok(Self {
                database,
                public_origin: public.origin().ascii_serialization(),
                secure_cookies: public.scheme() == "https",
                hub,
                lms_token: lms_token.map(ServiceToken::from),
                smtp,
                settings,
            }),
            _ => Err(Invalid(problems)),
        }
    }

    /// A hub of our own has its tokens from us, and is found at no address.
    pub fn meet_hub_at(&mut self, doors: Doors) {
        self.lms_token = Some(doors.lms_token);
        if let Some(hub) = &mut self.hub {
            hub.socket = Some(doors.hub_socket);
            hub.token = doors.hub_token;
        }
    }

    pub fn blobs_dir(&self) -> PathBuf {
        self.settings.data_dir.join("blobs")
    }
}

fn parse_url(name: &str, text: &str, problems: &mut Vec<String>) -> Option<Url> {
    let with_slash = if text.ends_with('/') { text.to_owned() } else { format!("{text}/") };
    match Url::parse(&with_slash) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Some(url),
        _ => {
            problems.push(format!("{name}: expected http://… or https://…"));
            None
        }
    }
}

fn read_secret(name: &str, file: &Path, problems: &mut Vec<String>) -> Option<SecretString> {
    match std::fs::read_to_string(file) {
        Ok(text) if text.trim().len() >= 32 => Some(SecretString::from(text.trim())),
        Ok(_) => {
            problems.push(format!("{name}: the token in {} is shorter than 32 characters", file.display()));
            None
        }
        Err(error) => {
            problems.push(format!("{name}: cannot read {}: {error}", file.display()));
            None
        }
    }
}

/// Every setting with what it is for and its default, as a file; those without a default are commented out.
pub fn example() -> String {
    let mut text = String::from("# Settings of Tenarai with their defaults; point TENARAI_CONFIG at this file.\n");
    text.push_str("# Each can be given as TENARAI_<NAME> in the environment, too.\n");
    let defaults = toml::Table::try_from(Settings::default()).unwrap_or_default();
    for (name, lines) in DESCRIBED {
        text.push('\n');
        text.extend(lines.iter().map(|line| format!("#{line}\n")));
        match defaults.get(*name) {
            Some(value) => text.push_str(&format!("{name} = {value}\n")),
            None => text.push_str(&format!("#{name} = \"\"\n")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Config, Settings, example};

    #[test]
    fn a_mail_server_needs_a_sender_and_no_password_goes_in_the_clear() {
        let check = |url: &str, from: Option<&str>| {
            let from = from.map(str::to_owned);
            let settings = Settings { smtp_url: Some(url.to_owned().into()), mail_from: from, ..Settings::default() };
            assert!(!format!("{settings:?}{}", toml::to_string(&settings).unwrap()).contains("pass-word"));
            Config::check(settings).err().map(|invalid| invalid.to_string()).unwrap_or_default()
        };
        let from = Some("Tenarai <no-reply@example.com>");
        for url in ["smtps://a:pass-word@example.com", "smtp://a:pass-word@mail:587?tls=required", "smtp://mail:25"] {
            assert_eq!(check(url, from), "", "{url}");
        }
        assert_eq!(check("smtp://a:pass-word@localhost:2525", from), "");
        for url in
            ["smtp://a:pass-word@mail", "smtp://a:pass-word@mail?tls=opportunistic", "http://a:pass-word@mail", "x"]
        {
            let said = check(url, from);
            assert!(said.contains("smtp_url") && !said.contains("pass-word"), "{said}");
        }
        assert!(check("smtp://mail:25", None).contains("mail_from: needed"));
        assert!(check("smtp://mail:25", Some("nobody")).contains("mail_from"));
        assert!(example().contains("#smtp_url = \"\""));
    }

    #[test]
    fn a_number_with_which_nothing_would_work_is_named_with_its_range() {
        let settings = Settings {
            database_connections: 0,
            spawn_memory_mb: 1,
            body_seconds: 0,
            sign_in_failures_per_account: 0,
            sign_in_failures_per_address: 0,
            runs_per_person: 0,
            workers: 999_999,
            ..Settings::default()
        };
        let said = Config::check(settings).err().map(|invalid| invalid.to_string()).unwrap_or_default();
        for (name, range) in [
            ("database_connections: 0", "1 to 1000"),
            ("spawn_memory_mb: 1", "256 to 1048576"),
            ("body_seconds: 0", "1 to 3600"),
            ("sign_in_failures_per_account: 0", "1 to 1000000"),
            ("sign_in_failures_per_address: 0", "1 to 1000000"),
            ("runs_per_person: 0", "200 to 1000000000"),
            ("workers: 999999", "0 to 1024"),
        ] {
            assert!(said.contains(&format!("{name} is not from {range}")), "{name}: {said}");
        }
    }
}
