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
use crate::db::types::{CourseId, Json, PublicationId};

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
