//! The signing keys: made here, published in the JWKS, rotated without a gap.
//!
//! They live in the database so that all processes agree. A new key is published at once but signs only after
//! every verifier has had time to fetch it; an old one stays published until its last token has expired.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use crate::db::schema::signing_keys;
use crate::db::types::Ts;
use crate::db::{self, AnyConnection, Db};

/// How long verifiers may keep the JWKS; a new key waits twice as long before it signs.
pub const JWKS_MAX_AGE: Duration = Duration::from_secs(300);
/// A token may be signed by a key that another process made since ours were read; strangers may send any number of
/// tokens with keys that nobody has.
const LOOK_AT_MOST_EVERY: Duration = Duration::from_secs(5);
/// Longer than any token lives.
const RETIREMENT: TimeDelta = TimeDelta::hours(25);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct Row {
    kid: String,
    private_der: Vec<u8>,
    public_x: Vec<u8>,
    created_at: Ts,
    signs_from: Ts,
    retires_at: Option<Ts>,
}

struct Key {
    kid: String,
    public_x: Vec<u8>,
    signs_from: Ts,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// The keys this process knows.
#[derive(Clone)]
pub struct Keys {
    issuer: Arc<str>,
    ring: Arc<RwLock<Arc<Vec<Key>>>>,
    looks: Arc<Mutex<Looks>>,
}

/// RFC 8037 public key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwk {
    #[schema(example = "OKP")]
    pub kty: &'static str,
    #[schema(example = "Ed25519")]
    pub crv: &'static str,
    pub alg: &'static str,
    #[serde(rename = "use")]
    pub usage: &'static str,
    pub kid: String,
    /// The public key, base64url.
    pub x: String,
}

/// When the database was last looked into for an unknown key.
#[derive(Default)]
struct Looks {
    last: Option<Instant>,
}

