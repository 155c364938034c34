//! The mail server, and what its answers mean for a mail.

use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::PoolConfig;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::Url;

use super::letter::{Letter, Paper, one_line};
use super::model::MailRow;
use super::smtp::Smtp;
use crate::accounts::Person;
use crate::config::Config;

/// For each answer of the server.
const PATIENCE: Duration = Duration::from_secs(20);
/// For all of them together; a lease is longer.
pub const LONGEST_SENDING: Duration = Duration::from_secs(60);
const CONNECTIONS: u32 = 4;

pub struct Post {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    origin: String,
    site_name: String,
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// This mail will never be.
    #[error("{0}")]
    ForEver(String),
    /// Not now.
    #[error("{0}")]
    ForNow(String),
    /// It is not this mail: the server cannot be reached, or takes nothing from us.
    #[error("{0}")]
    OfAll(String),
}

impl Post {
    /// Must live inside the tokio runtime: its connections are looked after there.
    pub fn new(smtp: &Smtp, config: &Config) -> Self {
        let pool = PoolConfig::new().max_size(CONNECTIONS).idle_timeout(Duration::from_secs(30));
        let server = smtp.server().timeout(Some(PATIENCE)).pool_config(pool).build();
        let site_name = config.settings.site_name.clone();
        let mut from = smtp.from.clone();
        from.name.get_or_insert_with(|| one_line(&site_name));
        Self { server, from, origin: config.public_origin.clone(), site_name }
    }

    pub async fn send(&self, row: &MailRow, to: &Person, letter: &Letter) -> Result<(), Refusal> {
        let message = self.message(row, to, letter)?;
        match tokio::time::timeout(LONGEST_SENDING, self.server.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refusal(&error)),
            Err(_) => Err(Refusal::OfAll(format!("no answer within {} seconds", LONGEST_SENDING.as_secs()))),
        }
    }

    fn message(&self, row: &MailRow, to: &Person, letter: &Letter) -> Result<Message, Refusal> {
        let address: Address = to.email.parse().map_err(|error| Refusal::ForEver(format!("the address: {error}")))?;
        let paper = Paper { site_name: &self.site_name, origin: &self.origin, to };
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(one_line(&to.display_name)), address))
            .subject(letter.subject())
            .message_id(Some(self.message_id(row)))
            // So that no absence note answers (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(letter.text(&paper), letter.html(&paper)))
            .map_err(|error| Refusal::ForEver(error.to_string()))
    }

    /// The same however often it is sent: a mailbox that gets it twice can tell. The time keeps it apart from one of a
    /// database that was there before.
    fn message_id(&self, row: &MailRow) -> String {
        let host = Url::parse(&self.origin).ok().and_then(|url| url.host_str().map(str::to_owned));
        format!("<mail-{}.{}@{}>", row.id, row.created_at.micros(), host.as_deref().unwrap_or("localhost"))
    }
}

/// Whether our password is refused, or the connection: those are no fault of the mail. An operator sets them right, and
/// it is sent then.
fn refusal(error: &lettre::transport::smtp::Error) -> Refusal {
    let said = error.to_string();
    match error.status().map(u16::from) {
        None | Some(421 | 454 | 502 | 503 | 530 | 534 | 535 | 538) => Refusal::OfAll(said),
        Some(500..) => Refusal::ForEver(said),
        Some(_) => Refusal::ForNow(said),
    }
}
