//! Rows of people and their queries.

use std::collections::HashMap;

use diesel::prelude::*;
use secrecy::SecretString;

use super::{Grant, Locale, Person, Role, Scope, password};
use crate::db::schema::{organisations, role_grants, users};
use crate::db::types::{DepartmentId, OrganisationId, Ts, UserId};
use crate::db::{self, AnyConnection, Db};

#[diesel::declare_sql_function]
extern "SQL" {
    /// SQLite folds the case of ASCII only; names in other letters are found as they are written.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// The form in which addresses are compared: without surrounding space, width folded by nobody, lower case.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

pub struct NewUser {
    pub organisation: OrganisationId,
    pub department: Option<DepartmentId>,
    pub email: String,
    pub display_name: String,
    pub locale: Locale,
    pub password: Option<SecretString>,
    pub grants: Vec<Grant>,
}

/// Why a person could not be added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    #[error("there is an account for that address already")]
    Taken,
    #[error(transparent)]
    Database(db::Error),
}

impl From<db::Error> for AddError {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Taken(_) => Self::Taken,
            other => Self::Database(other),
        }
    }
}

impl From<diesel::result::Error> for AddError {
    fn from(error: diesel::result::Error) -> Self {
        db::Error::from(error).into()
    }
}

/// Adds a person with their roles.
pub async fn add(db: &Db, new: NewUser) -> Result<UserId, AddError> {
    let hash = match new.password {
        Some(password) => Some(password::hash(password).await),
        None => None,
    };
    db.write(move |tx| {
        let id: UserId = diesel::insert_into(users::table)
            .values((
                users::organisation_id.eq(new.organisation),
                users::department_id.eq(new.department),
                users::email.eq(new.email.trim()),
                users::email_key.eq(email_key(&new.email)),
                users::display_name.eq(new.display_name.trim()),
                users::password_hash.eq(hash),
                users::locale.eq(new.locale.to_string()),
                users::created_at.eq(Ts::now()),
            ))
            .returning(users::id)
            .get_result(tx)?;
        for grant in new.grants {
            give(tx, id, grant)?;
        }
        Ok(id)
    })
    .await
}

/// Gives a role; giving it twice is the same as once.
pub fn give(tx: &mut AnyConnection, user: UserId, grant: Grant) -> QueryResult<()> {
    let (kind, id) = scope_columns(grant.scope);
    let has: bool = diesel::select(diesel::dsl::exists(find_grant(user, grant.role, kind, id))).get_result(tx)?;
    if has {
        return Ok(());
    }
    diesel::insert_into(role_grants::table)
        .values((
            role_grants::user_id.eq(user),
            role_grants::role.eq(grant.role.to_string()),
            role_grants::scope_kind.eq(kind),
            role_grants::scope_id.eq(id),
        ))
        .execute(tx)?;
    Ok(())
}

/// Takes a role away; whether it was there.
pub fn take(tx: &mut AnyConnection, user: UserId, grant: Grant) -> QueryResult<bool> {
    let (kind, id) = scope_columns(grant.scope);
    let taken = diesel::delete(find_grant(user, grant.role, kind, id)).execute(tx)?;
    Ok(taken > 0)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn find_grant(user: UserId, role: Role, kind: &'static str, id: i64) -> _ {
    let role: String = role.to_string();
    role_grants::table
        .filter(role_grants::user_id.eq(user))
        .filter(role_grants::role.eq(role))
        .filter(role_grants::scope_kind.eq(kind))
        .filter(role_grants::scope_id.eq(id))
}

fn scope_columns(scope: Scope) -> (&'static str, i64) {
    match scope {
        Scope::Site => ("site", 0),
        Scope::Organisation(id) => ("organisation", id),
        Scope::Department(id) => ("department", id),
        Scope::Cohort(id) => ("cohort", id),
        Scope::Course(id) => ("course", id),
    }
}

fn scope_from_columns(kind: &str, id: i64) -> Option<Scope> {
    Some(match kind {
        "site" => Scope::Site,
        "organisation" => Scope::Organisation(id),
        "department" => Scope::Department(id),
        "cohort" => Scope::Cohort(id),
        "course" => Scope::Course(id),
        _ => return None,
    })
}

/// What signing in needs to know.
pub struct Secret {
    pub user: UserId,
    pub hash: Option<String>,
    pub disabled: bool,
}

pub fn by_email(db: &mut AnyConnection, email: &str) -> QueryResult<Option<Secret>> {
    users::table
        .filter(users::email_key.eq(email_key(email)))
        .select((users::id, users::password_hash, users::disabled_at))
        .first::<(UserId, Option<String>, Option<Ts>)>(db)
        .optional()
        .map(|row| row.map(|(user, hash, disabled)| Secret { user, hash, disabled: disabled.is_some() }))
}

pub fn secret_of(db: &mut AnyConnection, user: UserId) -> QueryResult<Option<String>> {
    users::table.find(user).select(users::password_hash).first(db)
}

pub fn set_password(tx: &mut AnyConnection, user: UserId, hash: &str) -> QueryResult<()> {
    diesel::update(users::table.find(user)).set(users::password_hash.eq(hash)).execute(tx).map(drop)
}

pub fn set_disabled(tx: &mut AnyConnection, user: UserId, at: Option<Ts>) -> QueryResult<()> {
    diesel::update(users::table.find(user)).set(users::disabled_at.eq(at)).execute(tx).map(drop)
}

/// Remembers that they were here.
pub fn touch(tx: &mut AnyConnection, user: UserId) -> QueryResult<()> {
    diesel::update(users::table.find(user)).set(users::last_seen_at.eq(Ts::now())).execute(tx).map(drop)
}

pub fn set_profile(
    tx: &mut AnyConnection,
    user: UserId,
    locale: Option<Locale>,
    display_name: Option<&str>,
) -> QueryResult<()> {
    if let Some(locale) = locale {
        diesel::update(users::table.find(user)).set(users::locale.eq(locale.to_string())).execute(tx)?;
    }
    if let Some(name) = display_name {
        diesel::update(users::table.find(user)).set(users::display_name.eq(name)).execute(tx)?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Row {
    id: UserId,
    email: String,
    display_name: String,
    locale: String,
    organisation_id: OrganisationId,
    disabled_at: Option<Ts>,
}

impl Row {
    fn person(self, slug: String, name: String, grants: impl IntoIterator<Item = GrantRow>) -> Person {
        Person {
            id: self.id,
            email: self.email,
            display_name: self.display_name,
            locale: self.locale.parse().unwrap_or_default(),
            organisation: self.organisation_id,
            organisation_slug: slug,
            organisation_name: name,
            disabled: self.disabled_at.is_some(),
            grants: grants.into_iter().filter_map(GrantRow::grant).collect(),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = role_grants)]
struct GrantRow {
    user_id: UserId,
    role: String,
    scope_kind: String,
    scope_id: i64,
}

impl GrantRow {
    fn grant(self) -> Option<Grant> {
        Some(Grant { role: self.role.parse().ok()?, scope: scope_from_columns(&self.scope_kind, self.scope_id)? })
    }
}

pub fn load_person(db: &mut AnyConnection, user: UserId) -> QueryResult<Person> {
    let (row, slug, name) = users::table
        .inner_join(organisations::table)
        .filter(users::id.eq(user))
        .select((Row::as_select(), organisations::slug, organisations::name))
        .first::<(Row, String, String)>(db)?;
    let grants: Vec<GrantRow> = role_grants::table
        .filter(role_grants::user_id.eq(user))
        .order(role_grants::id)
        .select(GrantRow::as_select())
        .load(db)?;
    Ok(row.person(slug, name, grants))
}

/// How these people are called.
pub fn names(db: &mut AnyConnection, ids: &[UserId]) -> QueryResult<HashMap<UserId, String>> {
    users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::display_name))
        .load(db)
        .map(|rows| rows.into_iter().collect())
}

/// A row of the list of an organisation's people.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Member {
    pub id: UserId,
    pub email: String,
    pub display_name: String,
    pub department_id: Option<DepartmentId>,
    pub last_seen_at: Option<Ts>,
    pub disabled_at: Option<Ts>,
}

/// Which of an organisation's people are wanted; all unless told.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Part of the name or of the address.
    pub words: Option<String>,
    pub role: Option<Role>,
    pub disabled: Option<bool>,
}

