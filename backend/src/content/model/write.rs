//! Writes a publication, all in the caller's transaction.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::NotebookEntry;
use super::rows::{NewAssignment, NewFile, NewPublication, NewQuiz, NewSection, NewText, NewVersion};
use crate::content::draft::{ChapterDraft, Draft, FileDraft};
use crate::content::format::Chapter;
use crate::content::paths;
use crate::content::publish::{PublishError, Published};
use crate::content::source::Source;
use crate::db::schema::{
    assignments, chapter_texts, chapter_versions, chapters, courses, publication_files, publications, quizzes, sections,
};
use crate::db::types::{ChapterId, CourseId, Json, PublicationId, SectionId, Ts, UserId};
use crate::db::{AnyConnection, Both};

/// Both databases bound the parameters of a statement.
const ROWS_A_STATEMENT: usize = 500;

/// The common dialect has no inserts of many rows.
macro_rules! insert_all {
    ($connection:expr, $table:expr, $rows:expr) => {
        for rows in $rows.chunks(ROWS_A_STATEMENT) {
            match $connection {
                AnyConnection::Sqlite(sqlite) => diesel::insert_into($table).values(rows).execute(sqlite)?,
                AnyConnection::Postgres(postgres) => diesel::insert_into($table).values(rows).execute(postgres)?,
            };
        }
    };
}

/// Writes the draft as the next publication of its course and makes it the current one. Fails when the current one
/// is no longer `expected`, the one it was compared with.
pub fn write(
    connection: &mut AnyConnection,
    draft: &Draft,
    expected: Option<PublicationId>,
    source: &Source,
    by: Option<UserId>,
) -> Result<Published, PublishError> {
    let (course, current) = lock_course(connection, &draft.course.slug)?;
    if current != expected {
        return Err(PublishError::Overtaken);
    }
    let latest = publications::table
        .filter(publications::course_id.eq(course))
        .select(publications::number)
        .order(publications::number.desc())
        .first::<i64>(connection)
        .optional()?;
    let number = latest.unwrap_or(0) + 1;
    let publication = diesel::insert_into(publications::table)
        .values(publication_row(course, number, draft, source, by))
        .returning(publications::id)
        .get_result::<PublicationId>(connection)?;
    let ids = identities(connection, course, draft)?;
    outline(connection, publication, draft, &ids)?;
    let files = files(publication, draft, &ids);
    insert_all!(connection, publication_files::table, files);
    diesel::update(courses::table.filter(courses::id.eq(course)))
        .set(courses::current_publication_id.eq(publication))
        .execute(connection)?;
    Ok(Published { course, publication, number, chapters: ids.len(), new: true, warnings: Default::default() })
}

/// Finds or makes the course and keeps others from publishing it until the transaction ends.
fn lock_course(connection: &mut AnyConnection, slug: &str) -> QueryResult<(CourseId, Option<PublicationId>)> {
    let row = (courses::slug.eq(slug), courses::created_at.eq(Ts::now()));
    Both(diesel::insert_into(courses::table).values(row).on_conflict(courses::slug).do_nothing())
        .execute(connection)?;
    // Setting it to itself takes the lock of the row on PostgreSQL; SQLite has one writer anyway.
    diesel::update(courses::table.filter(courses::slug.eq(slug)))
        .set(courses::slug.eq(slug))
        .returning((courses::id, courses::current_publication_id.nullable()))
        .get_result(connection)
}

fn publication_row(
    course: CourseId,
    number: i64,
    draft: &Draft,
    source: &Source,
    by: Option<UserId>,
) -> NewPublication {
    NewPublication {
        course_id: course,
        number,
        source: source.to_string(),
        published_by: by,
        published_at: Ts::now(),
        title: Json(draft.course.title.clone()),
        summary: Json(draft.course.summary.clone()),
        locales: Json(draft.course.languages.clone()),
        completion: Json(draft.course.completion),
        profile: Json(draft.course.profile),
    }
}

/// The id of every chapter: the one its key has, the one of the key it had before, or a new one.
fn identities(
    connection: &mut AnyConnection,
    course: CourseId,
    draft: &Draft,
) -> Result<BTreeMap<String, ChapterId>, PublishError> {
    let known: BTreeMap<String, ChapterId> = chapters::table
        .filter(chapters::course_id.eq(course))
        .select((chapters::key, chapters::id))
        .load::<(String, ChapterId)>(connection)?
        .into_iter()
        .collect();
    let mut ids = BTreeMap::new();
    for chapter in draft.course.chapters() {
        let same = known.get(&chapter.key).copied();
        let renamed = chapter.was.as_ref().and_then(|was| known.get(was)).copied();
        let id = match (same, renamed) {
            (Some(_), Some(_)) => return Err(both_known(chapter)),
            (Some(id), None) => id,
            (None, Some(id)) => {
                diesel::update(chapters::table.filter(chapters::id.eq(id)))
                    .set(chapters::key.eq(&chapter.key))
                    .execute(connection)?;
                id
            }
            (None, None) => diesel::insert_into(chapters::table)
                .values((chapters::course_id.eq(course), chapters::key.eq(&chapter.key)))
                .returning(chapters::id)
                .get_result(connection)?,
        };
        ids.insert(chapter.key.clone(), id);
    }
    Ok(ids)
}

