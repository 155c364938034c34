//! Learners' servers, and all that learners have started there: found without a hub, and ended.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use sha2::{Digest, Sha256};

use super::process::{has_ended, wait_until};
use crate::allocator;

/// As long as the hub lets them take.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the spawner puts into the environment of each learner's server (`spawner.py`).
const MARK: &[u8] = b"TENARAI_START_ID=";
/// As in `isolation.py`: learners' uids and sites' groups start here.
const FIRST_UID: u32 = 200_000;
const FIRST_GROUP: u32 = 100_000_000;
/// How often what is left is looked for.
const ROUNDS: usize = 100;

/// Ends them all: servers in order, then whatever is still there.
pub fn end_all(learners: &Path) {
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        let servers = at_home_in(learners);
        send(&servers, signal);
        wait_until(PATIENCE, || servers.iter().all(|&pid| has_ended(pid)));
    }
    if geteuid().is_root() && !kill_marked(group_of(learners)) {
        tracing::error!("processes of learners go on, and cannot be ended");
    }
}

fn send(processes: &[i32], signal: Signal) {
    for &pid in processes {
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// Learners' servers, and what those started: their HOME is a folder in this one, and the hub marked them. The folder
/// alone says nothing where it is one that others live in, too.
fn at_home_in(learners: &Path) -> Vec<i32> {
    let home = [b"HOME=", learners.as_os_str().as_bytes(), b"/"].concat();
    let is_one = |pid: &i32| {
        fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
            [&home[..], MARK]
                .iter()
                .all(|mark| environment.split(|&byte| byte == 0).any(|entry| entry.starts_with(mark)))
        })
    };
    all().filter(is_one).collect()
}

fn all() -> impl Iterator<Item = i32> {
    let found = fs::read_dir("/proc").into_iter().flatten().flatten();
    found.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The group that marks this site's learners (`isolation.py::site_group`): a process can empty its environment, but has
/// no right to leave a group.
fn group_of(learners: &Path) -> u32 {
    let folder = fs::canonicalize(learners).unwrap_or_else(|_| learners.to_owned());
    let digest = Sha256::digest(folder.as_os_str().as_bytes());
    FIRST_GROUP + u32::from_be_bytes([0, digest[0], digest[1], digest[2]])
}

/// Kills what has the group. A process that forks faster than it is looked at is ended by the kernel, which lets nobody
/// fork while it kills all processes of a uid; that would be too much where another site's learner has the uid as well.
fn kill_marked(group: u32) -> bool {
    for _ in 0..ROUNDS {
        let found = of_learners(group);
        if found.values().all(|of_one| of_one.ours.is_empty()) {
            return true;
        }
        for (uid, of_one) in found.into_iter().filter(|(_, of_one)| !of_one.ours.is_empty()) {
            if of_one.of_others {
                send(&of_one.ours, Signal::SIGSTOP);
                send(&of_one.ours, Signal::SIGKILL);
            } else {
                kill_all_of(uid);
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

fn kill_all_of(uid: u32) {
    let mut killer = Command::new("/bin/sh");
    killer.args(["-c", "kill -s KILL -- -1"]).uid(uid).gid(uid).env_clear().current_dir("/");
    killer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // It ends itself as well.
    let _ = allocator::for_another_program(|| killer.status());
}

#[derive(Default)]
struct OfOne {
    ours: Vec<i32>,
    of_others: bool,
}

/// The living processes of learners by uid: those with the group, and whether there are others.
fn of_learners(group: u32) -> BTreeMap<u32, OfOne> {
    let mut found = BTreeMap::<u32, OfOne>::new();
    for pid in all() {
        // It may have ended meanwhile.
        let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { continue };
        let numbers = |name| numbers(&status, name);
        let Some(uid) = numbers("Uid:").find(|&uid| uid >= FIRST_UID) else { continue };
        if matches!(line(&status, "State:").trim_start().chars().next(), Some('Z' | 'X')) {
            continue;
        }
        let of_one = found.entry(uid).or_default();
        if numbers("Groups:").any(|it| it == group) { of_one.ours.push(pid) } else { of_one.of_others = true }
    }
    found
}

fn line<'a>(status: &'a str, name: &str) -> &'a str {
    status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default()
}

fn numbers<'a>(status: &'a str, name: &str) -> impl Iterator<Item = u32> + use<'a> {
    line(status, name).split_whitespace().filter_map(|number| number.parse().ok())
}
