//! Column types that mean the same on both databases.

use std::fmt;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Jsonb, Text, Timestamptz};
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::connection::{MultiBackend, MultiRawValue};

/// The SQL types behind them: native on PostgreSQL, STRICT-friendly on SQLite.
pub mod sql {
    use diesel::query_builder::QueryId;
    use diesel::sql_types::SqlType;

    /// `timestamptz`, or microseconds since 1970 in an `INTEGER`.
    #[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
    #[diesel(sqlite_type(name = "Long"), postgres_type(oid = 1184, array_oid = 1185))]
    pub struct Moment;

    /// `uuid`, or its 16 bytes in a `BLOB`.
    #[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
    #[diesel(sqlite_type(name = "Binary"), postgres_type(oid = 2950, array_oid = 2951))]
    pub struct Guid;

    /// `jsonb`, or checked JSON in a `TEXT`.
    #[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
    #[diesel(sqlite_type(name = "Text"), postgres_type(oid = 3802, array_oid = 3807))]
    pub struct Document;
}
use sql::{Document, Guid, Moment};

macro_rules! on_both {
    ($sql:ty, [$($generics:tt)*], $rust:ty) => {
        impl<$($generics)*> FromSql<$sql, MultiBackend> for $rust
        where
            Self: FromSql<$sql, Sqlite> + FromSql<$sql, Pg>,
        {
            fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<Self, $sql>()
            }
        }
        impl<$($generics)*> ToSql<$sql, MultiBackend> for $rust
        where
            Self: fmt::Debug + ToSql<$sql, Sqlite> + ToSql<$sql, Pg>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((<$sql>::default(), self));
                Ok(IsNull::No)
            }
        }
    };
}

macro_rules! sql_type_on_both {
    ($($sql:ty),*) => {$(
        impl diesel::sql_types::HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }
    )*};
}
sql_type_on_both!(Moment, Guid, Document);

/// A moment in UTC, cut to the microseconds both databases keep.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize, ToSchema,
)]
#[diesel(sql_type = Moment)]
#[serde(from = "DateTime<Utc>")]
#[schema(value_type = String, format = DateTime)]
pub struct Ts(DateTime<Utc>);

impl Ts {
    /// Before everything.
    pub const FIRST: Self = Self(DateTime::UNIX_EPOCH);

    pub fn now() -> Self {
        Utc::now().into()
    }

    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// Whole seconds since 1970, as tokens carry them.
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    pub fn as_utc(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for Ts {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at))
    }
}

impl fmt::Debug for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.to_rfc3339())
    }
}

impl std::ops::Add<TimeDelta> for Ts {
    type Output = Self;
    fn add(self, by: TimeDelta) -> Self {
        Self(self.0 + by)
    }
}

impl std::ops::Sub<TimeDelta> for Ts {
    type Output = Self;
    fn sub(self, by: TimeDelta) -> Self {
        Self(self.0 - by)
    }
}

impl std::ops::Sub for Ts {
    type Output = TimeDelta;
    fn sub(self, other: Self) -> TimeDelta {
        self.0 - other.0
    }
}

impl FromSql<Moment, Sqlite> for Ts {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
        let at = DateTime::from_timestamp_micros(micros).ok_or("time out of range")?;
        Ok(Self(at))
    }
}
impl FromSql<Moment, Pg> for Ts {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<Timestamptz, Pg>>::from_sql(value).map(Self)
    }
}
impl ToSql<Moment, Sqlite> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.micros());
        Ok(IsNull::No)
    }
}
impl ToSql<Moment, Pg> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <DateTime<Utc> as ToSql<Timestamptz, Pg>>::to_sql(&self.0, &mut out.reborrow())
    }
}
on_both!(Moment, [], Ts);

/// Any serialisable value in one column.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Document)]
pub struct Json<T: fmt::Debug>(pub T);

impl<T: fmt::Debug + DeserializeOwned> FromSql<Document, Sqlite> for Json<T> {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}
impl<T: fmt::Debug + DeserializeOwned> FromSql<Document, Pg> for Json<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let json = <serde_json::Value as FromSql<Jsonb, Pg>>::from_sql(value)?;
        Ok(Self(serde_json::from_value(json)?))
    }
}
impl<T: fmt::Debug + Serialize> ToSql<Document, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}
impl<T: fmt::Debug + Serialize> ToSql<Document, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let json = serde_json::to_value(&self.0)?;
        <serde_json::Value as ToSql<Jsonb, Pg>>::to_sql(&json, &mut out.reborrow())
    }
}
on_both!(Document, [T: fmt::Debug + Send + Sync + 'static], Json<T>);

macro_rules! guids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            AsExpression, FromSqlRow, Serialize, Deserialize, ToSchema,
        )]
        #[diesel(sql_type = Guid)]
        #[schema(value_type = Uuid)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id that sorts by time.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromSql<Guid, Sqlite> for $name {
            fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
                Ok(Self(Uuid::from_slice(&bytes)?))
            }
        }
        impl FromSql<Guid, Pg> for $name {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                <Uuid as FromSql<diesel::sql_types::Uuid, Pg>>::from_sql(value).map(Self)
            }
        }
        impl ToSql<Guid, Sqlite> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.0.as_bytes().as_slice());
                Ok(IsNull::No)
            }
        }
        impl ToSql<Guid, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <Uuid as ToSql<diesel::sql_types::Uuid, Pg>>::to_sql(&self.0, &mut out.reborrow())
            }
        }
        on_both!(Guid, [], $name);
    )*};
}
guids! {
    /// One sign-in of one browser (`sid` in tokens).
    SessionId;
    /// An event; made by whoever reports it, so that reporting twice is harmless.
    EventId;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            diesel_derive_newtype::DieselNewType, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}
ids! {
    OrganisationId;
    DepartmentId;
    UserId;
    CourseId;
    PublicationId;
    SectionId;
    ChapterId;
    ChapterVersionId;
    CohortId;
    AttemptId;
    SubmissionId;
    CheckRunId;
    DecisionId;
    SnippetId;
    NotificationId;
    OutboxId;
}
