//! A course read from its folder, checked and rendered, but not published.

mod chapter;
mod data;
mod digest;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::assignment::AssignmentDraft;
use super::folder::{Folder, TEXT_LIMIT};
use super::format::{self, Course, Locale};
use super::html::Rendered;
use super::notebook::{Earlier, Handout};
use super::quiz::QuizDraft;
use super::report::{Notes, Position, Report};
use crate::blobs::BlobId;

use digest::Digest;

const COURSE_FILE: &str = "course.yaml";

/// The outline of a course whose chapters are still to be read.
#[derive(Debug)]
pub struct Outline {
    pub course: Course,
    folder: Folder,
    digest: Digest,
    report: Report,
}

/// A course ready to be published.
#[derive(Debug)]
pub struct Draft {
    pub course: Course,
    /// By key.
    pub chapters: BTreeMap<String, ChapterDraft>,
    pub data: Vec<FileDraft>,
    /// A hash of everything the course is made from, and of how it is rendered.
    pub digest: String,
    folder: Folder,
}

#[derive(Debug, Default)]
pub struct ChapterDraft {
    /// Whether there is something to open.
    pub available: bool,
    pub texts: Vec<(Locale, Rendered)>,
    pub handout: Option<Handout>,
    pub quiz: Option<QuizDraft>,
    pub assignment: Option<AssignmentDraft>,
    /// `checks.py`, for the site alone.
    pub checks: Option<FileDraft>,
    pub images: Vec<FileDraft>,
}

/// A file that is published as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDraft {
    /// Within the course folder.
    pub path: String,
    pub blob: BlobId,
    pub size: u64,
}

/// The cells of the publication before, by the key of their chapter.
pub type EarlierCells = BTreeMap<String, Vec<Earlier>>;

impl Outline {
    /// Reads `course.yaml`. Without an outline the report says why.
    pub fn open(root: &Path) -> Result<Self, Report> {
        let mut report = Report::default();
        let folder = Folder::open(root, &mut report);
        if !folder.has(COURSE_FILE) {
            if !report.has_errors() {
                let message = format!("{} has no course.yaml", root.display());
                report.error(COURSE_FILE, Position::START, "missing_file", message);
            }
            return Err(report);
        }
        let text = folder.read_text(COURSE_FILE, TEXT_LIMIT, &mut report);
        let course =
            text.as_deref().and_then(|text| format::read(text, &mut Notes { file: COURSE_FILE, report: &mut report }));
        match (text, course) {
            (Some(text), Some(course)) => {
                let mut digest = Digest::default();
                digest.add(COURSE_FILE, text.as_bytes());
                Ok(Self { course, folder, digest, report })
            }
            _ => {
                report.tidy();
                Err(report)
            }
        }
    }

    /// Reads, checks and renders everything the outline names. With errors there is no draft.
    pub fn read(mut self, earlier: &EarlierCells) -> (Option<Draft>, Report) {
        let mut chapters = BTreeMap::new();
        let keys: BTreeSet<&str> = self.course.chapters().map(|chapter| chapter.key.as_str()).collect();
        for chapter in self.course.chapters() {
            let cells = earlier.get(&chapter.key).or_else(|| earlier.get(chapter.was.as_ref()?));
            let mut reading = chapter::Reading {
                chapter,
                languages: &self.course.languages,
                keys: &keys,
                folder: &self.folder,
                digest: &mut self.digest,
                report: &mut self.report,
            };
            chapters.insert(chapter.key.clone(), reading.read(cells.map_or(&[], Vec::as_slice)));
        }
        chapter::unlisted(&self.folder, &keys, &mut self.report);
        let data = data::read(&self.folder, &mut self.digest, &mut self.report);
        self.report.tidy();
        if self.report.has_errors() {
            return (None, self.report);
        }
        let digest = self.digest.finish();
        (Some(Draft { course: self.course, chapters, data, digest, folder: self.folder }), self.report)
    }
}

impl Draft {
    /// The bytes of a file, if it is still what it was when it was checked.
    pub fn bytes_of(&self, file: &FileDraft) -> Option<Vec<u8>> {
        let bytes = self.folder.read(&file.path, file.size, &mut Report::default())?;
        (BlobId::of(&bytes) == file.blob).then_some(bytes)
    }

    /// The files that are published as they are.
    pub fn files(&self) -> impl Iterator<Item = &FileDraft> {
        let of_chapters = self.chapters.values().flat_map(|chapter| chapter.images.iter().chain(&chapter.checks));
        self.data.iter().chain(of_chapters)
    }
}
