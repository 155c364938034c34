//! What authors see of their courses, and the words for chapters that other rooms' answers share.

use std::collections::HashMap;

use actix_web::get;
use actix_web::web::{Data, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::catalogue::Chapter;
use super::localise;
use super::model::{self, PublicationRow};
use crate::accounts::{self, Locale, Person};
use crate::content::Source;
use crate::content::format::Kind;
use crate::db::types::{ChapterId, CourseId, PublicationId, Ts, UserId};
use crate::http::Problems;
use crate::http::page::Page;
use crate::http::problem::Problem;
use crate::sessions::Author;
use crate::site::Site;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LocaleQuery {
    /// Locale of titles and texts; the user's own unless told.
    locale: Option<Locale>,
}

impl LocaleQuery {
    pub fn or_of(&self, person: &Person) -> Locale {
        self.locale.unwrap_or(person.locale)
    }
}

/// A chapter as a link.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChapterLink {
    pub id: ChapterId,
    /// As printed: `7.1`.
    pub number: String,
    pub title: String,
    pub kind: Kind,
}

pub fn chapter_ref(chapter: &Chapter, locale: Locale) -> ChapterLink {
    ChapterLink {
        id: chapter.id,
        number: chapter.number.clone(),
        title: localise(&chapter.title, locale).to_owned(),
        kind: chapter.kind,
    }
}

/// A course an author writes.
#[derive(Serialize, ToSchema)]
pub struct AuthorCourse {
    pub id: CourseId,
    pub slug: String,
    pub title: String,
    /// Newest first.
    pub publications: Vec<PublicationInfo>,
}

#[derive(Serialize, ToSchema)]
pub struct PublicationInfo {
    pub id: PublicationId,
    pub number: i64,
    /// Whether readers see this one.
    pub current: bool,
    pub published_at: Ts,
    pub published_by: Option<UserId>,
    /// Their name.
    pub published_by_name: Option<String>,
    /// The git commit it was made from, where that is known.
    pub commit: Option<String>,
    pub chapters: i64,
}

/// The courses I write, with their publications; an operator sees all.
#[utoipa::path(path = "/api/v1/author/courses", operation_id = "list_author_courses", tag = "author",
    params(LocaleQuery), responses((status = 200, body = Page<AuthorCourse>), Problems))]
#[get("/author/courses")]
pub async fn author_courses(
    Author(me): Author,
    query: actix_web::web::Query<LocaleQuery>,
    site: Data<Site>,
) -> Result<Json<Page<AuthorCourse>>, Problem> {
    let locale = query.or_of(&me.person);
    let person = me.person.clone();
    let (slugs, publications, names) = site
        .db
        .read(move |db| {
            let mut ids = model::all_courses(db)?;
            ids.retain(|&id| person.is_operator() || person.writes(id));
            let publications = model::publications_of(db, &ids)?;
            let people: Vec<UserId> = publications.iter().filter_map(|(row, _)| row.published_by).collect();
            Ok::<_, Problem>((model::slugs(db, &ids)?, publications, accounts::names(db, &people)?))
        })
        .await?;
    let mut by_course: HashMap<CourseId, Vec<(PublicationRow, i64)>> = HashMap::new();
    for (row, chapters) in publications {
        by_course.entry(row.course_id).or_default().push((row, chapters));
    }
    let items = slugs
        .into_iter()
        .map(|(id, slug, current)| {
            let mine = by_course.remove(&id).unwrap_or_default();
            AuthorCourse {
                id,
                slug,
                title: mine.first().map_or("", |(row, _)| localise(&row.title.0, locale)).to_owned(),
                publications: mine
                    .into_iter()
                    .map(|(row, chapters)| PublicationInfo {
                        id: row.id,
                        number: row.number,
                        current: Some(row.id) == current,
                        published_at: row.published_at,
                        published_by: row.published_by,
                        published_by_name: row.published_by.and_then(|id| names.get(&id).cloned()),
                        commit: commit_of(row.source.as_deref()),
                        chapters,
                    })
                    .collect(),
            }
        })
        .collect();
    Ok(Json(Page::whole(items)))
}

fn commit_of(source: Option<&str>) -> Option<String> {
    source?.parse::<Source>().ok()?.commit
}
