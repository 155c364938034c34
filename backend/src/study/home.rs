//! One's own courses with one's own progress: the home page, the list.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{self, ProgressRow, evidence};
use super::outline::{last_touched, next_in};
use super::progress::{outdated, restate};
use super::rules::{ReasonKind, chapter_standing};
use super::view::{ChapterState, CourseProgress, state_of};
use crate::accounts::Locale;
use crate::assignments::{self, Submission, SubmissionRow, SubmissionState};
use crate::content::CellKind;
use crate::content::format::Kind;
use crate::courses::{Chapter, ChapterLink, CourseName, LocaleQuery, Publication, chapter_ref, localise};
use crate::db::types::{ChapterId, CourseId, Ts, UserId};
use crate::http::Problems;
use crate::http::page::Page;
use crate::http::problem::Problem;
use crate::organisations;
use crate::sessions::SignedIn;
use crate::site::Site;

/// A course in a list, with the state of each chapter.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseCard {
    pub id: CourseId,
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub progress: CourseProgress,
    pub due_at: Option<Ts>,
    /// Minutes the chapters still take, about.
    pub minutes_left: i64,
    pub chapters: Vec<CardChapter>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CardChapter {
    pub id: ChapterId,
    pub number: String,
    pub title: String,
    pub kind: Kind,
    pub available: bool,
    pub state: ChapterState,
    pub percent: i64,
}

/// Where to carry on.
#[derive(Debug, Serialize, ToSchema)]
pub struct CarryOn {
    pub course: CourseName,
    pub chapter: ChapterLink,
    /// The cell in focus last, counted among the code cells from 1, as the other figures count them.
    pub cell_index: Option<usize>,
    /// Of the cells the chapter's rule asks for; both are 0 where it asks for none.
    pub cells_done: i64,
    pub cells_total: i64,
    /// Null for a chapter not opened yet.
    pub last_seen_at: Option<Ts>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Home {
    pub carry_on: Option<CarryOn>,
    pub courses: Vec<CourseCard>,
    /// What one handed in and is not done with, the one that changed last first.
    pub hand_ins: Vec<OpenHandIn>,
}

/// Work that waits: for its trainee, or for a tutor.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenHandIn {
    pub course: CourseId,
    pub chapter: ChapterLink,
    pub submission: Submission,
}

/// The courses I take.
#[utoipa::path(path = "/api/v1/courses", operation_id = "list_courses", tag = "study", params(LocaleQuery),
    responses((status = 200, body = Page<CourseCard>), Problems))]
#[get("/courses")]
pub async fn list(
    me: SignedIn,
    query: Query<LocaleQuery>,
    site: Data<Site>,
) -> Result<Json<Page<CourseCard>>, Problem> {
    let locale = query.or_of(&me.person);
    let studied = Studied::load(&me, &site).await?;
    Ok(Json(Page::whole(studied.cards(locale))))
}

/// What the home page shows.
#[utoipa::path(path = "/api/v1/home", operation_id = "get_home", tag = "study", params(LocaleQuery),
    responses((status = 200, body = Home), Problems))]
#[get("/home")]
pub async fn home(me: SignedIn, query: Query<LocaleQuery>, site: Data<Site>) -> Result<Json<Home>, Problem> {
    let locale = query.or_of(&me.person);
    let studied = Studied::load(&me, &site).await?;
    let user = me.person.id;
    let standing = site.db.read(move |db| Ok::<_, Problem>(assignments::standing_of(db, user)?)).await?;
    let carry_on = match studied.next_chapter() {
        Some((publication, chapter)) => {
            Some(carry_on(me.person.id, publication, chapter, &studied, locale, &site).await?)
        }
        None => None,
    };
    Ok(Json(Home { carry_on, courses: studied.cards(locale), hand_ins: studied.hand_ins(standing, locale) }))
}

async fn carry_on(
    user: UserId,
    publication: &Publication,
    chapter: &Chapter,
    studied: &Studied,
    locale: Locale,
    site: &Site,
) -> Result<CarryOn, Problem> {
    let id = chapter.id;
    let cells = site.db.read(move |db| Ok::<_, Problem>(model::cells(db, user, id)?)).await?;
    let row = studied.rows.get(&id);
    let standing = chapter_standing(&chapter.rule, chapter.notebook.as_ref(), &evidence(row, &cells));
    let asked = standing.reasons.iter().find(|reason| reason.kind == ReasonKind::Cells);
    let focus = row.and_then(|row| row.cell_id.as_deref());
    Ok(CarryOn {
        course: publication.name(locale),
        chapter: chapter_ref(chapter, locale),
        cell_index: focus.and_then(|focus| {
            let cells = &chapter.notebook.as_ref()?.cells;
            let at = cells.iter().position(|cell| cell.id == focus)?;
            Some(cells[..=at].iter().filter(|cell| cell.kind == CellKind::Code).count().max(1))
        }),
        cells_done: asked.map_or(0, |asked| asked.value.min(asked.target)),
        cells_total: asked.map_or(0, |asked| asked.target),
        last_seen_at: row.map(|row| row.updated_at),
    })
}

