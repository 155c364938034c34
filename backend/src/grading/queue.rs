//! The queue: what waits, the oldest first.

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpResponse, get, post};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::claims::CLAIM;
use super::desk::Desk;
use super::item::{ChapterTitle, CohortName, QueueItem, chapter_title, items};
use super::model::{self, EventKind};
use crate::accounts::Locale;
use crate::assignments::queue::{self, Wanted};
use crate::courses;
use crate::db::AnyConnection;
use crate::db::types::{ChapterId, CohortId, CourseId, SubmissionId, Ts};
use crate::http::Problems;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::Problem;
use crate::organisations;
use crate::site::Site;

/// Which of the queue.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct QueueQuery {
    cohort: Option<i64>,
    course: Option<i64>,
    chapter: Option<i64>,
    /// Only what came after it was due.
    #[serde(default)]
    late: bool,
    /// Only appeals.
    #[serde(default)]
    appeal: bool,
    /// Only what was handed in before.
    #[serde(default)]
    again: bool,
    /// Only what I have.
    #[serde(default)]
    mine: bool,
    /// Only what waits longer than so many hours.
    hours: Option<u16>,
    locale: Option<Locale>,
    /// `next` of the page before.
    after: Option<String>,
    /// At most 200; 50 unless told.
    limit: Option<u16>,
}

impl QueueQuery {
    fn wanted(&self, db: &mut AnyConnection, desk: &Desk) -> Result<Wanted, Problem> {
        let chapters = match (self.chapter, self.course) {
            (Some(chapter), _) => Some(vec![ChapterId(chapter)]),
            (None, Some(course)) => Some(courses::chapters_of_courses(db, &[CourseId(course)])?),
            (None, None) => None,
        };
        Ok(Wanted {
            chapters,
            cohort: self.cohort.map(CohortId),
            late: self.late,
            appealed: self.appeal,
            again: self.again,
            before: self.hours.map(|hours| Ts::now() - TimeDelta::hours(hours.into())),
            held_by: self.mine.then(|| desk.tutor()),
        })
    }

    fn locale(&self, desk: &Desk) -> Locale {
        self.locale.unwrap_or(desk.me.person.locale)
    }
}

/// What waits for a tutor, the oldest first. To look takes nothing away.
#[utoipa::path(path = "/api/v1/desk/queue", operation_id = "list_queue", tag = "desk", params(QueueQuery),
    responses((status = 200, body = Page<QueueItem>), Problems))]
#[get("/desk/queue")]
pub async fn list(desk: Desk, query: Query<QueueQuery>, site: Data<Site>) -> Result<Json<Page<QueueItem>>, Problem> {
    let page = PageQuery::new(query.after.clone(), query.limit);
    let (after, limit) = (SubmissionId(page.after()?), page.limit());
    let locale = query.locale(&desk);
    let (own, query) = (desk.clone(), query.into_inner());
    let rows = site.db.read(move |db| {
        let wanted = query.wanted(db, &own)?;
        Ok::<_, Problem>(queue::page(db, &own.reach, &wanted, after, limit + 1)?)
    });
    let rows = items(&site, &desk, rows.await?, locale).await?;
    Ok(Json(Page::cut(rows, limit, |item: &QueueItem| item.id.0)))
}

/// How much waits, and where.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskSummary {
    pub waiting: i64,
    /// Mine at this moment.
    pub mine: i64,
    pub chapters: Vec<ChapterCount>,
    /// The cohorts I teach, with what waits there.
    pub cohorts: Vec<CohortCount>,
    /// Whether I lead the tutors of a course.
    pub leads: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChapterCount {
    pub chapter: ChapterTitle,
    pub waiting: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CohortCount {
    pub cohort: CohortName,
    pub course: CourseId,
    pub waiting: i64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SummaryQuery {
    locale: Option<Locale>,
}

/// How much waits, by chapter and cohort: what the queue can be narrowed to.
#[utoipa::path(path = "/api/v1/desk/summary", operation_id = "get_desk_summary", tag = "desk", params(SummaryQuery),
    responses((status = 200, body = DeskSummary), Problems))]
#[get("/desk/summary")]
pub async fn summary(desk: Desk, query: Query<SummaryQuery>, site: Data<Site>) -> Result<Json<DeskSummary>, Problem> {
    let locale = query.locale.unwrap_or(desk.me.person.locale);
    let reach = desk.reach.clone();
    let (counts, mine, cohorts) = site
        .db
        .read(move |db| {
            let mine = Wanted { held_by: Some(reach.tutor), ..Wanted::default() };
            let mine = queue::page(db, &reach, &mine, SubmissionId(0), 200)?;
            let mine = mine.iter().filter(|row| row.holder(Ts::now()).is_some()).count();
            let cohorts = organisations::named_cohorts(db, &reach.cohorts)?;
            Ok::<_, Problem>((queue::counts(db, &reach)?, mine, cohorts))
        })
        .await?;
    let mut chapters: Vec<ChapterId> = counts.iter().map(|(chapter, ..)| *chapter).collect();
    chapters.sort_unstable();
    chapters.dedup();
    let mut by_chapter = Vec::with_capacity(chapters.len());
    for id in chapters {
        let waiting = counts.iter().filter(|(chapter, ..)| *chapter == id).map(|(.., count)| count).sum();
        by_chapter.push(ChapterCount { chapter: chapter_title(&site, id, locale).await?, waiting });
    }
    let by_cohort = cohorts.into_iter().map(|row| CohortCount {
        waiting: counts.iter().filter(|(_, cohort, _)| *cohort == Some(row.id)).map(|(.., count)| count).sum(),
        course: row.course,
        cohort: CohortName { id: row.id, name: row.name },
    });
    Ok(Json(DeskSummary {
        waiting: counts.iter().map(|(.., count)| count).sum(),
        mine: i64::try_from(mine).unwrap_or(i64::MAX),
        chapters: by_chapter,
        cohorts: by_cohort.collect(),
        leads: desk.me.person.leads().next().is_some(),
    }))
}

/// Claims the oldest that nobody has. What one has already stays one's own.
#[utoipa::path(path = "/api/v1/desk/queue/next", operation_id = "claim_next", tag = "desk", params(QueueQuery),
    responses((status = 200, body = QueueItem), (status = 204, description = "nothing waits that nobody has"), Problems))]
#[post("/desk/queue/next")]
pub async fn next(desk: Desk, query: Query<QueueQuery>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let locale = query.locale(&desk);
    let (own, query) = (desk.clone(), query.into_inner());
    let taken = site.db.write(move |tx| {
        let wanted = query.wanted(tx, &own)?;
        let now = Ts::now();
        let taken = queue::take_next(tx, &own.reach, &wanted, now, now + CLAIM)?;
        if let Some(row) = &taken {
            model::note(tx, row.id, own.tutor(), EventKind::Claimed, None)?;
        }
        Ok::<_, Problem>(taken)
    });
    match taken.await? {
        None => Ok(HttpResponse::NoContent().finish()),
        Some(row) => Ok(HttpResponse::Ok().json(items(&site, &desk, vec![row], locale).await?.pop())),
    }
}
