//! What corporate admins and tutors see of their people.

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{AdminOf, model};
use crate::accounts::{self, Locale, Role, Wanted};
use crate::courses;
use crate::db::types::{CohortId, Ts, UserId};
use crate::http::Problems;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::{INVALID_QUERY, Problem};
use crate::sessions::Tutor;
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

/// Which people are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MemberQuery {
    /// Part of the name or of the address.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Who has this role, anywhere.
    role: Option<Role>,
    #[param(inline)]
    state: Option<MemberState>,
    /// `next` of the page before.
    after: Option<String>,
    /// At most 200; 50 unless told.
    limit: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    Active,
    /// Their account is suspended.
    Disabled,
}

const LONGEST_WORDS: usize = 100;

impl MemberQuery {
    fn wanted(&self) -> Result<Wanted, Problem> {
        let words = self.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
        if words.is_some_and(|words| words.chars().count() > LONGEST_WORDS || words.contains('\0')) {
            return Err(INVALID_QUERY.problem().with("reason", "q"));
        }
        Ok(Wanted {
            words: words.map(str::to_owned),
            role: self.role,
            disabled: self.state.map(|state| state == MemberState::Disabled),
        })
    }
}

/// The people of an organisation.
#[utoipa::path(path = "/api/v1/organisations/{organisation}/members", operation_id = "list_members",
    tag = "organisations", params(("organisation" = i64, Path), MemberQuery),
    responses((status = 200, body = Page<MemberRow>), Problems))]
#[get("/organisations/{organisation}/members")]
pub async fn members(
    admin: AdminOf,
    query: Query<MemberQuery>,
    site: Data<Site>,
) -> Result<Json<Page<MemberRow>>, Problem> {
    let organisation = admin.organisation;
    let wanted = query.wanted()?;
    let page = PageQuery::new(query.after.clone(), query.limit);
    let (after, limit) = (UserId(page.after()?), page.limit());
    let (rows, departments) = site
        .db
        .read(move |db| {
            Ok::<_, Problem>((
                accounts::members(db, organisation, &wanted, after, limit + 1)?,
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
pub async fn tutor_cohorts(Tutor(me): Tutor, site: Data<Site>) -> Result<Json<Page<TutorCohort>>, Problem> {
    let locale: Locale = me.person.locale;
    let person = me.person;
    let rows = site.db.read(move |db| {
        let ids = model::taught_cohorts(db, &person)?;
        Ok::<_, Problem>(model::cohort_rows(db, &ids)?)
    });
    let rows = rows.await?;
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
