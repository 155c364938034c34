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

    /// It takes commands and answers none, as a machine does that swaps.
    pub async fn is_silent_for(&self, time: Duration) {
        let client = redis::Client::open(self.url()).expect("an address");
        let mut commands = client.get_multiplexed_async_connection().await.expect("it answers");
        let pause = redis::cmd("CLIENT").arg("PAUSE").arg(time.as_millis() as u64).arg("ALL").to_owned();
        pause.exec_async(&mut commands).await.expect("it pauses");
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