impl Looks {
    /// Whether it may be looked into now; then that is the last time.
    fn may(&mut self, now: Instant) -> bool {
        let may = self.last.is_none_or(|last| now.duration_since(last) >= LOOK_AT_MOST_EVERY);
        if may {
            self.last = Some(now);
        }
        may
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the token does not verify")]
    Invalid(#[from] jsonwebtoken::errors::Error),
    #[error("no key to sign with")]
    NoKey,
}

impl Keys {
    /// Reads the keys, and makes the first one where there is none.
    pub async fn load(db: &Db, issuer: &str) -> Result<Self, db::Error> {
        let keys = Self { issuer: issuer.into(), ring: Arc::default(), looks: Arc::default() };
        db.write(|tx| {
            take_turn(tx)?;
            let any = signing_keys::table.count().get_result::<i64>(tx)? > 0;
            if any { Ok(()) } else { insert(tx, Ts::now()) }
        })
        .await?;
        keys.reload(db).await?;
        Ok(keys)
    }

    pub async fn reload(&self, db: &Db) -> Result<(), db::Error> {
        let rows: Vec<Row> = db
            .read(|connection| {
                let now = Ts::now();
                signing_keys::table
                    .filter(signing_keys::retires_at.is_null().or(signing_keys::retires_at.gt(now)))
                    .order(signing_keys::signs_from.desc())
                    .select(Row::as_select())
                    .load(connection)
                    .map_err(db::Error::from)
            })
            .await?;
        let ring = rows
            .into_iter()
            .map(|row| Key {
                encoding: EncodingKey::from_ed_der(&row.private_der),
                decoding: DecodingKey::from_ed_der(&row.public_x),
                kid: row.kid,
                public_x: row.public_x,
                signs_from: row.signs_from,
            })
            .collect();
        *self.ring.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(ring);
        Ok(())
    }

    /// Runs `verify`; where it knows no key for a token, once more with the keys the database has by now.
    pub async fn with_latest<T>(&self, db: &Db, verify: impl Fn() -> Result<T, TokenError>) -> Result<T, TokenError> {
        let first = verify();
        if !matches!(first, Err(TokenError::NoKey)) {
            return first;
        }
        // Held over the look: whoever comes meanwhile waits for what it finds.
        let mut looks = self.looks.lock().await;
        if looks.may(Instant::now())
            && let Err(error) = self.reload(db).await
        {
            tracing::warn!(%error, "cannot look for the key of a token");
        }
        drop(looks);
        verify()
    }

    fn ring(&self) -> Arc<Vec<Key>> {
        Arc::clone(&self.ring.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub fn sign<C: Serialize>(&self, claims: &C) -> Result<String, TokenError> {
        let ring = self.ring();
        let now = Ts::now();
        let key = ring.iter().find(|key| key.signs_from <= now).or_else(|| ring.last()).ok_or(TokenError::NoKey)?;
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        Ok(jsonwebtoken::encode(&header, claims, &key.encoding)?)
    }

    /// Checks signature, issuer, audience and expiry.
    pub fn verify<C: DeserializeOwned + Clone>(&self, token: &str, audience: &str) -> Result<C, TokenError> {
        let header = jsonwebtoken::decode_header(token)?;
        let ring = self.ring();
        let key = ring.iter().find(|key| Some(&key.kid) == header.kid.as_ref()).ok_or(TokenError::NoKey)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[audience]);
        validation.set_issuer(&[&*self.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        validation.leeway = 5;
        Ok(jsonwebtoken::decode::<C>(token, &key.decoding, &validation)?.claims)
    }

    pub fn jwks(&self) -> Vec<Jwk> {
        self.ring()
            .iter()
            .map(|key| Jwk {
                kty: "OKP",
                crv: "Ed25519",
                alg: "EdDSA",
                usage: "sig",
                kid: key.kid.clone(),
                x: BASE64_URL_SAFE_NO_PAD.encode(&key.public_x),
            })
            .collect()
    }
}

/// A new key; it signs once every verifier can know it, and the ones before it retire after their tokens.
pub async fn rotate(db: &Db) -> Result<(), db::Error> {
    db.write(|tx| {
        take_turn(tx)?;
        let signs_from = Ts::now() + TimeDelta::from_std(JWKS_MAX_AGE * 2).unwrap_or(RETIREMENT);
        diesel::update(signing_keys::table.filter(signing_keys::retires_at.is_null()))
            .set(signing_keys::retires_at.eq(signs_from + RETIREMENT))
            .execute(tx)?;
        diesel::delete(signing_keys::table.filter(signing_keys::retires_at.lt(Ts::now()))).execute(tx)?;
        insert(tx, signs_from)
    })
    .await
}

/// Of two processes that want a new key, the second finds the first one's. Readers do not wait; SQLite has one writer.
fn take_turn(tx: &mut AnyConnection) -> Result<(), db::Error> {
    match tx {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(tx) => Ok(tx.batch_execute("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE")?),
    }
}

fn insert(tx: &mut AnyConnection, signs_from: Ts) -> Result<(), db::Error> {
    let document = Ed25519KeyPair::generate()
        .and_then(|pair| Ok((pair.to_pkcs8v1()?.as_ref().to_vec(), pair.public_key().as_ref().to_vec())))
        .map_err(|_| db::Error::Unavailable("the system has no random numbers".into()))?;
    diesel::insert_into(signing_keys::table)
        .values(Row {
            kid: uuid::Uuid::now_v7().to_string(),
            private_der: document.0,
            public_x: document.1,
            created_at: Ts::now(),
            signs_from,
            retires_at: None,
        })
        .execute(tx)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_with_unknown_keys_do_not_keep_the_database_busy() {
        let (mut looks, start) = (Looks::default(), Instant::now());
        let may: Vec<bool> =
            [0, 1, 4, 5, 6, 9, 10].map(|seconds| looks.may(start + Duration::from_secs(seconds))).into();
        assert_eq!(may, [true, false, false, true, false, false, true]);
    }
}
