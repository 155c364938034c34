//! `tenarai user …`: people by the command line.

use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use super::display_name::{self, NameError};
use super::model::AddError;
use super::{Grant, LONGEST_EMAIL, Locale, NewUser, Role, Scope, model, password};
use crate::db::types::{CohortId, CourseId, DepartmentId, OrganisationId, Ts, UserId};
use crate::db::{self, AnyConnection, Db};
use crate::{courses, organisations, sessions};

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person; the password is read from standard input, or made up and printed.
    Add(AddUser),
    /// List everybody.
    List,
    /// Give or take a role.
    Role(ChangeRole),
    /// Suspend an account and end its sessions; nothing is deleted.
    Disable { email: String },
    /// Reopen a suspended account.
    Enable { email: String },
    /// Set a new password and end all sessions.
    Password {
        email: String,
        /// Read the password from standard input instead of making one up.
        #[arg(long)]
        stdin: bool,
    },
}

#[derive(Debug, Args)]
pub struct AddUser {
    email: String,
    /// Slug of the organisation; made where there is none yet.
    #[arg(long, value_parser = organisations::slug)]
    organisation: String,
    #[arg(long)]
    name: Option<String>,
    #[arg(long, value_enum, default_value = "ja")]
    locale: Locale,
    #[arg(long, value_enum, default_value = "trainee")]
    role: Role,
    /// Where the role holds, as `user role` takes it.
    #[arg(long, value_parser = parse_scope)]
    scope: Option<Scope>,
    /// Read the password from standard input instead of making one up.
    #[arg(long)]
    stdin: bool,
}

