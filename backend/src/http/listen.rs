//! Where the site listens.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;

/// One of the places where the site listens.
pub enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Listens at an address; at both where it is this machine's own.
///
/// `localhost` has two, and browsers try the IPv6 one first: a learner's program could listen at the other, and be sent
/// everybody's cookies.
pub fn listen(address: SocketAddr) -> io::Result<Vec<TcpListener>> {
    let mut listeners = vec![TcpListener::bind(address)?];
    let twin = match address.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Ipv4Addr::LOCALHOST.into(),
        _ => return Ok(listeners),
    };
    match TcpListener::bind(SocketAddr::new(twin, listeners[0].local_addr()?.port())) {
        Ok(listener) => listeners.push(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(error),
        Err(error) => tracing::debug!(%error, "localhost has one address here"),
    }
    Ok(listeners)
}

/// Why that did not go, in one line: who holds the port.
pub fn taken(port: u16, error: &io::Error) -> String {
    if error.kind() != ErrorKind::AddrInUse {
        return format!("cannot listen on port {port}: {error}");
    }
    let holder = listeners::get_all()
        .ok()
        .and_then(|all| all.into_iter().find(|listener| listener.socket.port() == port))
        .map_or_else(
            || "another program".to_owned(),
            |found| format!("{} (pid {})", found.process.name, found.process.pid),
        );
    format!("port {port} is taken by {holder}; stop it, or choose another port")
}
