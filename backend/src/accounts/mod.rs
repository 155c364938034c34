//! People: who they are, what they may do, their passwords. Tables: `users`, `role_grants`.

mod cli;
mod display_name;
mod model;
pub mod password;
pub mod problems;
mod routes;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::types::{CohortId, CourseId, OrganisationId, UserId};
use crate::db::{self, Db};
use crate::sessions;

pub use crate::locale::Locale;
pub use cli::{UserCommand, find, run as run_command};
pub use model::{
    AddError, Member, NewUser, Secret, Wanted, add, by_email, email_key, give, load_person, members, names, secret_of,
    touch,
};
pub use routes::routes;

/// Of an e-mail address, in characters, as RFC 5321 has it.
pub const LONGEST_EMAIL: usize = 320;

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
    clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Role {
    Trainee,
    Tutor,
    CorporateAdmin,
    Author,
    Operator,
}

/// How far a role reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Scope {
    Site,
    Organisation(i64),
    Department(i64),
    Cohort(i64),
    Course(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    pub role: Role,
    pub scope: Scope,
}

/// Somebody as every request needs to know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub email: String,
    pub display_name: String,
    pub locale: Locale,
    pub organisation: OrganisationId,
    pub organisation_slug: String,
    pub organisation_name: String,
    pub disabled: bool,
    pub grants: Vec<Grant>,
}

impl Person {
    pub fn has(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    pub fn is_operator(&self) -> bool {
        self.has(Role::Operator)
    }

    /// Corporate admin of that whole organisation.
    pub fn administers(&self, organisation: OrganisationId) -> bool {
        self.grants.contains(&Grant { role: Role::CorporateAdmin, scope: Scope::Organisation(organisation.0) })
    }

    pub fn tutors(&self) -> impl Iterator<Item = CohortId> {
        self.grants.iter().filter_map(|grant| match (grant.role, grant.scope) {
            (Role::Tutor, Scope::Cohort(id)) => Some(CohortId(id)),
            _ => None,
        })
    }

    /// The courses whose tutors they lead: all cohorts of these are theirs, too.
    pub fn leads(&self) -> impl Iterator<Item = CourseId> {
        self.grants.iter().filter_map(|grant| match (grant.role, grant.scope) {
            (Role::Tutor, Scope::Course(id)) => Some(CourseId(id)),
            _ => None,
        })
    }

    pub fn writes(&self, course: CourseId) -> bool {
        self.grants.contains(&Grant { role: Role::Author, scope: Scope::Course(course.0) })
    }

    /// The courses they are an author of.
    pub fn written(&self) -> impl Iterator<Item = CourseId> {
        self.grants.iter().filter_map(|grant| match (grant.role, grant.scope) {
            (Role::Author, Scope::Course(id)) => Some(CourseId(id)),
            _ => None,
        })
    }

    /// The name of their account at the hub.
    pub fn hub_name(&self) -> String {
        hub_name(self.id)
    }
}

/// The name of a user's account at the hub.
pub fn hub_name(user: UserId) -> String {
    format!("u{user}")
}

/// The user behind a name at the hub.
pub fn user_of_hub_name(name: &str) -> Option<UserId> {
    name.strip_prefix('u')?.parse().ok().map(UserId)
}

/// Sets a password without asking for the old one and ends all sessions of the user.
pub async fn reset_password(db: &Db, user: UserId, password: SecretString) -> Result<(), db::Error> {
    let hash = password::hash(password).await;
    db.write(move |tx| {
        model::set_password(tx, user, &hash)?;
        sessions::end_all(tx, user, None, "password_changed")?;
        Ok(())
    })
    .await
}
