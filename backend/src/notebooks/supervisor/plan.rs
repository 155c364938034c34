//! What a hub is run with: its folder, its tokens, its environment, and where it listens.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use url::{Host, Url};

use crate::config::Settings;
use crate::private_file;

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("no JupyterHub in {0}: run `make setup`")]
    NoVenv(PathBuf),
    #[error("no hub configuration at {0}")]
    NoConfig(PathBuf),
    #[error("cannot write {0}")]
    File(PathBuf, #[source] io::Error),
    #[error("hub_url: expected http://… or https://…, such as http://localhost:8000/jupyterhub/")]
    Url,
    #[error(
        "hub_url: {0} says where browsers find the hub, not where it listens on this machine; set hub_listen to \
         ADDRESS:PORT, such as 127.0.0.1:8000"
    )]
    Elsewhere(Url),
    #[error("{0}: expected ADDRESS:PORT with a port of its own, such as 127.0.0.1:{1}")]
    Listen(&'static str, u16),
    #[error("data_dir: this data folder is in use by pid {0}; stop that, or choose another folder (`make up VAR=…`)")]
    InUse(String),
    #[error("hub_token_file, lms_token_file: --with-hub makes its own; leave them out")]
    Tokens,
}

/// How the hub is started: its files are made, its tokens written.
pub struct HubPlan {
    pub(super) program: PathBuf,
    pub(super) config: PathBuf,
    pub(super) state: PathBuf,
    pub(super) learners: PathBuf,
    pub(super) environment: Vec<(&'static str, String)>,
    /// Where the hub will listen.
    pub listen: SocketAddr,
    pub hub_url: String,
    /// How we reach it.
    pub hub_internal_url: String,
    /// Our token at the hub.
    pub hub_token_file: PathBuf,
    /// The hub's token with us.
    pub lms_token_file: PathBuf,
    pub log_file: PathBuf,
    /// Held for as long as the hub may run: two would take each other's proxy, tokens and servers away.
    _lock: File,
}

impl HubPlan {
    /// Makes folders and tokens where they are missing, and checks that the hub can be started.
    pub fn prepare(settings: &Settings) -> Result<Self, HubError> {
        let program = settings.hub_venv.join("bin/jupyterhub");
        if !program.is_file() {
            return Err(HubError::NoVenv(settings.hub_venv.clone()));
        }
        if !settings.hub_config.is_file() {
            return Err(HubError::NoConfig(settings.hub_config.clone()));
        }
        if settings.hub_token_file.is_some() || settings.lms_token_file.is_some() {
            return Err(HubError::Tokens);
        }
        let hub_url = settings.hub_url.clone().unwrap_or_else(|| "http://localhost:8000/jupyterhub/".to_owned());
        let public = Url::parse(&hub_url).map_err(|_| HubError::Url)?;
        let hub_listen = match &settings.hub_listen {
            Some(listen) => address("hub_listen", listen, 8000)?,
            None => address_of(&public)?,
        };
        let hub_internal_url = match &settings.hub_internal_url {
            Some(url) => url.clone(),
            None => format!("http://{}{}", reachable(hub_listen), public.path()),
        };
        let listen = address("listen", &settings.listen, 8080)?;
        let state = absolute(&settings.data_dir.join("hub"));
        let learners = absolute(&settings.learners_dir.clone().unwrap_or_else(|| settings.data_dir.join("learners")));
        make_dir(&state, 0o700)?;
        let lock = take(&state.join("lock"))?;
        let hub_token_file = state.join("lms-at-hub.token");
        let lms_token_file = state.join("hub-at-lms.token");
        let crypt_key_file = state.join("crypt.key");
        for file in [&hub_token_file, &lms_token_file, &crypt_key_file] {
            make_secret(file)?;
        }
        let crypt_key = fs::read_to_string(&crypt_key_file).map_err(|error| HubError::File(crypt_key_file, error))?;
        let mut environment = vec![
            ("TENARAI_PUBLIC_URL", settings.public_url.clone()),
            ("TENARAI_INTERNAL_URL", format!("http://{}", reachable(listen))),
            ("TENARAI_HUB_URL", hub_url.clone()),
            ("TENARAI_LMS_TOKEN_FILE", lms_token_file.display().to_string()),
            ("TENARAI_HUB_TOKEN_FILE", hub_token_file.display().to_string()),
            ("TENARAI_HUB_STATE_DIR", state.display().to_string()),
            ("TENARAI_LEARNERS_DIR", learners.display().to_string()),
            ("TENARAI_SPAWN_MEMORY_MB", settings.spawn_memory_mb.to_string()),
            ("JUPYTERHUB_CRYPT_KEY", crypt_key.trim().to_owned()),
        ];
        if settings.hub_listen.is_some() {
            environment.push(("TENARAI_HUB_LISTEN", hub_listen.to_string()));
        }
        Ok(Self {
            program: absolute(&program),
            config: absolute(&settings.hub_config),
            log_file: state.join("hub.log"),
            state,
            learners,
            environment,
            listen: hub_listen,
            hub_url,
            hub_internal_url,
            hub_token_file,
            lms_token_file,
            _lock: lock,
        })
    }
}

/// Where a hub listens of which only the address for browsers is told: plain http on this machine.
fn address_of(hub: &Url) -> Result<SocketAddr, HubError> {
    let elsewhere = || HubError::Elsewhere(hub.clone());
    let ip = match hub.host() {
        Some(Host::Domain("localhost")) => Ipv4Addr::LOCALHOST.into(),
        Some(Host::Ipv4(ip)) => ip.into(),
        Some(Host::Ipv6(ip)) => ip.into(),
        Some(Host::Domain(_)) | None => return Err(elsewhere()),
    };
    match hub.scheme() {
        "http" => Ok(SocketAddr::new(ip, hub.port_or_known_default().unwrap_or(80))),
        _ => Err(elsewhere()),
    }
}

fn address(setting: &'static str, text: &str, example: u16) -> Result<SocketAddr, HubError> {
    let parsed = text.parse::<SocketAddr>().ok().filter(|address| address.port() != 0);
    parsed.ok_or(HubError::Listen(setting, example))
}

/// Who listens everywhere is found at home.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(if listen.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    listen
}

fn make_dir(dir: &Path, mode: u32) -> Result<(), HubError> {
    fs::create_dir_all(dir)
        .and_then(|()| fs::set_permissions(dir, Permissions::from_mode(mode)))
        .map_err(|error| HubError::File(dir.to_owned(), error))
}

/// Takes the lock of a data folder, which the kernel gives back when this process ends, however that happens.
fn take(file: &Path) -> Result<File, HubError> {
    let failed = |error| HubError::File(file.to_owned(), error);
    let mut options = OpenOptions::new();
    let mut lock = options.create(true).write(true).truncate(false).mode(0o600).open(file).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(HubError::InUse(fs::read_to_string(file).map_err(failed)?)),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    lock.set_len(0).and_then(|()| lock.write_all(std::process::id().to_string().as_bytes())).map_err(failed)?;
    Ok(lock)
}

/// 64 random hexadecimal digits in a file of ours alone; an existing one is kept, unless a full disk left it empty.
fn make_secret(file: &Path) -> Result<(), HubError> {
    if fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() > 0) {
        return Ok(());
    }
    let text: String = rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
    private_file::write(file, &text).map_err(|error| HubError::File(file.to_owned(), error))
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
