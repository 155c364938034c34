//! Where mails go, as the settings say it.

use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use url::Url;

use crate::config::Settings;

/// Where mails go, and whom they are from.
#[derive(Debug, Clone)]
pub struct Smtp {
    server: AsyncSmtpTransportBuilder,
    pub from: Mailbox,
}

impl Smtp {
    pub fn server(&self) -> AsyncSmtpTransportBuilder {
        self.server.clone()
    }

    /// What the settings say, if they say it; what is wrong with it is added to the problems.
    pub fn check(settings: &Settings, problems: &mut Vec<String>) -> Option<Self> {
        let url = settings.smtp_url.as_ref()?;
        let server = smtp_server(url.expose()).map_err(|reason| problems.push(format!("smtp_url: {reason}"))).ok();
        let from = match settings.mail_from.as_deref().map(str::parse) {
            Some(Ok(from)) => Some(from),
            Some(Err(error)) => {
                problems.push(format!("mail_from: {error}"));
                None
            }
            None => {
                problems.push("mail_from: needed where smtp_url is set".to_owned());
                None
            }
        };
        Some(Self { server: server?, from: from? })
    }
}

/// What is wrong is said without the URL, which has a password in it.
fn smtp_server(url: &str) -> Result<AsyncSmtpTransportBuilder, String> {
    const EXPECTED: &str = "expected smtps://USER:PASSWORD@HOST, smtp://…?tls=required or smtp://HOST:PORT";
    let parsed = Url::parse(url).map_err(|_| EXPECTED)?;
    let host = parsed.host_str().unwrap_or_default();
    let here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let protected = parsed.scheme() == "smtps" || parsed.query() == Some("tls=required");
    if parsed.password().is_some() && !protected && !here {
        return Err("the password would be sent in the clear; use smtps:// or smtp://…?tls=required".to_owned());
    }
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| EXPECTED.to_owned())
}
