//! Mails that wait or are done, and their queries.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::Value;

use super::{Kind, Mail};
use crate::db::schema::{mail_refusals, outbox};
use crate::db::types::{Json, OutboxId, Ts, UserId};
use crate::db::{AnyConnection, Both};

/// So many are looked at to find one that nobody else takes at the same moment.
const CANDIDATES: i64 = 8;
/// More of what a server said helps nobody.
const LONGEST_ERROR: usize = 500;

/// A mail to be queued.
#[derive(Debug)]
pub struct NewMail {
    /// What it is about, in a word: there is one mail of it, however often it is queued.
    pub key: String,
    pub to: UserId,
    pub kind: Kind,
    /// What its writer needs to know; ids only.
    pub body: Value,
    pub not_before: Ts,
}

/// Queues a mail, to be sent once the transaction is committed. Not where the site sends none, or they want none of this
/// kind.
pub fn queue(tx: &mut AnyConnection, mail: &Mail, new: NewMail) -> QueryResult<()> {
    if !mail.sends() || refuses(tx, new.to, new.kind)? {
        return Ok(());
    }
    let kind: &str = new.kind.into();
    let row = (
        outbox::key.eq(new.key),
        outbox::user_id.eq(new.to),
        outbox::kind.eq(kind),
        outbox::body.eq(Json(new.body)),
        outbox::created_at.eq(Ts::now()),
        outbox::not_before.eq(new.not_before),
        outbox::tries.eq(0),
    );
    Both(diesel::insert_into(outbox::table).values(row).on_conflict_do_nothing()).execute(tx).map(drop)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct MailRow {
    pub id: OutboxId,
    pub user_id: UserId,
    kind: String,
    pub body: Json<Value>,
    pub created_at: Ts,
    /// This one included.
    pub tries: i64,
}

impl MailRow {
    pub fn kind(&self) -> Option<Kind> {
        self.kind.parse().ok()
    }
}

/// Takes the mail of these kinds that waits longest and that nobody has, or whose holder is not heard of any more.
pub fn take(tx: &mut AnyConnection, kinds: &[Kind], now: Ts, lease: TimeDelta) -> QueryResult<Option<MailRow>> {
    let kinds: Vec<&str> = kinds.iter().map(Into::into).collect();
    let forsaken = outbox::lease_until.lt(now).assume_not_null();
    let found = outbox::table
        .filter(outbox::sent_at.is_null())
        .filter(outbox::failed_at.is_null())
        .filter(outbox::not_before.le(now))
        .filter(outbox::kind.eq_any(kinds))
        .filter(outbox::lease_until.is_null().or(forsaken))
        .order((outbox::not_before, outbox::id))
        .limit(CANDIDATES)
        .select(MailRow::as_select())
        .load::<MailRow>(tx)?;
    for row in found {
        // Another process may have seen it at the same moment: one of them has it.
        let as_seen =
            open(row.id).filter(outbox::tries.eq(row.tries)).filter(outbox::lease_until.is_null().or(forsaken));
        let mine = (outbox::tries.eq(row.tries + 1), outbox::lease_until.eq(now + lease));
        if diesel::update(as_seen).set(mine).execute(tx)? > 0 {
            return Ok(Some(MailRow { tries: row.tries + 1, ..row }));
        }
    }
    Ok(None)
}

#[diesel::dsl::auto_type]
fn open(id: OutboxId) -> _ {
    outbox::table.filter(outbox::id.eq(id)).filter(outbox::sent_at.is_null()).filter(outbox::failed_at.is_null())
}

/// It was taken by the mail server: whoever else has it by now need not send it.
pub fn sent(tx: &mut AnyConnection, id: OutboxId) -> QueryResult<usize> {
    diesel::update(open(id)).set((outbox::sent_at.eq(Ts::now()), outbox::lease_until.eq(None::<Ts>))).execute(tx)
}

/// It will never be sent.
pub fn failed(tx: &mut AnyConnection, row: &MailRow, error: &str) -> QueryResult<usize> {
    diesel::update(open(row.id).filter(outbox::tries.eq(row.tries)))
        .set((
            outbox::failed_at.eq(Ts::now()),
            outbox::lease_until.eq(None::<Ts>),
            outbox::last_error.eq(shortened(error)),
        ))
        .execute(tx)
}

/// It is tried again then; nothing where somebody else has it by now.
pub fn put_off(tx: &mut AnyConnection, row: &MailRow, until: Ts, error: &str) -> QueryResult<usize> {
    diesel::update(open(row.id).filter(outbox::tries.eq(row.tries)))
        .set((
            outbox::not_before.eq(until),
            outbox::lease_until.eq(None::<Ts>),
            outbox::last_error.eq(shortened(error)),
        ))
        .execute(tx)
}

fn shortened(error: &str) -> String {
    // PostgreSQL takes no NUL, and a server may say anything.
    error.chars().filter(|&letter| letter != '\0').take(LONGEST_ERROR).collect()
}

/// Whether this person wants no mails of this kind.
pub fn refuses(db: &mut AnyConnection, user: UserId, kind: Kind) -> QueryResult<bool> {
    let kind: &str = kind.into();
    diesel::select(diesel::dsl::exists(mail_refusals::table.find((user, kind)))).get_result(db)
}

/// Turns mails of a kind on or off.
pub fn set_wanted(tx: &mut AnyConnection, user: UserId, kind: Kind, wanted: bool) -> QueryResult<()> {
    let kind: &str = kind.into();
    if wanted {
        return diesel::delete(mail_refusals::table.find((user, kind))).execute(tx).map(drop);
    }
    let row = (mail_refusals::user_id.eq(user), mail_refusals::kind.eq(kind));
    Both(diesel::insert_into(mail_refusals::table).values(row).on_conflict_do_nothing()).execute(tx).map(drop)
}
