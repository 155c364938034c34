//! `serve --with-hub`: JupyterHub as a child of this process, restarted when it falls, stopped when we stop.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use url::{Host, Url};

use super::hub_log;
use crate::config::Settings;
use crate::private_file;

/// The hub stops its servers before it ends.
const PATIENCE: Duration = Duration::from_secs(40);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Files with process ids in the hub's folder, and what is in the command line of such a process.
const HUB: (&str, &[u8]) = ("hub.pid", b"jupyterhub");
const PROXY: (&str, &[u8]) = ("proxy.pid", b"tenarai-hub-proxy");
/// A hub that ran so long had started well: the next fall begins with a short pause again.
const STEADY: Duration = Duration::from_secs(60);

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
    program: PathBuf,
    config: PathBuf,
    state: PathBuf,
    environment: Vec<(&'static str, String)>,
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
            environment,
            listen: hub_listen,
            hub_url,
            hub_internal_url,
            hub_token_file,
            lms_token_file,
            _lock: lock,
        })
    }

    /// Ends what is left of a site that was killed: its hub, which is on its way to stop, and its proxy hold our ports.
    pub fn end_orphans(&self) {
        end_known(&self.state, HUB, Signal::SIGTERM);
        end_known(&self.state, HUB, Signal::SIGKILL);
        end_known(&self.state, PROXY, Signal::SIGKILL);
    }

    /// Starts the hub once, with these internal ports.
    fn start(&self, [internal, proxy]: [u16; 2]) -> io::Result<Child> {
        let log = hub_log::open(&self.log_file)?;
        let errors = log.try_clone()?;
        let mut command = under_our_life(&self.program);
        command
            .arg("-f")
            .arg(&self.config)
            .current_dir(&self.state)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| kept(name.to_string_lossy().as_ref())))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("TENARAI_HUB_PORT_INTERNAL", internal.to_string())
            .env("TENARAI_HUB_PROXY_API_PORT", proxy.to_string())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            // Ctrl-C in a terminal goes to the whole group; the hub is told by us, in order.
            .process_group(0);
        let child = command.spawn()?;
        fs::write(self.state.join(HUB.0), child.id().to_string())?;
        Ok(child)
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

/// Ours is full of settings and secrets the hub has no business with.
fn kept(name: &str) -> bool {
    matches!(name, "PATH" | "HOME" | "LANG" | "LC_ALL" | "TZ" | "TMPDIR") || name.starts_with("TENARAI_CULL_")
}

/// Should this process be killed outright, the kernel tells the hub to end. And a shell that starts us in the
/// background lets us ignore SIGINT, which the hub's own children would inherit: it stops them by just that.
fn under_our_life(program: &Path) -> Command {
    let (setpriv, env) = (Path::new("/usr/bin/setpriv"), Path::new("/usr/bin/env"));
    if !setpriv.is_file() || !env.is_file() {
        return Command::new(program);
    }
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "TERM", "--"]).arg(env).arg("--default-signal=INT,QUIT").arg(program);
    command
}

/// The thread that keeps the hub running.
pub struct Supervisor {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Supervisor {
    /// Starts the hub. One thread for its whole life: the kernel's parent-death signal goes by thread.
    pub fn start(plan: HubPlan) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("hub-supervisor".to_owned())
            .spawn(move || keep_running(&plan, &stopped))?;
        Ok(Self { stop, thread })
    }

    /// Stops the hub with all its servers, and waits for that.
    pub fn stop(self) {
        // A closed channel means that the thread has ended already.
        let _ = self.stop.send(());
        if self.thread.join().is_err() {
            tracing::error!("the hub's supervisor panicked");
        }
    }
}

fn keep_running(plan: &HubPlan, stopped: &mpsc::Receiver<()>) {
    let mut pause = FIRST_PAUSE;
    let mut ports = None;
    loop {
        let started = Instant::now();
        match internal_ports(ports).and_then(|chosen| plan.start(*ports.insert(chosen))) {
            Ok(mut child) => {
                let ended = wait(&mut child, plan, stopped);
                // What it left behind would hold its ports.
                end_group(&child, Signal::SIGKILL);
                end_known(&plan.state, PROXY, Signal::SIGKILL);
                if ended == Ended::ByUs {
                    return;
                }
                tracing::error!(log = %plan.log_file.display(), "the hub ended by itself; starting it again");
            }
            Err(error) => tracing::error!(%error, "cannot start the hub"),
        }
        if started.elapsed() > STEADY {
            pause = FIRST_PAUSE;
        }
        match stopped.recv_timeout(pause) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[derive(PartialEq, Eq)]
enum Ended {
    ByItself,
    ByUs,
}

fn wait(child: &mut Child, plan: &HubPlan, stopped: &mpsc::Receiver<()>) -> Ended {
    loop {
        match child.try_wait() {
            Ok(None) => {}
            Ok(Some(_)) | Err(_) => return Ended::ByItself,
        }
        match stopped.recv_timeout(Duration::from_millis(200)) {
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = hub_log::keep_short(&plan.log_file) {
                    tracing::warn!(%error, "the hub's log is not kept");
                }
            }
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                end_gently(child);
                return Ended::ByUs;
            }
        }
    }
}

fn end_gently(child: &mut Child) {
    let _ = kill(pid(child), Signal::SIGTERM);
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    tracing::warn!("the hub did not end in time; killing it");
    end_group(child, Signal::SIGKILL);
    let _ = child.wait();
}

/// Ends a process that an earlier hub left, and waits for that. A hub that ended in order has stopped its proxy, which
/// has a session of its own; one that was killed has not. A stranger who got its process id is left alone.
fn end_known(state: &Path, (file, name): (&str, &[u8]), signal: Signal) {
    let Ok(text) = fs::read_to_string(state.join(file)) else { return };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<i32>().ok()) else { return };
    let is_ours = || {
        let here = fs::read_link(format!("/proc/{pid}/cwd")).ok() == fs::canonicalize(state).ok();
        here && fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.windows(name.len()).any(|part| part == name))
    };
    if pid > 1 && is_ours() {
        let _ = kill(Pid::from_raw(pid), signal);
        let begun = Instant::now();
        while !has_ended(pid) && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Gone, or waiting for its parent to notice: one that is still ending has no command line any more, but its port.
fn has_ended(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_none_or(|rest| matches!(rest.trim_start().chars().next(), None | Some('Z' | 'X')))
}

/// The culler ends by itself with the hub; learners' servers do not: the hub stops those, or finds them again.
fn end_group(child: &Child, signal: Signal) {
    // No such group: nothing was left behind.
    let _ = killpg(pid(child), signal);
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX))
}

/// Learners' servers outlive a hub that falls, and know it by its port: a new one takes the last ports again. Only
/// where another program has them by now are they chosen anew.
fn internal_ports(last: Option<[u16; 2]>) -> io::Result<[u16; 2]> {
    match last {
        Some(ports) if ports.iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()) => Ok(ports),
        _ => free_ports(),
    }
}

fn free_ports() -> io::Result<[u16; 2]> {
    // Held together, so that the two differ.
    let listeners = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
    Ok([listeners[0].local_addr()?.port(), listeners[1].local_addr()?.port()])
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