#[derive(Debug, Args)]
pub struct ChangeRole {
    email: String,
    #[arg(value_enum)]
    role: Role,
    /// `site`, or `organisation:ID`, `department:ID`, `cohort:ID`, `course:ID`; what fits the role unless told.
    #[arg(long, value_parser = parse_scope)]
    scope: Option<Scope>,
    /// Take it away instead.
    #[arg(long)]
    remove: bool,
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    if text == "site" {
        return Ok(Scope::Site);
    }
    let (kind, id) = text.split_once(':').ok_or_else(|| format!("{text} lacks an id"))?;
    let id = id.parse().map_err(|_| format!("{id} is not an id"))?;
    match kind {
        "organisation" => Ok(Scope::Organisation(id)),
        "department" => Ok(Scope::Department(id)),
        "cohort" => Ok(Scope::Cohort(id)),
        "course" => Ok(Scope::Course(id)),
        _ => Err("expected site, organisation:ID, department:ID, cohort:ID or course:ID".to_owned()),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum UserError {
    #[error("there is no account for {0}")]
    Unknown(String),
    #[error("{0:?} is not an e-mail address")]
    NotAnAddress(String),
    #[error("say where: --scope {0}:ID")]
    ScopeNeeded(&'static str),
    #[error("--scope: a role {0} holds in {1}")]
    ScopeUnfit(Role, &'static str),
    #[error("--scope: there is no such {0} for {1}")]
    ScopeUnknown(&'static str, String),
    #[error("the password must have {} to {} characters", password::SHORTEST, password::LONGEST)]
    PasswordLength,
    #[error("--name: {0}")]
    Name(NameError),
    #[error("there is an account for {0} already")]
    Taken(String),
    #[error("cannot read the password")]
    Input(#[from] std::io::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<diesel::result::Error> for UserError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Carries the command out and returns what to print.
pub async fn run(db: &Db, command: UserCommand) -> Result<String, UserError> {
    match command {
        UserCommand::Add(new) => add(db, new).await,
        UserCommand::List => list(db).await,
        UserCommand::Role(change) => role(db, change).await,
        UserCommand::Disable { email } => disable(db, email, true).await,
        UserCommand::Enable { email } => disable(db, email, false).await,
        UserCommand::Password { email, stdin } => set_password(db, email, stdin).await,
    }
}

async fn add(db: &Db, new: AddUser) -> Result<String, UserError> {
    if !looks_like_address(&new.email) {
        return Err(UserError::NotAnAddress(new.email));
    }
    // Before anything is written: an author or tutor has to be told where.
    let scope_of = |organisation| new.scope.map_or_else(|| usual_scope(new.role, organisation), Ok);
    scope_of(0)?;
    let display_name =
        display_name::checked(new.name.as_deref().unwrap_or_else(|| new.email.split('@').next().unwrap_or("")))
            .map_err(UserError::Name)?;
    let (password, shown) = choose_password(new.stdin)?;
    let slug = new.organisation.clone();
    let (email, role, scope) = (new.email.clone(), new.role, new.scope);
    let organisation = db
        .write(move |tx| {
            let id = match organisations::by_slug(tx, &slug)? {
                Some(id) => id,
                None => organisations::add(tx, &slug, &slug)?,
            };
            if let Some(scope) = scope {
                check_scope(tx, Grant { role, scope }, id, &email)?;
            }
            Ok::<_, UserError>(id)
        })
        .await?;
    let email = new.email.clone();
    let id = model::add(
        db,
        NewUser {
            organisation,
            department: None,
            display_name,
            email: new.email,
            locale: new.locale,
            password: Some(password),
            grants: vec![Grant { role: new.role, scope: scope_of(organisation.0)? }],
        },
    )
    .await
    .map_err(|error| match error {
        AddError::Taken => UserError::Taken(email.clone()),
        AddError::Database(error) => UserError::Database(error),
    })?;
    Ok(format!("added {email} as user {id}{shown}"))
}

async fn list(db: &Db) -> Result<String, UserError> {
    let everybody = db.read(|connection| Ok::<_, UserError>(model::everybody(connection)?)).await?;
    let lines = everybody.into_iter().map(|person| {
        let roles: Vec<String> = person.grants.iter().map(|grant| grant.role.to_string()).collect();
        let state = if person.disabled { "disabled" } else { "" };
        format!("{}\t{}\t{}\t{}\t{}", person.id, person.email, person.organisation_slug, roles.join(","), state)
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

async fn role(db: &Db, change: ChangeRole) -> Result<String, UserError> {
    let ChangeRole { email, role, scope, remove } = change;
    let user = find(db, &email).await?;
    let changed = db
        .write(move |tx| {
            let person = model::load_person(tx, user)?;
            let scope = scope.map_or_else(|| usual_scope(role, person.organisation.0), Ok)?;
            let grant = Grant { role, scope };
            if remove {
                return Ok::<_, UserError>(model::take(tx, user, grant)?);
            }
            check_scope(tx, grant, person.organisation, &person.email)?;
            model::give(tx, user, grant)?;
            Ok(true)
        })
        .await?;
    Ok(match (remove, changed) {
        (true, false) => format!("{email} did not have the role {role} there"),
        (true, true) => format!("{email} is no longer {role}"),
        (false, _) => format!("{email} is {role}"),
    })
}

async fn disable(db: &Db, email: String, disabled: bool) -> Result<String, UserError> {
    let user = find(db, &email).await?;
    db.write(move |tx| {
        model::set_disabled(tx, user, disabled.then(Ts::now))?;
        if disabled {
            sessions::end_all(tx, user, None, "disabled")?;
        }
        Ok::<_, UserError>(())
    })
    .await?;
    Ok(format!("{email} is {}", if disabled { "disabled; their records are kept" } else { "enabled" }))
}

async fn set_password(db: &Db, email: String, stdin: bool) -> Result<String, UserError> {
    let user = find(db, &email).await?;
    let (password, shown) = choose_password(stdin)?;
    super::reset_password(db, user, password).await?;
    Ok(format!("{email} has a new password and is signed out everywhere{shown}"))
}

/// Whose address this is.
pub async fn find(db: &Db, email: &str) -> Result<UserId, UserError> {
    let wanted = email.to_owned();
    db.read(move |connection| Ok::<_, UserError>(model::by_email(connection, &wanted)?))
        .await?
        .map(|secret| secret.user)
        .ok_or_else(|| UserError::Unknown(email.to_owned()))
}

/// The scope a role has where nobody says otherwise; tutors and authors have none by themselves.
fn usual_scope(role: Role, organisation: i64) -> Result<Scope, UserError> {
    match role {
        Role::Trainee | Role::CorporateAdmin => Ok(Scope::Organisation(organisation)),
        Role::Operator => Ok(Scope::Site),
        Role::Tutor => Err(UserError::ScopeNeeded("cohort")),
        Role::Author => Err(UserError::ScopeNeeded("course")),
    }
}

/// A role holds in something that exists, a trainee's and an admin's in their own company.
fn check_scope(
    db: &mut AnyConnection,
    Grant { role, scope }: Grant,
    own: OrganisationId,
    email: &str,
) -> Result<(), UserError> {
    let (kind, exists) = match (role, scope) {
        (Role::Operator, Scope::Site) => return Ok(()),
        (Role::Trainee | Role::CorporateAdmin, Scope::Organisation(id)) => ("organisation", id == own.0),
        (Role::CorporateAdmin, Scope::Department(id)) => {
            ("department", organisations::has_department(db, own, DepartmentId(id))?)
        }
        (Role::Tutor, Scope::Cohort(id)) => {
            ("cohort", !organisations::courses_of_cohorts(db, &[CohortId(id)])?.is_empty())
        }
        (Role::Tutor | Role::Author, Scope::Course(id)) => ("course", courses::exists(db, CourseId(id))?),
        (Role::Operator, _) => return Err(UserError::ScopeUnfit(role, "site")),
        (Role::Trainee, _) => return Err(UserError::ScopeUnfit(role, "organisation:ID")),
        (Role::CorporateAdmin, _) => return Err(UserError::ScopeUnfit(role, "organisation:ID or department:ID")),
        (Role::Tutor, _) => return Err(UserError::ScopeUnfit(role, "cohort:ID or course:ID")),
        (Role::Author, _) => return Err(UserError::ScopeUnfit(role, "course:ID")),
    };
    if exists { Ok(()) } else { Err(UserError::ScopeUnknown(kind, email.to_owned())) }
}

/// The password, and what to print of it.
fn choose_password(stdin: bool) -> Result<(SecretString, String), UserError> {
    if !stdin {
        let password = password::random();
        let shown = format!("; password: {}", password.expose_secret());
        return Ok((password, shown));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if !(password::SHORTEST..=password::LONGEST).contains(&password.chars().count()) {
        return Err(UserError::PasswordLength);
    }
    Ok((SecretString::from(password), String::new()))
}

fn looks_like_address(email: &str) -> bool {
    let visible = |letter: char| letter.is_ascii_graphic() || letter.is_alphanumeric();
    email.chars().count() <= LONGEST_EMAIL
        && email.chars().all(visible)
        && email.split_once('@').is_some_and(|(local, domain)| {
            let labels = domain.split('.').all(|label| !label.is_empty());
            !local.is_empty() && labels && domain.contains('.') | (domain == "localhost")
        })
}
