//! `tenarai demo`: two companies with people of every role, enrolled in a course, to try the site with.

use std::path::Path;

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::accounts::{self, AddError, Grant, Locale, NewUser, Role, Scope, password};
use crate::db::types::{CohortId, CourseId, OrganisationId, Ts};
use crate::db::{self, Db};
use crate::organisations::{self, NewCohort};
use crate::private_file;

/// One account of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    pub email: String,
    pub password: String,
    pub role: String,
    pub organisation: String,
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Add(#[from] AddError),
    #[error("cannot write the accounts' file")]
    File(#[from] std::io::Error),
}

impl From<diesel::result::Error> for DemoError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

struct Person {
    email: &'static str,
    name: &'static str,
    role: Role,
    locale: Locale,
}

const fn person(email: &'static str, name: &'static str, role: Role, locale: Locale) -> Person {
    Person { email, name, role, locale }
}

const FIRST: (&str, &str, &[Person]) = (
    "aozora",
    "青空商事株式会社",
    &[
        person("ishikawa@aozora.example", "石川 美咲", Role::Trainee, Locale::Ja),
        person("brown@aozora.example", "Alex Brown", Role::Trainee, Locale::En),
        person("sato@aozora.example", "佐藤 健", Role::Tutor, Locale::Ja),
        person("takahashi@aozora.example", "高橋 由美子", Role::CorporateAdmin, Locale::Ja),
        person("mori@aozora.example", "森 直樹", Role::Author, Locale::Ja),
        person("operator@aozora.example", "運用担当", Role::Operator, Locale::Ja),
    ],
);

const SECOND: (&str, &str, &[Person]) = (
    "midori",
    "みどり製作所",
    &[
        person("tanaka@midori.example", "田中 一郎", Role::Trainee, Locale::Ja),
        person("kimura@midori.example", "木村 さくら", Role::CorporateAdmin, Locale::Ja),
    ],
);

/// Adds the demo people to the course, unless they are there, and writes their passwords to `file` (mode 0600).
pub async fn seed(db: &Db, course: CourseId, file: &Path) -> Result<Vec<Account>, DemoError> {
    if let Some(known) = std::fs::read(file).ok().and_then(|bytes| serde_json::from_slice::<Vec<Account>>(&bytes).ok())
        && all_there(db, &known).await?
    {
        return Ok(known);
    }
    let mut accounts = Vec::new();
    for company in [FIRST, SECOND] {
        accounts.extend(seed_company(db, course, company).await?);
    }
    if let Some(parent) = file.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let json = serde_json::to_string_pretty(&accounts).map_err(std::io::Error::other)?;
    private_file::write(file, &(json + "\n"))?;
    Ok(accounts)
}

async fn all_there(db: &Db, accounts: &[Account]) -> Result<bool, DemoError> {
    let emails: Vec<String> = accounts.iter().map(|account| account.email.clone()).collect();
    db.read(move |connection| {
        for email in &emails {
            if accounts::by_email(connection, email)?.is_none() {
                return Ok(false);
            }
        }
        Ok(!emails.is_empty())
    })
    .await
}

async fn seed_company(
    db: &Db,
    course: CourseId,
    (slug, name, people): (&'static str, &'static str, &[Person]),
) -> Result<Vec<Account>, DemoError> {
    let (organisation, cohort) = db
        .write(move |tx| {
            let organisation = match organisations::by_slug(tx, slug)? {
                Some(id) => id,
                None => organisations::add(tx, slug, name)?,
            };
            organisations::license(tx, organisation, course, Some(200))?;
            let due_at = Some(Ts::now() + TimeDelta::days(45));
            let cohort = organisations::add_cohort(tx, &NewCohort { organisation, course, name: "第1期", due_at })?;
            Ok::<_, DemoError>((organisation, cohort))
        })
        .await?;
    let mut accounts = Vec::new();
    for person in people {
        let password = password::random();
        set_up(db, person, organisation, course, cohort, password.clone()).await?;
        accounts.push(Account {
            email: person.email.to_owned(),
            password: password.expose_secret().to_owned(),
            role: person.role.to_string(),
            organisation: slug.to_owned(),
        });
    }
    Ok(accounts)
}

async fn set_up(
    db: &Db,
    person: &Person,
    organisation: OrganisationId,
    course: CourseId,
    cohort: CohortId,
    password: SecretString,
) -> Result<(), DemoError> {
    let scope = match person.role {
        Role::Trainee | Role::CorporateAdmin => Scope::Organisation(organisation.0),
        Role::Tutor => Scope::Cohort(cohort.0),
        Role::Author => Scope::Course(course.0),
        Role::Operator => Scope::Site,
    };
    let email = person.email;
    let known = db.read(move |connection| Ok::<_, DemoError>(accounts::by_email(connection, email)?)).await?;
    let user = match known {
        Some(secret) => {
            accounts::reset_password(db, secret.user, password).await?;
            secret.user
        }
        None => {
            accounts::add(
                db,
                NewUser {
                    organisation,
                    department: None,
                    email: person.email.to_owned(),
                    display_name: person.name.to_owned(),
                    locale: person.locale,
                    password: Some(password),
                    grants: vec![Grant { role: person.role, scope }],
                },
            )
            .await?
        }
    };
    if person.role == Role::Trainee {
        db.write(move |tx| Ok::<_, DemoError>(organisations::enrol(tx, user, course, Some(cohort))?)).await?;
    }
    Ok(())
}
