//! Notices and their queries.

use diesel::prelude::*;
use serde_json::Value;

use crate::db::AnyConnection;
use crate::db::schema::notifications;
use crate::db::types::{Json, NotificationId, Ts, UserId};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub struct NoticeRow {
    pub id: NotificationId,
    pub kind: String,
    pub subject: Json<Value>,
    pub created_at: Ts,
    pub seen_at: Option<Ts>,
}

pub fn insert(tx: &mut AnyConnection, user: UserId, kind: &str, subject: Value, at: Ts) -> QueryResult<NotificationId> {
    let row = (
        notifications::user_id.eq(user),
        notifications::kind.eq(kind),
        notifications::subject.eq(Json(subject)),
        notifications::created_at.eq(at),
    );
    diesel::insert_into(notifications::table).values(row).returning(notifications::id).get_result(tx)
}

/// Newest first, before `before` where that is told.
pub fn page(
    db: &mut AnyConnection,
    user: UserId,
    before: Option<NotificationId>,
    limit: i64,
) -> QueryResult<Vec<NoticeRow>> {
    notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::id.lt(before.unwrap_or(NotificationId(i64::MAX))))
        .order(notifications::id.desc())
        .limit(limit)
        .select(NoticeRow::as_select())
        .load(db)
}

pub fn unseen(db: &mut AnyConnection, user: UserId) -> QueryResult<i64> {
    notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::seen_at.is_null())
        .count()
        .get_result(db)
}

pub fn latest(db: &mut AnyConnection, user: UserId) -> QueryResult<Option<NotificationId>> {
    notifications::table
        .filter(notifications::user_id.eq(user))
        .order(notifications::id.desc())
        .select(notifications::id)
        .first(db)
        .optional()
}

/// They have seen all up to this one; how many of those were new.
pub fn see_up_to(tx: &mut AnyConnection, user: UserId, last: NotificationId) -> QueryResult<usize> {
    let unseen = notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::id.le(last))
        .filter(notifications::seen_at.is_null());
    diesel::update(unseen).set(notifications::seen_at.eq(Ts::now())).execute(tx)
}

/// They have seen this one. None where it is not theirs, or is not there.
pub fn see(tx: &mut AnyConnection, user: UserId, id: NotificationId) -> QueryResult<Option<usize>> {
    let mine = notifications::table.filter(notifications::id.eq(id)).filter(notifications::user_id.eq(user));
    if !diesel::select(diesel::dsl::exists(mine)).get_result::<bool>(tx)? {
        return Ok(None);
    }
    let unseen = mine.filter(notifications::seen_at.is_null());
    diesel::update(unseen).set(notifications::seen_at.eq(Ts::now())).execute(tx).map(Some)
}

/// Who was told of something since then.
pub fn since(db: &mut AnyConnection, at: Ts) -> QueryResult<Vec<(NotificationId, UserId)>> {
    notifications::table
        .filter(notifications::created_at.ge(at))
        .select((notifications::id, notifications::user_id))
        .load(db)
}
