//! Server-sent events for a page of somebody who is signed in. They end with the session.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::Responder;
use actix_web_lab::sse;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::SignedIn;
use crate::db::types::SessionId;
use crate::live::News;
use crate::site::Site;

const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What a page is told.
#[derive(Debug, Clone)]
pub struct Stream(mpsc::Sender<Result<sse::Event, Infallible>>);

/// The reader went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody reads this any more")]
pub struct Gone;

impl Stream {
    pub async fn send(&self, name: &'static str, body: &impl Serialize) -> Result<(), Gone> {
        let data = sse::Data::new_json(body).map_err(|_| Gone)?.event(name);
        self.0.send(Ok(sse::Event::Data(data))).await.map_err(|_| Gone)
    }
}

#[derive(Serialize)]
struct SessionNews {
    state: &'static str,
}

/// Tells a page of `me` what `tell` sends, until that is done, the reader goes, or the session ends: then comes `session`
/// as the last event.
pub fn stream<T, F>(site: &Site, me: &SignedIn, tell: T) -> impl Responder + use<T, F>
where
    T: FnOnce(Stream) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(relay(site.clone(), me.session, Stream(sender), tell));
    // It says `identity` itself: compression would hold events back, and so might a proxy.
    sse::Sse::from_stream(ReceiverStream::new(receiver))
        .with_keep_alive(KEEP_ALIVE)
        .customize()
        .insert_header(("x-accel-buffering", "no"))
}

async fn relay<F: Future<Output = ()>>(site: Site, session: SessionId, events: Stream, tell: impl FnOnce(Stream) -> F) {
    let mut news = site.live.listen();
    // It may have ended since the token was looked at, and that is told once.
    if !site.live.revocations.has_ended(session) {
        tokio::select! {
            () = events.0.closed() => return,
            () = tell(events.clone()) => return,
            () = until_it_ends(&site, &mut news, session) => {}
        }
    }
    // Who went away need not know.
    let _ = events.send("session", &SessionNews { state: "ended" }).await;
}

async fn until_it_ends(site: &Site, news: &mut Receiver<News>, mine: SessionId) {
    loop {
        let ended = match news.recv().await {
            Ok(News::SessionEnded { session, .. }) => session == mine,
            Ok(_) => false,
            // Too much at once; it may have been among what was missed.
            Err(RecvError::Lagged(_)) => site.live.revocations.has_ended(mine),
            Err(RecvError::Closed) => return,
        };
        if ended {
            return;
        }
    }
}