/// The organisation's people after `after`, by id, with their roles.
pub fn members(
    db: &mut AnyConnection,
    organisation: OrganisationId,
    wanted: &Wanted,
    after: UserId,
    limit: i64,
) -> QueryResult<Vec<(Member, Vec<Role>)>> {
    // Bounded by the company and by the page: both filters look at people of one organisation, by an index, in order.
    let mut query = users::table
        .filter(users::organisation_id.eq(organisation))
        .filter(users::id.gt(after))
        .order(users::id)
        .limit(limit)
        .select(Member::as_select())
        .into_boxed();
    if let Some(words) = &wanted.words {
        let pattern = containing(&words.to_lowercase());
        query = query.filter(
            users::email_key.like(pattern.clone()).escape('!').or(lower(users::display_name).like(pattern).escape('!')),
        );
    }
    if let Some(role) = wanted.role {
        let has = role_grants::table
            .filter(role_grants::user_id.eq(users::id))
            .filter(role_grants::role.eq(role.to_string()));
        query = query.filter(diesel::dsl::exists(has));
    }
    query = match wanted.disabled {
        Some(true) => query.filter(users::disabled_at.is_not_null()),
        Some(false) => query.filter(users::disabled_at.is_null()),
        None => query,
    };
    let rows: Vec<Member> = query.load(db)?;
    let ids: Vec<UserId> = rows.iter().map(|row| row.id).collect();
    let grants: Vec<(UserId, String)> = role_grants::table
        .filter(role_grants::user_id.eq_any(ids))
        .order(role_grants::id)
        .select((role_grants::user_id, role_grants::role))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut roles: Vec<Role> =
                grants.iter().filter(|(user, _)| *user == row.id).filter_map(|(_, role)| role.parse().ok()).collect();
            roles.sort_unstable();
            roles.dedup();
            (row, roles)
        })
        .collect())
}

/// A pattern for what contains these words, whatever signs they have.
fn containing(words: &str) -> String {
    let mut pattern = String::from("%");
    for letter in words.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern + "%"
}

/// Everybody, for the command line.
pub fn everybody(db: &mut AnyConnection) -> QueryResult<Vec<Person>> {
    let rows: Vec<(Row, String, String)> = users::table
        .inner_join(organisations::table)
        .order(users::id)
        .select((Row::as_select(), organisations::slug, organisations::name))
        .load(db)?;
    let mut grants: HashMap<UserId, Vec<GrantRow>> = HashMap::new();
    for grant in role_grants::table.order(role_grants::id).select(GrantRow::as_select()).load::<GrantRow>(db)? {
        grants.entry(grant.user_id).or_default().push(grant);
    }
    let person = |(row, slug, name): (Row, _, _)| {
        let grants = grants.remove(&row.id).unwrap_or_default();
        row.person(slug, name, grants)
    };
    Ok(rows.into_iter().map(person).collect())
}
