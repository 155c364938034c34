//! Rows of `courses`, `publications`, `sections`, `chapters`, `chapter_versions`, `chapter_texts` and
//! `publication_files`, and how a publication is written into them.

mod rows;
mod write;

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::notebook::Cell;
use crate::blobs::BlobId;
use crate::db::AnyConnection;
use crate::db::schema::{chapter_versions, chapters, courses, publications};
use crate::db::types::{CourseId, Json, PublicationId, Ts, UserId};

pub use write::write;

/// What `chapter_versions.notebook` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotebookEntry {
    /// Within the trainee's folder.
    pub path: String,
    #[schema(value_type = String)]
    pub handout_sha256: BlobId,
    pub cells: Vec<Cell>,
}

/// The publication trainees see now.
#[derive(Debug, Clone)]
pub struct Current {
    pub course: CourseId,
    pub publication: PublicationId,
    pub number: i64,
    pub source: Option<String>,
    /// The handouts by the key of their chapter.
    pub handouts: BTreeMap<String, BlobId>,
}

pub fn current(connection: &mut AnyConnection, slug: &str) -> QueryResult<Option<Current>> {
    let found = courses::table
        .inner_join(publications::table.on(courses::current_publication_id.eq(publications::id.nullable())))
        .filter(courses::slug.eq(slug))
        .select((courses::id, publications::id, publications::number, publications::source))
        .first::<(CourseId, PublicationId, i64, Option<String>)>(connection)
        .optional()?;
    let Some((course, publication, number, source)) = found else { return Ok(None) };
    let notebooks = chapter_versions::table
        .inner_join(chapters::table)
        .filter(chapter_versions::publication_id.eq(publication))
        .filter(chapter_versions::notebook.is_not_null())
        .select((chapters::key, chapter_versions::notebook.assume_not_null()))
        .load::<(String, Json<NotebookEntry>)>(connection)?;
    let handouts = notebooks.into_iter().map(|(key, Json(entry))| (key, entry.handout_sha256)).collect();
    Ok(Some(Current { course, publication, number, source, handouts }))
}

/// A publication of a course, in a line.
#[derive(Debug, Queryable)]
pub struct Past {
    id: PublicationId,
    current: Option<PublicationId>,
    pub number: i64,
    pub published_at: Ts,
    pub source: Option<String>,
    pub published_by: Option<UserId>,
}

impl Past {
    /// Whether readers see this one.
    pub fn is_current(&self) -> bool {
        self.current == Some(self.id)
    }
}

/// All publications of a course, the newest first; none where there is no such course.
pub fn history(connection: &mut AnyConnection, slug: &str) -> QueryResult<Vec<Past>> {
    publications::table
        .inner_join(courses::table.on(courses::id.eq(publications::course_id)))
        .filter(courses::slug.eq(slug))
        .order(publications::number.desc())
        .select((
            publications::id,
            courses::current_publication_id,
            publications::number,
            publications::published_at,
            publications::source,
            publications::published_by,
        ))
        .load(connection)
}

/// Makes an earlier publication the one trainees see; `None` when there is no such publication.
pub fn roll_back(connection: &mut AnyConnection, slug: &str, number: i64) -> QueryResult<Option<PublicationId>> {
    let found = publications::table
        .inner_join(courses::table)
        .filter(courses::slug.eq(slug))
        .filter(publications::number.eq(number))
        .select((courses::id, publications::id))
        .first::<(CourseId, PublicationId)>(connection)
        .optional()?;
    let Some((course, publication)) = found else { return Ok(None) };
    diesel::update(courses::table.filter(courses::id.eq(course)))
        .set(courses::current_publication_id.eq(publication))
        .execute(connection)?;
    Ok(Some(publication))
}
