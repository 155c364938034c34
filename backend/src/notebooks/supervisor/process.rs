//! The hub's process: how it is started, and how nothing of it is left.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::log;
use super::plan::HubPlan;
use super::ports::{self, Ports};
use super::servers;
use crate::allocator;

/// The hub stops its servers before it ends.
const PATIENCE: Duration = Duration::from_secs(40);
/// Files with process ids in the hub's folder, and what is in the command line of such a process.
const HUB: (&str, &[u8]) = ("hub.pid", b"jupyterhub");
const PROXY: (&str, &[u8]) = ("proxy.pid", b"tenarai-hub-proxy");

impl HubPlan {
    /// Ends what is left of a site that was killed: its hub, which is on its way to stop, and its proxy hold our ports.
    pub fn end_orphans(&self) {
        end_known(&self.state, HUB, Signal::SIGTERM);
        end_known(&self.state, HUB, Signal::SIGKILL);
        end_known(&self.state, PROXY, Signal::SIGKILL);
    }

    /// The ports of the next hub: those of the last. Where it cannot have them, the servers that know it by its port
    /// would tell their secrets to somebody else, and are of no use to anybody: they end first.
    pub(super) fn ports(&self) -> io::Result<Ports> {
        if let Some(ports) = ports::last(&self.state) {
            return Ok(ports);
        }
        self.end_servers();
        ports::choose(&self.state)
    }

    /// Starts the hub once, with these internal ports.
    pub(super) fn start(&self, [internal, proxy]: Ports) -> io::Result<Child> {
        self.renew_tokens().map_err(io::Error::other)?;
        let log = log::open(&self.log_file)?;
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
        let mut child = allocator::for_another_program(|| command.spawn())?;
        if let Err(error) = fs::write(self.state.join(HUB.0), child.id().to_string()) {
            // Nobody would find it again.
            end_group(&child, Signal::SIGKILL);
            let _ = child.wait();
            return Err(error);
        }
        Ok(child)
    }

    /// Ends what a hub that has ended left behind: it would hold the ports of the next.
    pub(super) fn end_rest_of(&self, hub: &Child) {
        end_group(hub, Signal::SIGKILL);
        end_known(&self.state, PROXY, Signal::SIGKILL);
    }

    /// Ends the learners' servers that a hub left which fell, or could not stop them.
    pub(super) fn end_servers(&self) {
        servers::end_all(&self.learners);
    }
}

/// Asks again and again, but not for longer than that; whether it came true.
pub fn wait_until(patience: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !is_so() {
        if begun.elapsed() > patience {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
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

pub fn end_gently(child: &mut Child) {
    let _ = kill(pid(child), Signal::SIGTERM);
    if wait_until(PATIENCE, || !matches!(child.try_wait(), Ok(None))) {
        return;
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
        wait_until(PATIENCE, || has_ended(pid));
    }
}

/// Gone, or waiting for its parent to notice: one that is still ending has no command line any more, but its port.
pub fn has_ended(pid: i32) -> bool {
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