/// A person's courses with their progress.
struct Studied {
    courses: Vec<(Arc<Publication>, Option<Ts>, Option<Ts>)>,
    rows: HashMap<ChapterId, ProgressRow>,
}

impl Studied {
    async fn load(me: &SignedIn, site: &Site) -> Result<Self, Problem> {
        let (user, organisation) = (me.person.id, me.person.organisation);
        let (enrolled, completed, rows) = site
            .db
            .read(move |db| {
                let enrolled = organisations::courses_of(db, user, organisation)?;
                let ids: Vec<CourseId> = enrolled.iter().map(|(id, _)| *id).collect();
                let completed = model::courses_completed(db, user)?;
                let rows = model::of_courses(db, user, &ids)?;
                Ok::<_, Problem>((enrolled, completed, rows))
            })
            .await?;
        let mut courses = Vec::with_capacity(enrolled.len());
        for (id, due_at) in enrolled {
            if let Some(publication) = site.catalogue.publication(&site.db, id).await? {
                courses.push((publication, due_at, completed.get(&id).copied()));
            }
        }
        let mut studied = Self { courses, rows };
        studied.restate(user, site).await?;
        Ok(studied)
    }

    /// Another turn at the database, which few need: a course was published since they were last in it.
    async fn restate(&mut self, user: UserId, site: &Site) -> Result<(), Problem> {
        let needs = |publication: &Publication| outdated(publication, &self.rows).next().is_some();
        let publications: Vec<Arc<Publication>> =
            self.courses.iter().map(|(publication, ..)| publication).filter(|it| needs(it)).cloned().collect();
        if publications.is_empty() {
            return Ok(());
        }
        let mut rows = std::mem::take(&mut self.rows);
        self.rows = site
            .db
            .read(move |db| {
                for publication in publications {
                    restate(db, user, &publication, &mut rows)?;
                }
                Ok::<_, Problem>(rows)
            })
            .await?;
        Ok(())
    }

    fn cards(&self, locale: Locale) -> Vec<CourseCard> {
        self.courses
            .iter()
            .map(|(publication, due_at, completed_at)| CourseCard {
                id: publication.course,
                slug: publication.slug.clone(),
                title: localise(&publication.title, locale).to_owned(),
                summary: localise(&publication.summary, locale).to_owned(),
                progress: CourseProgress::new(publication, &self.rows, *completed_at),
                due_at: *due_at,
                minutes_left: self.minutes_left(publication),
                chapters: publication.chapters.iter().map(|chapter| self.card_chapter(chapter, locale)).collect(),
            })
            .collect()
    }

    /// Those of the courses one takes, in chapters that are still there.
    fn hand_ins(&self, mut standing: Vec<SubmissionRow>, locale: Locale) -> Vec<OpenHandIn> {
        standing.retain(|row| row.state() != SubmissionState::Passed);
        standing.sort_by_key(|row| Reverse((row.changed_at, row.id)));
        let place = |id: ChapterId| {
            let publications = self.courses.iter().map(|(publication, ..)| publication);
            publications
                .flat_map(|it| it.chapters.iter().map(move |chapter| (it.course, chapter)))
                .find(|it| it.1.id == id)
        };
        standing
            .iter()
            .filter_map(|row| {
                let (course, chapter) = place(row.chapter_id)?;
                Some(OpenHandIn { course, chapter: chapter_ref(chapter, locale), submission: Submission::from(row) })
            })
            .collect()
    }

    fn minutes_left(&self, publication: &Publication) -> i64 {
        publication
            .available()
            .filter(|chapter| self.rows.get(&chapter.id).is_none_or(|row| row.completed_at.is_none()))
            .map(|chapter| chapter.minutes)
            .sum()
    }

    fn card_chapter(&self, chapter: &Chapter, locale: Locale) -> CardChapter {
        let row = self.rows.get(&chapter.id);
        CardChapter {
            id: chapter.id,
            number: chapter.number.clone(),
            title: localise(&chapter.title, locale).to_owned(),
            kind: chapter.kind,
            available: chapter.available,
            state: state_of(row),
            percent: row.map_or(0, |row| row.percent),
        }
    }

    /// The chapter touched last; where that is completed, the next one that is not.
    fn next_chapter(&self) -> Option<(&Publication, &Chapter)> {
        let last = last_touched(&self.rows);
        // The course of that chapter first; where it is finished, the others.
        let publications = self.courses.iter().map(|(publication, ..)| &**publication);
        let (this, others): (Vec<_>, Vec<_>) =
            publications.partition(|publication| last.is_some_and(|row| row.course_id == publication.course));
        this.into_iter()
            .chain(others)
            .find_map(|publication| Some((publication, next_in(publication, &self.rows, last)?)))
    }
}
