//! A Redis of a story's own, to be killed and started again.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::keeper::{Kept, folder};

pub struct Redis {
    pub port: u16,
    kept: Option<Kept>,
}

impl Redis {
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let mut redis = Self { port, kept: None };
        redis.start_again();
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn kill(&mut self) {
        self.kept = None;
    }

    /// On the port it had, with nothing of what it knew.
    pub fn start_again(&mut self) {
        let (dir, port) = (folder("tenarai-redis-"), self.port.to_string());
        let folder = dir.to_str().expect("a plain name");
        let settings = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--dir", folder];
        let program: Vec<&str> = ["redis-server", "--port", &port].into_iter().chain(settings).collect();
        self.kept = Some(Kept::start(&program, "KILL", &dir));
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the stories need Redis: install it (redis-server)");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
