//! Companies and their people's places in them: licences, cohorts, enrolments.
//! Tables: `organisations`, `departments`, `licences`, `cohorts`, `enrolments`.

mod cli;
mod deadline;
mod model;
mod routes;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::accounts::{Person, Role};
use crate::db::types::{OrganisationId, UserId};
use crate::db::{self, Db};
use crate::http::id_in;
use crate::http::problem::{FORBIDDEN, NOT_FOUND, Problem};
use crate::sessions::{Extracted, SignedIn, extract};

pub use cli::{Enrolment, OrganisationCommand, enrol as enrol_command, run as run_command, slug};
pub use deadline::late_by;
pub use model::{
    CourseAccess, NamedCohort, NewCohort, access, add, add_cohort, by_slug, cohort_named, courses_of,
    courses_of_cohorts, department, enrol, has_department, license, licensed_courses, named_cohorts, taught_cohorts,
};

pub fn routes(api: &mut ServiceConfig) {
    api.service(routes::members).service(routes::tutor_cohorts);
}

/// The groups by which the hub knows a person: their courses and roles.
pub async fn hub_groups(db: &Db, person: &Person) -> Result<Vec<String>, db::Error> {
    let user: UserId = person.id;
    let slugs = db.read(move |connection| Ok::<_, db::Error>(model::enrolled_slugs(connection, user)?)).await?;
    let mut groups: Vec<String> = slugs.into_iter().map(|slug| format!("course-{slug}")).collect();
    let mut roles: Vec<Role> = person.grants.iter().map(|grant| grant.role).collect();
    roles.sort_unstable();
    roles.dedup();
    groups.extend(roles.into_iter().map(|role| format!("role-{role}")));
    Ok(groups)
}

/// A corporate admin of this organisation, or an operator. Another company's does not exist for them.
#[derive(Debug)]
pub struct AdminOf {
    pub organisation: OrganisationId,
}

impl FromRequest for AdminOf {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(request, payload, async |SignedIn { person, .. }, site, request| {
            let organisation = OrganisationId(id_in(&request, "organisation")?);
            if person.administers(organisation) {
                return Ok(Self { organisation });
            }
            if person.is_operator() {
                let exists = site.db.read(move |db| Ok::<_, Problem>(model::exists(db, organisation)?)).await?;
                return if exists { Ok(Self { organisation }) } else { Err(NOT_FOUND.problem()) };
            }
            // One's own organisation is no secret; whether another exists is.
            if person.organisation == organisation {
                return Err(FORBIDDEN.problem());
            }
            Err(NOT_FOUND.problem())
        })
    }
}
