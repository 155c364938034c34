//! `serve --with-hub`: JupyterHub as a child of this process, restarted when it falls, stopped when we stop.

mod backoff;
mod log;
mod plan;
mod ports;
mod process;
mod servers;
mod sockets;

use std::io;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use backoff::Backoff;

pub use plan::{Doors, HubError, HubPlan};

/// How often the hub is looked at.
const LOOK: Duration = Duration::from_millis(200);

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
    start_again_and_again(plan, stopped);
    plan.end_servers();
}

/// Until we are told to stop.
fn start_again_and_again(plan: &HubPlan, stopped: &mpsc::Receiver<()>) {
    let mut backoff = Backoff::new();
    let mut again = false;
    loop {
        let started = Instant::now();
        let why = match plan.ports().and_then(|ports| Ok((ports, plan.start(ports)?))) {
            Ok((ports, mut hub)) => {
                let ended = wait(&mut hub, again, plan, stopped);
                plan.end_rest_of(&hub);
                let Ended::ByItself(why) = ended else { return };
                if !ports::are_kept(ports) {
                    plan.end_servers();
                }
                why
            }
            Err(error) => error.to_string(),
        };
        let pause = backoff.after(started.elapsed());
        let log = plan.log_file.display();
        tracing::error!(why, again_in = ?pause, %log, "the hub does not run any more; it is started again");
        again = true;
        match stopped.recv_timeout(pause) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

enum Ended {
    ByItself(String),
    ByUs,
}

fn wait(hub: &mut Child, mut awaited: bool, plan: &HubPlan, stopped: &mpsc::Receiver<()>) -> Ended {
    loop {
        match hub.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) => return Ended::ByItself(status.to_string()),
            Err(error) => return Ended::ByItself(error.to_string()),
        }
        match stopped.recv_timeout(LOOK) {
            Err(RecvTimeoutError::Timeout) => {
                // At its port somebody else might be.
                if awaited && UnixStream::connect(&plan.doors.hub_socket).is_ok() {
                    tracing::info!("the hub is back");
                    awaited = false;
                }
                if let Err(error) = log::keep_short(&plan.log_file) {
                    tracing::warn!(%error, "the hub's log is not kept");
                }
            }
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                process::end_gently(hub);
                return Ended::ByUs;
            }
        }
    }
}
