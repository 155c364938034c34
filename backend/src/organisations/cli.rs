//! `tenarai organisation …` and `tenarai enrol`: companies, their licences and who takes which course.

use clap::{Args, Subcommand};

use super::model;
use crate::accounts;
use crate::content::format::is_slug;
use crate::courses;
use crate::db::types::{CourseId, OrganisationId};
use crate::db::{self, AnyConnection, Db};

#[derive(Debug, Subcommand)]
pub enum OrganisationCommand {
    /// Add an organisation.
    Add {
        #[arg(value_parser = slug)]
        slug: String,
        #[arg(long)]
        name: String,
    },
    /// Let an organisation's people be enrolled in a course; renews a licence that ended.
    License {
        slug: String,
        course: String,
        /// How many people may be enrolled; any number unless told, and a licence that there is keeps its number.
        #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
        seats: Option<i64>,
        /// End the licence instead: its people read the course no longer. Nothing is deleted.
        #[arg(long, conflicts_with = "seats")]
        end: bool,
    },
}

#[derive(Debug, Args)]
pub struct Enrolment {
    email: String,
    /// Slug of the course; the person's organisation must hold a licence for it.
    course: String,
    /// End the enrolment instead. Progress is kept, and goes on when they are enrolled again.
    #[arg(long)]
    end: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum OrganisationError {
    #[error("there is no organisation {0}")]
    UnknownOrganisation(String),
    #[error("there is an organisation {0} already")]
    Taken(String),
    #[error("there is no course {0}, or it was never published")]
    UnknownCourse(String),
    #[error("there is no account for {0}")]
    UnknownPerson(String),
    #[error("the organisation of {0} holds no licence for {1}")]
    NotLicensed(String, String),
    #[error("all {0} seats of the licence are taken")]
    NoSeat(i64),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<diesel::result::Error> for OrganisationError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

/// The name of an organisation that may be a new one.
pub fn slug(text: &str) -> Result<String, String> {
    if is_slug(text) {
        return Ok(text.to_owned());
    }
    Err("a name in addresses has lower case letters, digits and single hyphens between them".to_owned())
}

/// Carries the command out and returns what to print.
pub async fn run(db: &Db, command: OrganisationCommand) -> Result<String, OrganisationError> {
    db.write(move |tx| match command {
        OrganisationCommand::Add { slug, name } => {
            if model::by_slug(tx, &slug)?.is_some() {
                return Err(OrganisationError::Taken(slug));
            }
            let id = model::add(tx, &slug, &name)?;
            Ok(format!("added {slug} as organisation {id}"))
        }
        OrganisationCommand::License { slug, course, seats, end } => {
            let organisation = organisation(tx, &slug)?;
            let id = published(tx, &course)?;
            if end {
                return Ok(match model::end_licence(tx, organisation, id)? {
                    true => format!("the licence of {slug} for {course} has ended"),
                    false => format!("{slug} held no licence for {course}"),
                });
            }
            model::license(tx, organisation, id, seats)?;
            Ok(format!("{slug} holds a licence for {course}"))
        }
    })
    .await
}

/// Enrols a person, or ends that, and returns what to print.
pub async fn enrol(db: &Db, Enrolment { email, course, end }: Enrolment) -> Result<String, OrganisationError> {
    db.write(move |tx| {
        let user = accounts::by_email(tx, &email)?.ok_or_else(|| OrganisationError::UnknownPerson(email.clone()))?.user;
        let person = accounts::load_person(tx, user)?;
        let id = published(tx, &course)?;
        if end {
            return Ok(match model::end_enrolment(tx, user, id)? {
                true => format!("{email} no longer takes {course}; their progress is kept"),
                false => format!("{email} did not take {course}"),
            });
        }
        let access = model::access(tx, user, person.organisation, id)?;
        if !access.licensed {
            return Err(OrganisationError::NotLicensed(email, course));
        }
        if !access.enrolled
            && let Some(seats) = model::full(tx, person.organisation, id)?
        {
            return Err(OrganisationError::NoSeat(seats));
        }
        model::enrol(tx, user, id, None)?;
        Ok(format!("{email} takes {course}"))
    })
    .await
}

fn organisation(tx: &mut AnyConnection, slug: &str) -> Result<OrganisationId, OrganisationError> {
    model::by_slug(tx, slug)?.ok_or_else(|| OrganisationError::UnknownOrganisation(slug.to_owned()))
}

fn published(tx: &mut AnyConnection, slug: &str) -> Result<CourseId, OrganisationError> {
    courses::by_slug(tx, slug)?.ok_or_else(|| OrganisationError::UnknownCourse(slug.to_owned()))
}
