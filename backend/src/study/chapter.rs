//! Opening a chapter, and one's own mark on it.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, put};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::problems::SELF_MARK_NOT_ALLOWED;
use super::progress;
use super::trainee::TraineeOfChapter;
use super::view::ChapterProgress;
use crate::accounts::Locale;
use crate::content::format::Kind;
use crate::content::{Heading, NotebookEntry};
use crate::courses::{self, ChapterLink, CourseName, LocaleQuery, chapter_ref, localise};
use crate::db::types::{ChapterId, PublicationId, Ts};
use crate::http::etag;
use crate::http::problem::{INTERNAL, Problem};
use crate::http::{Body, Problems};
use crate::sessions::SignedIn;
use crate::site::Site;

/// A chapter: its text, its place, and how far the reader is.
#[derive(Serialize, ToSchema)]
pub struct ChapterView<'a> {
    pub id: ChapterId,
    /// As printed: `7.1`.
    pub number: &'a str,
    pub title: &'a str,
    pub kind: Kind,
    /// How long it takes, about.
    pub minutes: i64,
    /// The language of the text; another than asked for where the course has none in that.
    pub locale: Locale,
    /// Sanitised HTML.
    #[schema(value_type = String)]
    pub html: &'a RawValue,
    #[schema(value_type = Vec<Heading>)]
    pub headings: &'a RawValue,
    pub course: CourseName,
    pub section: SectionName<'a>,
    #[schema(value_type = Option<NotebookEntry>)]
    pub notebook: &'a RawValue,
    pub due_at: Option<Ts>,
    pub previous: Option<ChapterLink>,
    pub next: Option<ChapterLink>,
    pub publication: PublicationName,
    /// Null for a reader who is not enrolled.
    pub progress: Option<ChapterProgress>,
}

#[derive(Serialize, ToSchema)]
pub struct SectionName<'a> {
    pub number: usize,
    pub title: &'a str,
}

#[derive(Serialize, ToSchema)]
pub struct PublicationName {
    pub id: PublicationId,
    pub number: i64,
}

/// Opens a chapter.
#[utoipa::path(path = "/api/v1/chapters/{chapter}", operation_id = "get_chapter", tag = "study",
    params(("chapter" = i64, Path), LocaleQuery),
    responses((status = 200, body = ChapterView), (status = 304, description = "not changed"), Problems))]
#[get("/chapters/{chapter}")]
pub async fn open(
    me: SignedIn,
    id: Path<ChapterId>,
    query: Query<LocaleQuery>,
    site: Data<Site>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (user, locale) = (me.person.id, query.or_of(&me.person));
    let (reader, progress) =
        courses::read_chapter_with(&site, &me, *id, move |db, chapter| progress::of(db, user, chapter)).await?;
    let progress = reader.enrolled.then_some(progress);
    let page = site.catalogue.page(&site.db, &reader.chapter, locale).await?;
    let publication = &reader.chapter.publication;
    let chapter = reader.chapter.chapter();
    let section = &publication.sections[chapter.section];
    let view = ChapterView {
        id: chapter.id,
        number: &chapter.number,
        title: localise(&chapter.title, locale),
        kind: chapter.kind,
        minutes: chapter.minutes,
        locale: page.locale,
        html: &page.html,
        headings: &page.headings,
        course: publication.name(locale),
        section: SectionName { number: section.number, title: localise(&section.title, locale) },
        notebook: &page.notebook,
        due_at: reader.due_at,
        previous: reader.chapter.previous().map(|chapter| chapter_ref(chapter, locale)),
        next: reader.chapter.next().map(|chapter| chapter_ref(chapter, locale)),
        publication: PublicationName { id: publication.id, number: publication.number },
        progress,
    };
    // The text is most of it: a buffer that has to grow would copy it again and again.
    let mut bytes =
        Vec::with_capacity(page.html.get().len() + page.headings.get().len() + page.notebook.get().len() + 4 * 1024);
    serde_json::to_writer(&mut bytes, &view).map_err(|error| INTERNAL.caused_by(error))?;
    Ok(etag::json_bytes(&request, bytes))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnMark {
    completed: bool,
}

/// Marks a chapter as completed, or takes the mark back, where its rule leaves that to the trainee.
#[utoipa::path(path = "/api/v1/chapters/{chapter}/completion", operation_id = "mark_chapter", tag = "study",
    params(("chapter" = i64, Path)), request_body = OwnMark,
    responses((status = 200, body = ChapterProgress), Problems))]
#[put("/chapters/{chapter}/completion")]
pub async fn mark(
    TraineeOfChapter(reader): TraineeOfChapter,
    body: Body<OwnMark>,
    site: Data<Site>,
) -> Result<Json<ChapterProgress>, Problem> {
    if !reader.chapter.chapter().rule.self_mark {
        return Err(SELF_MARK_NOT_ALLOWED.problem());
    }
    let (user, chapter, completed) = (reader.me.person.id, reader.chapter.clone(), body.completed);
    Ok(Json(site.db.write(move |tx| progress::mark(tx, user, &chapter, completed)).await?))
}
