//! `serve --with-hub`: JupyterHub as a child of this process, restarted when it falls, stopped when we stop.

mod backoff;
mod log;
mod plan;
mod process;

use std::io;
use std::process::Child;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use backoff::Backoff;

pub use plan::{HubError, HubPlan};

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
    let mut backoff = Backoff::new();
    let mut ports = None;
    loop {
        let started = Instant::now();
        match process::internal_ports(ports).and_then(|chosen| plan.start(*ports.insert(chosen))) {
            Ok(mut hub) => {
                let ended = wait(&mut hub, plan, stopped);
                plan.end_rest_of(&hub);
                if ended == Ended::ByUs {
                    return;
                }
                tracing::error!(log = %plan.log_file.display(), "the hub ended by itself; starting it again");
            }
            Err(error) => tracing::error!(%error, "cannot start the hub"),
        }
        match stopped.recv_timeout(backoff.after(started.elapsed())) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

#[derive(PartialEq, Eq)]
enum Ended {
    ByItself,
    ByUs,
}

fn wait(hub: &mut Child, plan: &HubPlan, stopped: &mpsc::Receiver<()>) -> Ended {
    loop {
        match hub.try_wait() {
            Ok(None) => {}
            Ok(Some(_)) | Err(_) => return Ended::ByItself,
        }
        match stopped.recv_timeout(Duration::from_millis(200)) {
            Err(RecvTimeoutError::Timeout) => {
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
