//! What corporate admins and tutors see of their people.

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AdminOf, model};
use crate::accounts::{self, Locale, Role};
use crate::courses;
use crate::db::types::{CohortId, Ts, UserId};
use crate::http::Problems;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::{FORBIDDEN, Problem};
use crate::sessions::SignedIn;
use crate::site::Site;

/// A person of the organisation.
#[derive(Serialize, ToSchema)]
pub struct MemberRow {
    pub id: UserId,
    pub email: String,
    pub display_name: String,
    pub department: Option<String>,
    pub roles: Vec<Role>,
    pub last_seen_at: Option<Ts>,
    pub disabled_at: Option<Ts>,
}

/// The people of an organisation.
#[utoipa::path(path = "/api/v1/organisations/{organisation}/members", operation_id = "list_members",
    tag = "organisations", params(("organisation" = i64, Path), PageQuery),
    responses((status = 200, body = Page<MemberRow>), Problems))]
#[get("/organisations/{organisation}/members")]
pub async fn members(
    admin: AdminOf,
    page: Query<PageQuery>,
    site: Data<Site>,
) -> Result<Json<Page<MemberRow>>, Problem> {
    let organisation = admin.organisation;
    let (after, limit) = (UserId(page.after()?), page.limit());
    let (rows, departments) = site
        .db
        .read(move |db| {
            Ok::<_, Problem>((
                accounts::members(db, organisation, after, limit + 1)?,
                model::department_names(db, organisation)?,
            ))
        })
        .await?;
    let rows = rows
        .into_iter()
        .map(|(member, roles)| MemberRow {
            id: member.id,
            email: member.email,
            display_name: member.display_name,
            department: member.department_id.and_then(|id| departments.get(&id).cloned()),
            roles,
            last_seen_at: member.last_seen_at,
            disabled_at: member.disabled_at,
        })
        .collect();
    Ok(Json(Page::cut(rows, limit, |row: &MemberRow| row.id.0)))
}

/// A cohort a tutor is assigned to.
#[derive(Serialize, ToSchema)]
pub struct TutorCohort {
    pub id: CohortId,
    pub name: String,
    pub course: courses::CourseName,
    pub due_at: Option<Ts>,
    pub members: i64,
}

/// The cohorts I am a tutor of.
#[utoipa::path(path = "/api/v1/tutor/cohorts", operation_id = "list_tutor_cohorts", tag = "tutor",
    responses((status = 200, body = Page<TutorCohort>), Problems))]
#[get("/tutor/cohorts")]
pub async fn tutor_cohorts(me: SignedIn, site: Data<Site>) -> Result<Json<Page<TutorCohort>>, Problem> {
    if !me.person.has(Role::Tutor) {
        return Err(FORBIDDEN.problem());
    }
    let ids: Vec<CohortId> = me.person.tutors().collect();
    let locale: Locale = me.person.locale;
    let rows = site.db.read(move |db| Ok::<_, Problem>(model::cohort_rows(db, &ids)?)).await?;
    let mut cohorts = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(course) = site.catalogue.publication(&site.db, row.course).await? {
            cohorts.push(TutorCohort {
                id: row.id,
                name: row.name,
                course: course.name(locale),
                due_at: row.due_at,
                members: row.members,
            });
        }
    }
    Ok(Json(Page::whole(cohorts)))
}
