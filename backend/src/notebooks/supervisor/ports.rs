//! The ports at which the hub and its proxy speak to each other, and learners' servers to the hub.
//!
//! And the port at which those servers find the site: what they fetch there becomes their learner's notebooks.
//!
//! Those servers outlive a hub that falls, and say their tokens to whoever is at its port. So the next hub has the same
//! ports, and meanwhile nobody may take them: as root they are below those that are open to everybody. Where there are
//! none such, as in some containers, the servers end with their hub.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::ops::RangeInclusive;
use std::path::Path;

use nix::unistd::geteuid;

use crate::private_file;

/// Of the hub, and of its proxy's own interface.
pub type Ports = [u16; 2];

const FILE: &str = "ports";
const FILE_OF_SITE: &str = "site-port";
/// Registered to nobody, but for the one.
const CLOSED: RangeInclusive<u16> = 914..=988;
const OF_ANOTHER: u16 = 953;
/// What kernels say that let nobody change it.
const FIRST_OPEN: u16 = 1024;

/// The ports of the last hub, if they are still good for one.
pub fn last(state: &Path) -> Option<Ports> {
    let ports = Ports::try_from(kept_in(state, FILE)).ok()?;
    let good = ports[0] != ports[1] && are_kept(ports) && ports.iter().all(|&port| is_free(port));
    good.then_some(ports)
}

/// Other ports, which the next hub will find again.
pub fn choose(state: &Path) -> io::Result<Ports> {
    let ports = match closed_ports(is_root(), first_open()) {
        Some(ports) => ports,
        None => open_ports()?,
    };
    private_file::write(&state.join(FILE), &format!("{} {}\n", ports[0], ports[1]))?;
    Ok(ports)
}

/// Listens where learners' servers find the site, at the same port as the last time if that can be. None where there is no
/// port that is closed to learners: there, one is as good as another.
pub fn listen_for_servers(state: &Path) -> io::Result<Option<TcpListener>> {
    if !is_root() {
        return Ok(None);
    }
    let first_open = first_open();
    let (last, of_hub) = (kept_in(state, FILE_OF_SITE), kept_in(state, FILE));
    let mut all =
        last.into_iter().chain(closed()).filter(|port| (1..first_open).contains(port) && !of_hub.contains(port));
    let Some(listener) = all.find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok()) else { return Ok(None) };
    private_file::write(&state.join(FILE_OF_SITE), &format!("{}\n", listener.local_addr()?.port()))?;
    Ok(Some(listener))
}

/// The ports in a file; none where it is missing or damaged.
fn kept_in(state: &Path, file: &str) -> Vec<u16> {
    let text = fs::read_to_string(state.join(file)).unwrap_or_default();
    text.split_whitespace().map(str::parse).collect::<Result<_, _>>().unwrap_or_default()
}

/// Whether no learner can take them while there is no hub. All who share one uid are each other's already.
pub fn are_kept(ports: Ports) -> bool {
    kept(ports, is_root(), first_open())
}

fn kept(ports: Ports, root: bool, first_open: u16) -> bool {
    !root || ports.iter().all(|&port| port < first_open)
}

fn closed_ports(root: bool, first_open: u16) -> Option<Ports> {
    if !root {
        return None;
    }
    let mut free = closed().filter(|&port| port < first_open && is_free(port));
    Some([free.next()?, free.next()?])
}

/// Of several sites that start on one machine each begins somewhere else.
fn closed() -> impl Iterator<Item = u16> {
    let begin = rand::random_range(CLOSED);
    (begin..=*CLOSED.end()).chain(*CLOSED.start()..begin).filter(|&port| port != OF_ANOTHER)
}

fn open_ports() -> io::Result<Ports> {
    // Held together, so that the two differ.
    let listeners = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
    Ok([listeners[0].local_addr()?.port(), listeners[1].local_addr()?.port()])
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

fn is_root() -> bool {
    geteuid().is_root()
}

fn first_open() -> u16 {
    let said = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").ok();
    said.and_then(|text| text.trim().parse().ok()).unwrap_or(FIRST_OPEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_takes_ports_that_learners_cannot_have_where_there_are_some() {
        let Some(ports) = closed_ports(true, FIRST_OPEN) else {
            assert!(!is_root(), "root may have them");
            return;
        };
        assert!(kept(ports, true, FIRST_OPEN) && ports[0] != ports[1], "{ports:?}");
        for first_open in [0, *CLOSED.start()] {
            assert_eq!(closed_ports(true, first_open), None);
            assert!(!kept(ports, true, first_open), "everybody may open them");
        }
        assert_eq!(closed_ports(false, FIRST_OPEN), None);
    }

    #[test]
    fn ports_that_learners_can_have_are_kept_only_where_all_share_one_uid() {
        assert!(!kept([914, FIRST_OPEN], true, FIRST_OPEN));
        assert!(kept([40_000, 40_001], false, FIRST_OPEN));
    }

    #[test]
    fn a_damaged_list_of_ports_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(last(folder.path()), None);
        for text in ["", "914", "914 914", "914 x", "914 915 916", "914 70000", "\u{0}"] {
            fs::write(folder.path().join(FILE), text).expect("it is written");
            assert_eq!(last(folder.path()), None, "{text:?}");
        }
        let chosen = choose(folder.path()).expect("there are some");
        // With nothing but open ports there is none that root keeps.
        assert_eq!(last(folder.path()), are_kept(chosen).then_some(chosen));
        let _taken = TcpListener::bind(("127.0.0.1", chosen[1])).expect("it was free");
        assert_eq!(last(folder.path()), None);
    }
}