fn both_known(chapter: &Chapter) -> PublishError {
    PublishError::BothKeysKnown { key: chapter.key.clone(), was: chapter.was.clone().unwrap_or_default() }
}

fn outline(
    connection: &mut AnyConnection,
    publication: PublicationId,
    draft: &Draft,
    ids: &BTreeMap<String, ChapterId>,
) -> QueryResult<()> {
    let (mut texts, mut quizzes_of, mut assignments_of) = (Vec::new(), Vec::new(), Vec::new());
    let mut position = 0;
    for (section, section_number) in draft.course.sections.iter().zip(1_i64..) {
        let row =
            NewSection { publication_id: publication, position: section_number, title: Json(section.title.clone()) };
        let section_id = diesel::insert_into(sections::table)
            .values(row)
            .returning(sections::id)
            .get_result::<SectionId>(connection)?;
        for (chapter, chapter_number) in section.chapters.iter().zip(1..) {
            let (Some(&id), Some(content)) = (ids.get(&chapter.key), draft.chapters.get(&chapter.key)) else {
                continue;
            };
            position += 1;
            let row = NewVersion {
                publication_id: publication,
                chapter_id: id,
                section_id,
                position,
                number: format!("{section_number}.{chapter_number}"),
                kind: chapter.kind.into(),
                title: Json(chapter.title.clone()),
                minutes: i64::from(chapter.minutes),
                available: content.available,
                completion: Json(chapter.completion),
                notebook: notebook(&draft.course.slug, chapter, content),
            };
            let version = diesel::insert_into(chapter_versions::table)
                .values(row)
                .returning(chapter_versions::id)
                .get_result(connection)?;
            let id_of = |key: &str| ids.get(key).copied();
            quizzes_of.extend(
                content
                    .quiz
                    .as_ref()
                    .map(|quiz| NewQuiz { chapter_version_id: version, quiz: Json(quiz.fill(id, id_of)) }),
            );
            assignments_of.extend(content.assignment.as_ref().map(|assignment| {
                let checks = content.checks.as_ref().map(|file| file.blob.clone());
                let filled = assignment.fill(checks, id, id_of);
                NewAssignment { chapter_version_id: version, assignment: Json(filled) }
            }));
            texts.extend(content.texts.iter().map(|(language, text)| NewText {
                chapter_version_id: version,
                locale: (*language).into(),
                html: text.html.fill(id, id_of),
                headings: Json(text.headings.clone()),
            }));
        }
    }
    insert_all!(connection, chapter_texts::table, texts);
    insert_all!(connection, quizzes::table, quizzes_of);
    insert_all!(connection, assignments::table, assignments_of);
    Ok(())
}

fn notebook(slug: &str, chapter: &Chapter, content: &ChapterDraft) -> Option<Json<NotebookEntry>> {
    let handout = content.handout.as_ref()?;
    Some(Json(NotebookEntry {
        path: paths::handout(slug, &chapter.key),
        handout_sha256: handout.blob.clone(),
        cells: handout.cells.clone(),
    }))
}

fn files(publication: PublicationId, draft: &Draft, ids: &BTreeMap<String, ChapterId>) -> Vec<NewFile> {
    let slug = &draft.course.slug;
    let row = |path: String, file: &FileDraft, kind, chapter_id| NewFile {
        publication_id: publication,
        path,
        sha256: file.blob.to_string(),
        size: i64::try_from(file.size).unwrap_or(i64::MAX),
        kind,
        chapter_id,
    };
    let mut rows: Vec<NewFile> =
        draft.data.iter().map(|file| row(format!("{slug}/{}", file.path), file, "data", None)).collect();
    for (key, content) in &draft.chapters {
        let Some(&id) = ids.get(key) else { continue };
        rows.extend(content.handout.as_ref().map(|handout| {
            let size = handout.bytes.len() as u64;
            let file = FileDraft { path: String::new(), blob: handout.blob.clone(), size };
            row(paths::handout(slug, key), &file, "handout", Some(id))
        }));
        rows.extend(content.images.iter().map(|file| {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            row(paths::image(id, name), file, "image", Some(id))
        }));
    }
    rows
}
