//! Courses as readers see them: outlines, chapters, who may read. Tables (reading): `courses`, `publications`,
//! `sections`, `chapters`, `chapter_versions`, `chapter_texts`, `publication_files`; `content` writes them.

mod catalogue;
mod files;
mod model;
mod readable;
mod reader;
mod routes;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub use crate::content::format::localise;
use crate::db::types::CourseId;

pub use catalogue::{Catalogue, Chapter, ChapterRef, Publication, Section};
pub use model::{all_courses, chapters_of_courses, course_by_slug as by_slug, data_of, exists, had_handout};
pub use reader::{ReaderOfChapter, Readings, read_chapter, read_chapter_with, read_course};
pub use routes::{ChapterLink, LocaleQuery, chapter_ref};

pub fn routes(api: &mut ServiceConfig) {
    api.service(routes::author_courses).service(files::image).service(readable::list);
}

pub fn content_routes(api: &mut ServiceConfig) {
    api.service(files::manifest).service(files::blob);
}

/// A course in a word.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CourseName {
    pub id: CourseId,
    pub slug: String,
    pub title: String,
}
