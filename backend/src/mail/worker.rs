//! Sends what waits, for as long as the site runs.
//!
//! A mail is taken with a lease, sent, and marked as sent. Only who dies between the server's word and that mark leaves
//! one behind that is sent once more, under the same Message-ID.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::sleep;

use super::model::{self, MailRow};
use super::post::{Post, Refusal};
use super::{Kind, Letter, Writer};
use crate::accounts::{self, Person};
use crate::db::types::Ts;
use crate::http::problem::Problem;
use crate::site::Site;

/// Another process may have queued something, or a mail may be due again.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// Longer than any sending takes ([`super::post::LONGEST_SENDING`]).
const LEASE: TimeDelta = TimeDelta::minutes(3);
/// While the server takes nothing at all, some mail is tried so often, in seconds.
const LONGEST_PAUSE: u64 = 60;
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(4);
/// What could not be sent for so long is given up.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(2);

struct Done {
    /// What came of it, as the metric says it.
    outcome: &'static str,
    /// The server takes nothing at all.
    shut: bool,
}

impl Done {
    fn with(outcome: &'static str) -> Self {
        Self { outcome, shut: false }
    }
}

/// Sends mails until the process ends.
pub async fn work(site: Site, writers: Vec<Box<dyn Writer>>) {
    let Some(smtp) = &site.config.smtp else {
        tracing::info!("no mail is sent: there is no smtp_url");
        return;
    };
    let post = Post::new(smtp, &site.config);
    let mut pause = 1;
    loop {
        match next(&site, &post, &writers).await {
            Ok(Some(Done { shut: false, .. })) => pause = 1,
            Ok(Some(_)) => {
                sleep(Duration::from_secs(pause)).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Ok(None) => _ = tokio::time::timeout(LOOK_EVERY, site.mail.wake.notified()).await,
            Err(problem) => {
                tracing::warn!(%problem, "mails wait to be sent");
                sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// Sends the next one; nothing where none is due.
async fn next(site: &Site, post: &Post, writers: &[Box<dyn Writer>]) -> Result<Option<Done>, Problem> {
    // Those of a newer version are left to it.
    let kinds: Vec<Kind> = writers.iter().map(|writer| writer.kind()).collect();
    let taken = site.db.write(move |tx| Ok::<_, Problem>(model::take(tx, &kinds, Ts::now(), LEASE)?)).await?;
    let Some(row) = taken else { return Ok(None) };
    let done = match written(site, writers, &row).await {
        Ok(Some((to, letter))) => send(site, post, row, &to, &letter).await?,
        Ok(None) => give_up(site, row, "not wanted any more", "dropped").await?,
        Err(problem) => {
            tracing::warn!(%problem, mail = %row.id, "a mail could not be written; trying again");
            put_off(site, row, &problem.to_string()).await?
        }
    };
    metrics::counter!("tenarai_mails_total", "outcome" => done.outcome).increment(1);
    Ok(Some(done))
}

/// To whom it goes and what it says; nothing where it is not to be sent any more.
async fn written(site: &Site, writers: &[Box<dyn Writer>], row: &MailRow) -> Result<Option<(Person, Letter)>, Problem> {
    let Some(writer) = row.kind().and_then(|kind| writers.iter().find(|writer| writer.kind() == kind)) else {
        return Ok(None);
    };
    let (user, kind) = (row.user_id, writer.kind());
    let (person, refused) = site
        .db
        .read(move |db| Ok::<_, Problem>((accounts::load_person(db, user)?, model::refuses(db, user, kind)?)))
        .await?;
    if person.disabled || refused {
        return Ok(None);
    }
    let letter = writer.write(site, &person, &row.body.0).await?;
    Ok(letter.map(|letter| (person, letter)))
}

async fn send(site: &Site, post: &Post, row: MailRow, to: &Person, letter: &Letter) -> Result<Done, Problem> {
    match post.send(&row, to, letter).await {
        Ok(()) => {
            mark_sent(site, &row).await;
            Ok(Done::with("sent"))
        }
        Err(Refusal::ForEver(error)) => {
            tracing::warn!(mail = %row.id, "the mail server refuses a mail; the outbox says why");
            give_up(site, row, &error, "failed").await
        }
        Err(Refusal::ForNow(error)) => put_off(site, row, &error).await,
        Err(Refusal::OfAll(error)) => {
            tracing::warn!(%error, "the mail server takes no mail; trying again");
            put_off(site, row, &error).await.map(|done| Done { shut: true, ..done })
        }
    }
}

/// As often as it takes: what is not marked would be sent once more.
async fn mark_sent(site: &Site, row: &MailRow) {
    let id = row.id;
    while let Err(problem) = site.db.write(move |tx| Ok::<_, Problem>(model::sent(tx, id)?)).await {
        tracing::warn!(%problem, mail = %id, "a mail was sent, which cannot be written down yet");
        sleep(Duration::from_secs(1)).await;
    }
}

async fn give_up(site: &Site, row: MailRow, why: &str, outcome: &'static str) -> Result<Done, Problem> {
    let why = why.to_owned();
    site.db.write(move |tx| Ok::<_, Problem>(model::failed(tx, &row, &why)?)).await?;
    Ok(Done::with(outcome))
}

async fn put_off(site: &Site, row: MailRow, why: &str) -> Result<Done, Problem> {
    let now = Ts::now();
    if now - row.created_at > GIVEN_UP_AFTER {
        tracing::warn!(mail = %row.id, "a mail could not be sent for two days and is given up");
        return give_up(site, row, why, "failed").await;
    }
    let (why, until) = (why.to_owned(), now + wait_after(row.tries));
    site.db.write(move |tx| Ok::<_, Problem>(model::put_off(tx, &row, until, &why)?)).await?;
    Ok(Done::with("put_off"))
}

/// Half a minute, one, two, four, up to four hours.
fn wait_after(tries: i64) -> TimeDelta {
    let doubled = u32::try_from(tries - 1).ok().and_then(|times| 2_i32.checked_pow(times));
    doubled.and_then(|times| FIRST_WAIT.checked_mul(times)).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_as_long_up_to_four_hours() {
        let minutes: Vec<f64> = (1..=4).map(|tries| wait_after(tries).num_seconds() as f64 / 60.0).collect();
        assert_eq!(minutes, [0.5, 1.0, 2.0, 4.0]);
        assert_eq!((wait_after(12), wait_after(500)), (LONGEST_WAIT, LONGEST_WAIT));
    }
}
