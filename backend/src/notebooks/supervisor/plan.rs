//! What a hub is run with: its folder, its tokens, its environment, and where it listens.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use url::{Host, Url};

use super::ports;
use super::sockets::{self, Sockets};
use crate::config::Settings;
use crate::http::Listener;
use crate::service_token::{ServiceToken, keep_secret};

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

/// Where site and hub meet, and what they show each other there.
#[derive(Clone, Debug)]
pub struct Doors {
    pub hub_socket: PathBuf,
    /// Our token at the hub.
    pub hub_token: ServiceToken,
    /// The hub's token with us.
    pub lms_token: ServiceToken,
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
    /// What it is called where we reach it.
    pub hub_internal_url: String,
    pub doors: Doors,
    /// Where the hub reads our token, and its own.
    pub hub_token_file: PathBuf,
    pub lms_token_file: PathBuf,
    pub log_file: PathBuf,
    /// Where the hub and learners' servers reach us.
    inner: Vec<Listener>,
    _sockets: Sockets,
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
        let hub_internal_url = format!("http://{}{}", reachable(hub_listen), public.path());
        let listen = address("listen", &settings.listen, 8080)?;
        let state = absolute(&settings.data_dir.join("hub"));
        let learners = absolute(&settings.learners_dir.clone().unwrap_or_else(|| settings.data_dir.join("learners")));
        make_dir(&state, 0o700)?;
        let lock = take(&state.join("lock"))?;
        let hub_token_file = state.join("lms-at-hub.token");
        let lms_token_file = state.join("hub-at-lms.token");
        let crypt_key_file = state.join("crypt.key");
        let crypt_key = keep_secret(&crypt_key_file).and_then(|()| fs::read_to_string(&crypt_key_file));
        let crypt_key = crypt_key.map_err(|error| HubError::File(crypt_key_file, error))?;
        let sockets = Sockets::below(&state).map_err(|error| HubError::File(state.clone(), error))?;
        let of_site = sockets.of_site();
        let socket = sockets::listen(&of_site).map_err(|error| HubError::File(of_site.clone(), error))?;
        let port = ports::listen_for_servers(&state).map_err(|error| HubError::File(state.clone(), error))?;
        let for_servers = port.as_ref().and_then(|port| port.local_addr().ok()).unwrap_or_else(|| reachable(listen));
        let doors = Doors { hub_socket: sockets.of_hub(), hub_token: "".into(), lms_token: "".into() };
        let mut environment = vec![
            ("TENARAI_PUBLIC_URL", settings.public_url.clone()),
            ("TENARAI_INTERNAL_URL", format!("http://{for_servers}")),
            ("TENARAI_INTERNAL_SOCKET", of_site.display().to_string()),
            ("TENARAI_HUB_URL", hub_url.clone()),
            ("TENARAI_LMS_TOKEN_FILE", lms_token_file.display().to_string()),
            ("TENARAI_HUB_TOKEN_FILE", hub_token_file.display().to_string()),
            ("TENARAI_HUB_STATE_DIR", state.display().to_string()),
            ("TENARAI_LEARNERS_DIR", learners.display().to_string()),
            ("TENARAI_HUB_PROXY_SOCKET", doors.hub_socket.display().to_string()),
            ("TENARAI_SPAWN_MEMORY_MB", settings.spawn_memory_mb.to_string()),
            ("JUPYTERHUB_CRYPT_KEY", crypt_key.trim().to_owned()),
        ];
        if settings.hub_listen.is_some() {
            environment.push(("TENARAI_HUB_LISTEN", hub_listen.to_string()));
        }
        let plan = Self {
            program: absolute(&program),
            config: absolute(&settings.hub_config),
            log_file: state.join("hub.log"),
            state,
            learners,
            environment,
            listen: hub_listen,
            hub_url,
            hub_internal_url,
            doors,
            hub_token_file,
            lms_token_file,
            inner: port.map(Listener::Tcp).into_iter().chain([Listener::Unix(socket)]).collect(),
            _sockets: sockets,
            _lock: lock,
        };
        plan.renew_tokens()?;
        Ok(plan)
    }

    /// Where the site has to listen besides its own address, from before the hub starts.
    pub fn take_listeners(&mut self) -> Vec<Listener> {
        std::mem::take(&mut self.inner)
    }

    /// New tokens for the next hub: what was learned of the last ones opens nothing any more.
    pub(super) fn renew_tokens(&self) -> Result<(), HubError> {
        let Doors { hub_token, lms_token, .. } = &self.doors;
        for (token, file) in [(hub_token, &self.hub_token_file), (lms_token, &self.lms_token_file)] {
            token.renew(file).map_err(|error| HubError::File(file.clone(), error))?;
        }
        Ok(())
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

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
