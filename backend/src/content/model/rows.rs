//! The rows a publication adds.

use diesel::prelude::*;

use super::NotebookEntry;
use crate::content::assignment::Assignment;
use crate::content::format::{ChapterRule, CourseRule, Locale, Localised, Profile};
use crate::content::html::Heading;
use crate::content::quiz::Quiz;
use crate::db::schema::{
    assignments, chapter_texts, chapter_versions, publication_files, publications, quizzes, sections,
};
use crate::db::types::{ChapterId, ChapterVersionId, CourseId, Json, PublicationId, SectionId, Ts, UserId};

#[derive(Debug, Insertable)]
#[diesel(table_name = publications)]
pub struct NewPublication {
    pub course_id: CourseId,
    pub number: i64,
    pub source: String,
    pub published_by: Option<UserId>,
    pub published_at: Ts,
    pub title: Json<Localised>,
    pub summary: Json<Localised>,
    pub locales: Json<Vec<Locale>>,
    pub completion: Json<CourseRule>,
    pub profile: Json<Profile>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = sections)]
pub struct NewSection {
    pub publication_id: PublicationId,
    pub position: i64,
    pub title: Json<Localised>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = chapter_versions)]
pub struct NewVersion {
    pub publication_id: PublicationId,
    pub chapter_id: ChapterId,
    pub section_id: SectionId,
    pub position: i64,
    pub number: String,
    pub kind: &'static str,
    pub title: Json<Localised>,
    pub minutes: i64,
    pub available: bool,
    pub completion: Json<ChapterRule>,
    pub notebook: Option<Json<NotebookEntry>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = chapter_texts)]
pub struct NewText {
    pub chapter_version_id: ChapterVersionId,
    pub locale: &'static str,
    pub html: String,
    pub headings: Json<Vec<Heading>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = quizzes)]
pub struct NewQuiz {
    pub chapter_version_id: ChapterVersionId,
    pub quiz: Json<Quiz>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = assignments)]
pub struct NewAssignment {
    pub chapter_version_id: ChapterVersionId,
    pub assignment: Json<Assignment>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = publication_files)]
pub struct NewFile {
    pub publication_id: PublicationId,
    pub path: String,
    pub sha256: String,
    pub size: i64,
    pub kind: &'static str,
    pub chapter_id: Option<ChapterId>,
}
