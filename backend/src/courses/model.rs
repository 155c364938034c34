//! Queries of what `content` published.

use diesel::prelude::*;

use crate::accounts::Locale;
use crate::content::assignment::Assignment;
use crate::content::format::{ChapterRule, CourseRule, Localised, Profile};
use crate::content::quiz::Quiz;
use crate::content::{Heading, NotebookEntry};
use crate::db::AnyConnection;
use crate::db::schema::{
    assignments, chapter_texts, chapter_versions, chapters, courses, publication_files, publications, quizzes, sections,
};
use crate::db::types::{ChapterId, ChapterVersionId, CourseId, Json, PublicationId, SectionId, Ts, UserId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = publications)]
pub struct PublicationRow {
    pub id: PublicationId,
    pub course_id: CourseId,
    pub number: i64,
    pub source: Option<String>,
    pub published_by: Option<UserId>,
    pub published_at: Ts,
    pub title: Json<Localised>,
    pub summary: Json<Localised>,
    pub locales: Json<Vec<Locale>>,
    pub completion: Json<CourseRule>,
    pub profile: Json<Profile>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = chapter_versions)]
pub struct VersionRow {
    pub id: ChapterVersionId,
    pub chapter_id: ChapterId,
    pub section_id: SectionId,
    pub number: String,
    pub kind: String,
    pub title: Json<Localised>,
    pub minutes: i64,
    pub available: bool,
    pub completion: Json<ChapterRule>,
    pub notebook: Option<Json<NotebookEntry>>,
}

pub fn current(db: &mut AnyConnection, course: CourseId) -> QueryResult<Option<(String, PublicationRow)>> {
    courses::table
        .inner_join(publications::table.on(courses::current_publication_id.eq(publications::id.nullable())))
        .filter(courses::id.eq(course))
        .select((courses::slug, PublicationRow::as_select()))
        .first(db)
        .optional()
}

pub fn current_number(db: &mut AnyConnection, course: CourseId) -> QueryResult<Option<PublicationId>> {
    courses::table.find(course).select(courses::current_publication_id).first(db)
}

pub fn sections_of(
    db: &mut AnyConnection,
    publication: PublicationId,
) -> QueryResult<Vec<(SectionId, Json<Localised>)>> {
    sections::table
        .filter(sections::publication_id.eq(publication))
        .order(sections::position)
        .select((sections::id, sections::title))
        .load(db)
}

pub fn versions_of(db: &mut AnyConnection, publication: PublicationId) -> QueryResult<Vec<VersionRow>> {
    chapter_versions::table
        .filter(chapter_versions::publication_id.eq(publication))
        .order(chapter_versions::position)
        .select(VersionRow::as_select())
        .load(db)
}

/// One language of a chapter's text.
pub struct Text {
    pub locale: Locale,
    pub html: String,
    pub headings: Vec<Heading>,
}

pub fn texts_of(db: &mut AnyConnection, version: ChapterVersionId) -> QueryResult<Vec<Text>> {
    let rows: Vec<(String, String, Json<Vec<Heading>>)> = chapter_texts::table
        .filter(chapter_texts::chapter_version_id.eq(version))
        .order(chapter_texts::locale.desc())
        .select((chapter_texts::locale, chapter_texts::html, chapter_texts::headings))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(locale, html, headings)| Text { locale: locale.parse().unwrap_or_default(), html, headings: headings.0 })
        .collect())
}

/// A file of the trainee tree or an image.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = publication_files)]
pub struct FileRow {
    pub path: String,
    pub sha256: String,
    pub size: i64,
    pub kind: String,
    pub chapter_id: Option<ChapterId>,
}

/// Whether this was the path of the chapter's handout in any of its publications.
pub fn had_handout(db: &mut AnyConnection, chapter: ChapterId, path: &str) -> QueryResult<bool> {
    let known = publication_files::table
        .filter(publication_files::chapter_id.eq(chapter))
        .filter(publication_files::path.eq(path))
        .filter(publication_files::kind.eq("handout"));
    diesel::select(diesel::dsl::exists(known)).get_result(db)
}

