//! Rows of sessions and their queries.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::db::AnyConnection;
use crate::db::schema::sessions;
use crate::db::types::{SessionId, Ts, UserId};

/// A session that is not used for so long must sign in again.
pub const LIFETIME: TimeDelta = TimeDelta::days(30);
/// Tabs that refresh at the same moment send the same secret; that is no theft.
const REUSE_GRACE: TimeDelta = TimeDelta::seconds(30);

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub user_agent: String,
    pub address: String,
    pub created_at: Ts,
    pub last_seen_at: Ts,
    pub expires_at: Ts,
    pub ended_at: Option<Ts>,
}

impl Session {
    pub fn lives(&self, now: Ts) -> bool {
        self.ended_at.is_none() && self.expires_at > now
    }
}

/// The secret in the refresh cookie, of which only the hash is stored. It names its session, so that one that was
/// replaced long ago, which is in no table any more, still ends it.
pub struct RefreshSecret {
    pub text: String,
    hash: Vec<u8>,
}

impl RefreshSecret {
    fn random(session: SessionId) -> Self {
        let random = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        Self::from_cookie(format!("{session}.{random}"))
    }

    /// The session it says it belongs to.
    pub fn session(&self) -> Option<SessionId> {
        Some(SessionId(self.text.split_once('.')?.0.parse().ok()?))
    }

    pub fn from_cookie(text: String) -> Self {
        let hash = Sha256::digest(text.as_bytes()).to_vec();
        Self { text, hash }
    }
}

pub fn start(
    tx: &mut AnyConnection,
    user: UserId,
    user_agent: &str,
    address: &str,
) -> QueryResult<(Session, RefreshSecret)> {
    let now = Ts::now();
    let session = Session {
        id: SessionId::new(),
        user_id: user,
        user_agent: user_agent.chars().take(300).collect(),
        address: address.to_owned(),
        created_at: now,
        last_seen_at: now,
        expires_at: now + LIFETIME,
        ended_at: None,
    };
    let secret = RefreshSecret::random(session.id);
    diesel::insert_into(sessions::table)
        .values((&session, sessions::refresh_hash.eq(&secret.hash), sessions::rotated_at.eq(now)))
        .execute(tx)?;
    Ok((session, secret))
}

/// What a refresh secret turned out to be.
pub enum Refreshed {
    /// Good; `next` replaces it, unless another tab has just done that.
    Goes {
        session: Session,
        next: Option<RefreshSecret>,
    },
    /// Used after its successor was: somebody has a copy. The session was ended.
    Reused(Session),
    Unknown,
}

pub fn refresh(tx: &mut AnyConnection, secret: &RefreshSecret) -> QueryResult<Refreshed> {
    let now = Ts::now();
    let found: Option<(Session, Vec<u8>, Ts)> = sessions::table
        .filter(sessions::refresh_hash.eq(&secret.hash).or(sessions::previous_refresh_hash.eq(&secret.hash)))
        .select((Session::as_select(), sessions::refresh_hash, sessions::rotated_at))
        .first(tx)
        .optional()?;
    let Some((session, current, rotated_at)) = found else { return outdated(tx, secret, now) };
    if !session.lives(now) {
        return Ok(Refreshed::Unknown);
    }
    // The one before: another tab was faster, or the answer with its successor never arrived. That successor, which
    // nobody has used, is replaced; should somebody have it after all, they are found out when they use it.
    if current != secret.hash && now - rotated_at <= REUSE_GRACE {
        return Ok(Refreshed::Goes { session, next: None });
    }
    let next = RefreshSecret::random(session.id);
    // Where two requests race for the same secret, one changes the row and the other is within the grace.
    let changed = diesel::update(sessions::table.find(session.id).filter(sessions::refresh_hash.eq(&current)))
        .set((
            sessions::refresh_hash.eq(&next.hash),
            sessions::previous_refresh_hash.eq(&secret.hash),
            sessions::rotated_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(now + LIFETIME),
        ))
        .execute(tx)?;
    Ok(Refreshed::Goes { session, next: (changed == 1).then_some(next) })
}

/// Ends the sessions of these secrets, as far as they live.
pub fn leave(tx: &mut AnyConnection, secrets: &[RefreshSecret]) -> QueryResult<Vec<Session>> {
    let mut left = Vec::new();
    for secret in secrets {
        let found: Option<Session> = sessions::table
            .filter(sessions::refresh_hash.eq(&secret.hash))
            .select(Session::as_select())
            .first(tx)
            .optional()?;
        if let Some(session) = found.filter(|session| session.lives(Ts::now())) {
            end(tx, session.id, "signed_in_anew")?;
            left.push(session);
        }
    }
    Ok(left)
}

/// No secret of today: one that was replaced more than once, or made up by somebody who knows the session's name.
fn outdated(tx: &mut AnyConnection, secret: &RefreshSecret, now: Ts) -> QueryResult<Refreshed> {
    let Some(id) = secret.session() else { return Ok(Refreshed::Unknown) };
    match find(tx, id)?.filter(|session| session.lives(now)) {
        Some(session) => {
            end(tx, id, "refresh_reused")?;
            Ok(Refreshed::Reused(session))
        }
        None => Ok(Refreshed::Unknown),
    }
}

pub fn find(db: &mut AnyConnection, id: SessionId) -> QueryResult<Option<Session>> {
    sessions::table.find(id).select(Session::as_select()).first(db).optional()
}

pub fn living(db: &mut AnyConnection, user: UserId) -> QueryResult<Vec<Session>> {
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(Ts::now()))
        .order(sessions::created_at.desc())
        .select(Session::as_select())
        .load(db)
}

/// Ends one session; whether it was still going.
pub fn end(tx: &mut AnyConnection, id: SessionId, reason: &str) -> QueryResult<bool> {
    diesel::update(sessions::table.find(id).filter(sessions::ended_at.is_null()))
        .set((sessions::ended_at.eq(Ts::now()), sessions::end_reason.eq(reason)))
        .execute(tx)
        .map(|ended| ended > 0)
}

/// Ends all sessions of a user but `keep`, and names them.
pub fn end_all(
    tx: &mut AnyConnection,
    user: UserId,
    keep: Option<SessionId>,
    reason: &str,
) -> QueryResult<Vec<SessionId>> {
    let ending: Vec<SessionId> =
        living(tx, user)?.into_iter().map(|session| session.id).filter(|id| Some(*id) != keep).collect();
    for &id in &ending {
        end(tx, id, reason)?;
    }
    Ok(ending)
}

/// Deletes what has been over for longer than that; how many.
pub fn delete_over_before(tx: &mut AnyConnection, time: Ts) -> QueryResult<usize> {
    // A session that ran out has no end of its own.
    let over = sessions::ended_at.lt(time).or(sessions::expires_at.lt(time).nullable());
    diesel::delete(sessions::table.filter(over)).execute(tx)
}

pub fn ended_since(db: &mut AnyConnection, since: Ts) -> QueryResult<Vec<(SessionId, UserId)>> {
    sessions::table.filter(sessions::ended_at.gt(since)).select((sessions::id, sessions::user_id)).load(db)
}
