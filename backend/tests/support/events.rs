//! Server-sent events, read one by one.

use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use serde_json::Value;

use super::browser::Browser;

/// Longer than anything may take to be seen; a story that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Events {
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<Vec<u8>>> + Send>>,
    rest: String,
}

impl Events {
    pub async fn of(browser: &Browser, path: &str) -> Self {
        let response = browser.stream(path).await;
        assert_eq!(response.status(), 200);
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
        assert!(kind.starts_with("text/event-stream"), "{kind}");
        let bytes = response.bytes_stream().map(|chunk| chunk.map(|bytes| bytes.to_vec()));
        Self { bytes: Box::pin(bytes), rest: String::new() }
    }

    /// The next event with its data, or nothing where the stream has ended.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        // Heartbeats are no events: the patience is for all of them together.
        tokio::time::timeout(PATIENCE, self.read()).await.expect("an event in time")
    }

    async fn read(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some(end) = self.rest.find("\n\n") {
                let block: String = self.rest.drain(..end + 2).collect();
                if let Some(event) = event(&block) {
                    return Some(event);
                }
            }
            self.rest.push_str(&String::from_utf8_lossy(&self.bytes.next().await?.ok()?));
        }
    }

    /// Goes on to the next status in this state; how it says so.
    pub async fn until(&mut self, state: &str) -> Value {
        loop {
            let (name, data) = self.next().await.unwrap_or_else(|| panic!("the stream ended before {state}"));
            if name == "status" && data["state"] == state {
                return data;
            }
        }
    }
}

fn event(block: &str) -> Option<(String, Value)> {
    let field = |name: &str| block.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()));
    let data = field("data:")?;
    Some((field("event:").unwrap_or_default(), serde_json::from_str(&data).expect("data is JSON")))
}