pub fn files_of(db: &mut AnyConnection, publication: PublicationId) -> QueryResult<Vec<FileRow>> {
    publication_files::table
        .filter(publication_files::publication_id.eq(publication))
        .order(publication_files::path)
        .select(FileRow::as_select())
        .load(db)
}

/// The quiz of a chapter as of one publication.
pub fn quiz_of(db: &mut AnyConnection, version: ChapterVersionId) -> QueryResult<Option<Quiz>> {
    let found = quizzes::table.find(version).select(quizzes::quiz).first::<Json<Quiz>>(db).optional()?;
    Ok(found.map(|quiz| quiz.0))
}

pub fn assignment_of(db: &mut AnyConnection, version: ChapterVersionId) -> QueryResult<Option<Assignment>> {
    let found = assignments::table.find(version).select(assignments::assignment);
    Ok(found.first::<Json<Assignment>>(db).optional()?.map(|assignment| assignment.0))
}

/// The data files that came with a version of a chapter, as they lie beside its notebook, and their blobs.
pub fn data_of(db: &mut AnyConnection, version: ChapterVersionId) -> QueryResult<Vec<(String, String)>> {
    let publication = chapter_versions::table.find(version).select(chapter_versions::publication_id);
    let files: Vec<(String, String)> = publication_files::table
        .filter(publication_files::publication_id.eq_any(publication))
        .filter(publication_files::kind.eq("data"))
        .select((publication_files::path, publication_files::sha256))
        .load(db)?;
    // Files are named below the working folder, where each course has one of its own.
    let beside = |path: String| path.split_once('/').map_or(path.clone(), |(_, rest)| rest.to_owned());
    Ok(files.into_iter().map(|(path, blob)| (beside(path), blob)).collect())
}

pub fn course_of_chapter(db: &mut AnyConnection, chapter: ChapterId) -> QueryResult<Option<CourseId>> {
    chapters::table.find(chapter).select(chapters::course_id).first(db).optional()
}

/// All chapters these courses ever had.
pub fn chapters_of_courses(db: &mut AnyConnection, ids: &[CourseId]) -> QueryResult<Vec<ChapterId>> {
    chapters::table.filter(chapters::course_id.eq_any(ids)).select(chapters::id).load(db)
}

pub fn exists(db: &mut AnyConnection, id: CourseId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(courses::table.find(id))).get_result(db)
}

pub fn course_by_slug(db: &mut AnyConnection, slug: &str) -> QueryResult<Option<CourseId>> {
    courses::table.filter(courses::slug.eq(slug)).select(courses::id).first(db).optional()
}

/// Every course that has a publication.
pub fn all_courses(db: &mut AnyConnection) -> QueryResult<Vec<CourseId>> {
    courses::table.filter(courses::current_publication_id.is_not_null()).order(courses::id).select(courses::id).load(db)
}

pub fn publications_of(db: &mut AnyConnection, ids: &[CourseId]) -> QueryResult<Vec<(PublicationRow, i64)>> {
    use diesel::dsl::count_star;
    let rows: Vec<PublicationRow> = publications::table
        .filter(publications::course_id.eq_any(ids))
        .order((publications::course_id, publications::number.desc()))
        .select(PublicationRow::as_select())
        .load(db)?;
    let sizes: std::collections::HashMap<PublicationId, i64> = chapter_versions::table
        .filter(chapter_versions::publication_id.eq_any(rows.iter().map(|row| row.id).collect::<Vec<_>>()))
        .group_by(chapter_versions::publication_id)
        .select((chapter_versions::publication_id, count_star()))
        .load(db)?
        .into_iter()
        .collect();
    Ok(rows
        .into_iter()
        .map(|row| {
            let chapters = sizes.get(&row.id).copied().unwrap_or(0);
            (row, chapters)
        })
        .collect())
}

pub fn slugs(db: &mut AnyConnection, ids: &[CourseId]) -> QueryResult<Vec<(CourseId, String, Option<PublicationId>)>> {
    courses::table
        .filter(courses::id.eq_any(ids))
        .order(courses::id)
        .select((courses::id, courses::slug, courses::current_publication_id))
        .load(db)
}
