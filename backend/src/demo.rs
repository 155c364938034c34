//! `tenarai demo`: two companies with people of every role, enrolled in a course, to try the site with.

use std::path::Path;

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::accounts::{self, AddError, Grant, Locale, NewUser, Role, Scope, password};
use crate::db::types::{CohortId, CourseId, OrganisationId, Ts, UserId};
use crate::db::{self, AnyConnection, Db};
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

struct Company {
    slug: &'static str,
    name: &'static str,
    people: &'static [Person],
}

struct Person {
    email: &'static str,
    name: &'static str,
    department: &'static str,
    role: Role,
    locale: Locale,
    /// Of a tutor: whether they lead those of the course.
    leads: bool,
}

const fn person(
    email: &'static str,
    name: &'static str,
    department: &'static str,
    role: Role,
    locale: Locale,
) -> Person {
    Person { email, name, department, role, locale, leads: false }
}

const fn lead(email: &'static str, name: &'static str, department: &'static str) -> Person {
    Person { leads: true, ..person(email, name, department, Role::Tutor, Locale::Ja) }
}

/// The company that runs the site, first of all for its own people: the operator belongs to it.
const FIRST: Company = Company {
    slug: "aozora",
    name: "青空商事株式会社",
    people: &[
        person("ishikawa@aozora.example", "石川 美咲", "営業部", Role::Trainee, Locale::Ja),
        person("brown@aozora.example", "Alex Brown", "海外事業部", Role::Trainee, Locale::En),
        person("sato@aozora.example", "佐藤 健", "データ分析室", Role::Tutor, Locale::Ja),
        lead("ito@aozora.example", "伊藤 涼", "データ分析室"),
        person("takahashi@aozora.example", "高橋 由美子", "人材開発部", Role::CorporateAdmin, Locale::Ja),
        person("mori@aozora.example", "森 直樹", "データ分析室", Role::Author, Locale::Ja),
        person("operator@aozora.example", "運用担当", "情報システム部", Role::Operator, Locale::Ja),
    ],
};

/// A company that is its guest.
const SECOND: Company = Company {
    slug: "midori",
    name: "みどり製作所",
    people: &[
        person("tanaka@midori.example", "田中 一郎", "製造部", Role::Trainee, Locale::Ja),
        person("kimura@midori.example", "木村 さくら", "総務部", Role::CorporateAdmin, Locale::Ja),
    ],
};

const COHORT: &str = "第1期";

/// Adds the demo people to the course and writes their passwords to `file` (mode 0600). What is there already stays as
/// it is, only that afterwards the passwords in the file are the ones that hold: where the file was lost, or somebody
/// changed theirs, it is set and their sessions end.
pub async fn seed(db: &Db, course: CourseId, file: &Path) -> Result<Vec<Account>, DemoError> {
    let known: Vec<Account> =
        std::fs::read(file).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
    let mut accounts = Vec::new();
    for company in [&FIRST, &SECOND] {
        accounts.extend(seed_company(db, course, company, &known).await?);
    }
    if let Some(parent) = file.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let json = serde_json::to_string_pretty(&accounts).map_err(std::io::Error::other)?;
    private_file::write(file, &(json + "\n"))?;
    Ok(accounts)
}

async fn seed_company(
    db: &Db,
    course: CourseId,
    company: &'static Company,
    known: &[Account],
) -> Result<Vec<Account>, DemoError> {
    let place = db.write(move |tx| prepare(tx, course, company)).await?;
    let mut accounts = Vec::new();
    for person in company.people {
        let account = known.iter().find(|account| account.email == person.email);
        let password = account.map_or_else(password::random, |account| account.password.clone().into());
        admit(db, &place, person, password.clone()).await?;
        accounts.push(Account {
            email: person.email.to_owned(),
            password: password.expose_secret().to_owned(),
            role: person.role.to_string(),
            organisation: company.slug.to_owned(),
        });
    }
    Ok(accounts)
}

/// Where the people of a company are put.
#[derive(Clone, Copy)]
struct Place {
    organisation: OrganisationId,
    course: CourseId,
    cohort: CohortId,
    /// The company did not take this course before.
    new: bool,
}

fn prepare(tx: &mut AnyConnection, course: CourseId, company: &Company) -> Result<Place, DemoError> {
    let organisation = match organisations::by_slug(tx, company.slug)? {
        Some(id) => id,
        None => organisations::add(tx, company.slug, company.name)?,
    };
    if let Some(cohort) = organisations::cohort_named(tx, organisation, course, COHORT)? {
        return Ok(Place { organisation, course, cohort, new: false });
    }
    organisations::license(tx, organisation, course, Some(200))?;
    let due_at = Some(Ts::now() + TimeDelta::days(45));
    let cohort = organisations::add_cohort(tx, &NewCohort { organisation, course, name: COHORT, due_at })?;
    Ok(Place { organisation, course, cohort, new: true })
}

async fn admit(db: &Db, place: &Place, person: &'static Person, password: SecretString) -> Result<(), DemoError> {
    let known = db.read(|connection| Ok::<_, DemoError>(accounts::by_email(connection, person.email)?)).await?;
    let new = known.is_none();
    let user = match known {
        Some(secret) => {
            if !password::verify(password::turn().await, password.clone(), secret.hash).await {
                accounts::reset_password(db, secret.user, password).await?;
            }
            secret.user
        }
        None => add(db, place, person, password).await?,
    };
    if new || place.new {
        let place = *place;
        db.write(move |tx| {
            // Whoever was here before has theirs for another course.
            accounts::give(tx, user, person.grant(&place))?;
            if person.role == Role::Trainee {
                organisations::enrol(tx, user, place.course, Some(place.cohort))?;
            }
            Ok::<_, DemoError>(())
        })
        .await?;
    }
    Ok(())
}

async fn add(db: &Db, place: &Place, person: &'static Person, password: SecretString) -> Result<UserId, DemoError> {
    let organisation = place.organisation;
    let department =
        db.write(move |tx| Ok::<_, DemoError>(organisations::department(tx, organisation, person.department)?)).await?;
    let new = NewUser {
        organisation,
        department: Some(department),
        email: person.email.to_owned(),
        display_name: person.name.to_owned(),
        locale: person.locale,
        password: Some(password),
        grants: vec![person.grant(place)],
    };
    Ok(accounts::add(db, new).await?)
}

impl Person {
    fn grant(&self, place: &Place) -> Grant {
        let scope = match self.role {
            Role::Trainee | Role::CorporateAdmin => Scope::Organisation(place.organisation.0),
            Role::Tutor if !self.leads => Scope::Cohort(place.cohort.0),
            Role::Tutor | Role::Author => Scope::Course(place.course.0),
            Role::Operator => Scope::Site,
        };
        Grant { role: self.role, scope }
    }
}
