//! Mails, through a real SMTP server of the story's own.

mod choice;
mod letter;
mod trouble;

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use tenarai::db::schema::outbox;
use tenarai::db::types::Ts;

use crate::support::{TestSite, within};

const PATIENCE: Duration = Duration::from_secs(30);

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct Row {
    tries: i64,
    sent_at: Option<Ts>,
    failed_at: Option<Ts>,
    last_error: Option<String>,
}

async fn rows(site: &TestSite) -> Vec<Row> {
    site.write(|tx| outbox::table.order(outbox::id).select(Row::as_select()).load(tx)).await
}

/// Waits until the one mail there is looks like this.
async fn becomes(site: &TestSite, what: &'static str, looks: impl Fn(&Row) -> bool) -> Row {
    within(PATIENCE, what, async || rows(site).await.into_iter().find(|row| looks(row))).await
}

/// Time passes, as far as mails that wait can tell.
async fn time_passes(site: &TestSite) {
    site.write(|tx| {
        let past = Ts::now() - TimeDelta::hours(1);
        diesel::update(outbox::table).set(outbox::not_before.eq(past)).execute(tx)?;
        diesel::update(outbox::table.filter(outbox::lease_until.is_not_null()))
            .set(outbox::lease_until.eq(past))
            .execute(tx)
    })
    .await;
    site.site.mail.wake();
}
