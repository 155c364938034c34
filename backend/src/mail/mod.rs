//! Mails: queued in the transaction of what they tell of, sent by whichever process comes first, and who wants which.
//! Tables: `outbox`, `mail_refusals`.
//!
//! A queued mail is a kind and a few ids. Its words are made when it is sent, in the recipient's language then, by the
//! room that queued it: a [`Writer`]. Nothing that somebody wrote for one person goes into a mail, for it leaves the house.

mod letter;
mod model;
mod post;
mod routes;
mod smtp;
mod worker;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use strum::{EnumIter, EnumString, IntoStaticStr};
use tokio::sync::Notify;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::accounts::Person;
use crate::config::Config;
use crate::http::problem::Problem;
use crate::site::Site;

pub use letter::{Button, Letter, one_line};
pub use model::{NewMail, queue};
pub use smtp::Smtp;
pub use worker::work;

pub fn routes(api: &mut ServiceConfig) {
    api.service(routes::settings).service(routes::change);
}

/// What mails are about; each can be turned off by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// What became of work that was handed in.
    Feedback,
}

/// Knows the words for one kind of mail.
#[async_trait]
pub trait Writer: Send + Sync {
    fn kind(&self) -> Kind;

    /// The mail that was queued with this body. None where there is nothing to be said any more.
    async fn write(&self, site: &Site, to: &Person, body: &Value) -> Result<Option<Letter>, Problem>;
}

/// The mail of this process, for who queues it; cheap to clone, and to take into a transaction.
#[derive(Debug, Clone)]
pub struct Mail {
    sends: bool,
    /// There is something to send.
    wake: Arc<Notify>,
}

impl Mail {
    pub fn new(config: &Config) -> Self {
        Self { sends: config.smtp.is_some(), wake: Arc::default() }
    }

    /// Whether this site sends mail.
    pub fn sends(&self) -> bool {
        self.sends
    }

    /// Something was queued: to be called after the commit. Who misses it looks by themselves, a little later.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}
