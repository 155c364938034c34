//! The program itself, as an operator runs it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tenarai::config::{LogFormat, Settings};

use super::browser::Browser;
use super::plan::Plan;
use super::site::TestSite;

const PATIENCE: Duration = Duration::from_secs(60);

/// A running `tenarai serve`; it is killed when it is dropped.
pub struct Program {
    pub url: String,
    child: Child,
    log: PathBuf,
    /// Held for the folder in it.
    _plan: Plan,
}

/// The program with the settings of a plan.
pub fn tenarai(plan: &Plan, arguments: &[&str]) -> Command {
    with_settings(&plan.settings, arguments)
}

pub fn with_settings(settings: &Settings, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenarai"));
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TENARAI_LISTEN", &settings.listen)
        .env("TENARAI_PUBLIC_URL", &settings.public_url)
        .env("TENARAI_DATABASE_URL", &settings.database_url)
        .env("TENARAI_DATA_DIR", &settings.data_dir)
        .env("TENARAI_LOG_FORMAT", if settings.log_format == LogFormat::Json { "json" } else { "text" })
        .stdin(Stdio::null());
    if let (Some(url), Some(from)) = (&settings.smtp_url, &settings.mail_from) {
        command.env("TENARAI_SMTP_URL", url.expose()).env("TENARAI_MAIL_FROM", from);
    }
    if let Some(dsn) = &settings.sentry_dsn {
        command.env("SENTRY_DSN", dsn);
    }
    command
}

/// Runs a command to its end.
pub fn run(plan: &Plan, arguments: &[&str]) -> Output {
    tenarai(plan, arguments).output().expect("the program starts")
}

/// What an operator's command on this site's database said.
#[track_caller]
pub fn said(site: &TestSite, arguments: &[&str]) -> String {
    let output = with_settings(site.settings(), arguments).output().expect("the program starts");
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{out}{errors}").trim_end().to_owned()
}

/// What it complained about.
pub fn complaint(output: &Output) -> String {
    assert!(!output.status.success(), "it succeeded: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

impl Program {
    /// Starts serving and waits for the line that says so.
    pub fn serve(mut plan: Plan) -> Self {
        if plan.settings.listen.ends_with(":8080") {
            plan.settings.listen = free_address();
        }
        let url = format!("http://{}", plan.settings.listen);
        plan.settings.public_url.clone_from(&url);
        let log = plan.dir.path().join("tenarai.log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log file");
        let mut command = tenarai(&plan, &["serve"]);
        let mut child = command.stdout(Stdio::piped()).stderr(file).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let (ready, is_ready) = mpsc::channel();
        // Its output is read to the end, or it would stop at a full pipe.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok).filter(|line| line.contains("ready")) {
                let _ = ready.send(line);
            }
        });
        let told = is_ready.recv_timeout(PATIENCE);
        assert!(told.is_ok(), "it is not ready: {}", std::fs::read_to_string(&log).unwrap_or_default());
        Self { url, child, log, _plan: plan }
    }

    #[allow(dead_code, reason = "asked by the bench, which shares these words")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn browser(&self) -> Browser {
        Browser::at(&self.url, &self.url)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log can be read")
    }

    /// Asks it to stop, waits, and gives its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        self.signal(Signal::SIGTERM);
        self.child.wait().expect("it ends").code()
    }

    /// It is gone from one moment to the next.
    pub fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        let _ = self.child.wait();
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("process ids are small"));
        kill(pid, signal).expect("it is ours to end");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}

/// Nobody listens there, and nobody will: each is given out once, and none is of those the system gives to whoever
/// connects somewhere.
pub fn free_address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let port = 20_000 + (std::process::id() * 61 + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        let address = format!("127.0.0.1:{port}");
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}
