//! A course's outline with one's own progress, and where to go on in it.

use std::collections::HashMap;

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{self, ProgressRow};
use super::progress::restate;
use super::view::{ChapterState, CourseProgress, state_of};
use crate::accounts::Locale;
use crate::content::format::Kind;
use crate::courses::{self, Chapter, LocaleQuery, Publication, localise};
use crate::db::types::{ChapterId, CourseId, PublicationId, Ts};
use crate::http::Problems;
use crate::http::etag;
use crate::http::problem::Problem;
use crate::sessions::SignedIn;
use crate::site::Site;

/// A course with its outline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Outline {
    pub id: CourseId,
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub locales: Vec<Locale>,
    pub publication: OutlinePublication,
    /// Null for a reader who is not enrolled.
    pub progress: Option<CourseProgress>,
    pub due_at: Option<Ts>,
    /// Where to go on in this course; null once all is completed.
    pub next_chapter: Option<ChapterId>,
    pub sections: Vec<OutlineSection>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OutlinePublication {
    pub id: PublicationId,
    pub number: i64,
    pub published_at: Ts,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OutlineSection {
    pub number: usize,
    pub title: String,
    pub chapters: Vec<OutlineChapter>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OutlineChapter {
    pub id: ChapterId,
    pub number: String,
    pub title: String,
    pub kind: Kind,
    pub minutes: i64,
    /// Whether there is anything behind the name yet.
    pub available: bool,
    pub state: ChapterState,
    pub percent: i64,
}

/// A course's outline.
#[utoipa::path(path = "/api/v1/courses/{slug}", operation_id = "get_course", tag = "study",
    params(("slug" = String, Path), LocaleQuery),
    responses((status = 200, body = Outline), (status = 304, description = "not changed"), Problems))]
#[get("/courses/{slug}")]
pub async fn outline(
    me: SignedIn,
    slug: Path<String>,
    query: Query<LocaleQuery>,
    site: Data<Site>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (user, locale) = (me.person.id, query.or_of(&me.person));
    let (reader, (rows, completed_at)) = courses::read_course(&site, &me, &slug, move |db, publication| {
        let course = publication.course;
        let mut rows = model::of_courses(db, user, &[course])?;
        restate(db, user, publication, &mut rows)?;
        Ok((rows, model::course_completed_at(db, user, course)?))
    })
    .await?;
    let publication = &reader.publication;
    let section = |(index, section): (usize, &crate::courses::Section)| OutlineSection {
        number: section.number,
        title: localise(&section.title, locale).to_owned(),
        chapters: publication
            .chapters
            .iter()
            .filter(|chapter| chapter.section == index)
            .map(|chapter| outline_chapter(chapter, rows.get(&chapter.id), locale))
            .collect(),
    };
    let body = Outline {
        id: publication.course,
        slug: publication.slug.clone(),
        title: localise(&publication.title, locale).to_owned(),
        summary: localise(&publication.summary, locale).to_owned(),
        locales: publication.locales.clone(),
        publication: OutlinePublication {
            id: publication.id,
            number: publication.number,
            published_at: publication.published_at,
        },
        progress: reader.enrolled.then(|| CourseProgress::new(publication, &rows, completed_at)),
        due_at: reader.due_at,
        next_chapter: next_in(publication, &rows, last_touched(&rows)).map(|chapter| chapter.id),
        sections: publication.sections.iter().enumerate().map(section).collect(),
    };
    Ok(etag::json(&request, &body))
}

fn outline_chapter(chapter: &Chapter, row: Option<&ProgressRow>, locale: Locale) -> OutlineChapter {
    OutlineChapter {
        id: chapter.id,
        number: chapter.number.clone(),
        title: localise(&chapter.title, locale).to_owned(),
        kind: chapter.kind,
        minutes: chapter.minutes,
        available: chapter.available,
        state: state_of(row),
        percent: row.map_or(0, |row| row.percent),
    }
}

pub(super) fn last_touched(rows: &HashMap<ChapterId, ProgressRow>) -> Option<&ProgressRow> {
    rows.values().max_by_key(|row| row.updated_at)
}

/// From the chapter touched last on, the first that is not completed; then from the beginning.
pub(super) fn next_in<'p>(
    publication: &'p Publication,
    rows: &HashMap<ChapterId, ProgressRow>,
    last: Option<&ProgressRow>,
) -> Option<&'p Chapter> {
    let open = |chapter: &&Chapter| rows.get(&chapter.id).is_none_or(|row| row.completed_at.is_none());
    let start =
        last.and_then(|row| publication.chapters.iter().position(|chapter| chapter.id == row.chapter_id)).unwrap_or(0);
    let (before, from) = publication.chapters.split_at(start);
    let to_do = |chapters: &'p [Chapter]| chapters.iter().filter(|chapter| chapter.available).filter(open);
    // At the end of the course, what was begun comes before what was passed over.
    let begun = to_do(before).filter_map(|chapter| Some((rows.get(&chapter.id)?.updated_at, chapter)));
    let begun = begun.max_by_key(|(at, _)| *at).map(|(_, chapter)| chapter);
    to_do(from).next().or(begun).or_else(|| to_do(before).next())
}
