//! What is published now, kept in memory: a publication never changes, only which one is current does.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use serde_json::value::RawValue;

use super::model::{self, FileRow, PublicationRow, VersionRow};
use super::{CourseName, localise};
use crate::accounts::Locale;
use crate::content::assignment::Assignment;
use crate::content::format::{ChapterRule, CourseRule, Kind, Localised, Profile};
use crate::content::quiz::Quiz;
use crate::content::{Heading, NotebookEntry};
use crate::db::types::{ChapterId, ChapterVersionId, CourseId, PublicationId, Ts};
use crate::db::{AnyConnection, Db, Error};

/// `tenarai content` is another process and has no way to tell us; this is how long it takes us to see. A chapter is
/// remembered as long as its course is, from some moment of that: it takes twice as long at most.
const CURRENT_FOR: Duration = Duration::from_secs(1);

/// A course as of one content commit.
#[derive(Debug)]
pub struct Publication {
    pub id: PublicationId,
    pub course: CourseId,
    pub slug: String,
    pub number: i64,
    pub published_at: Ts,
    pub title: Localised,
    pub summary: Localised,
    pub locales: Vec<Locale>,
    pub rule: CourseRule,
    pub profile: Profile,
    pub sections: Vec<Section>,
    /// All chapters, in order.
    pub chapters: Vec<Chapter>,
    pub files: Vec<FileRow>,
}

#[derive(Debug)]
pub struct Section {
    pub number: usize,
    pub title: Localised,
}

#[derive(Debug)]
pub struct Chapter {
    pub id: ChapterId,
    pub version: ChapterVersionId,
    /// Index into the publication's sections.
    pub section: usize,
    pub number: String,
    pub kind: Kind,
    pub title: Localised,
    pub minutes: i64,
    pub available: bool,
    pub rule: ChapterRule,
    pub notebook: Option<NotebookEntry>,
}

/// A chapter and the publication it is in.
#[derive(Debug, Clone)]
pub struct ChapterRef {
    pub publication: Arc<Publication>,
    index: usize,
}

impl ChapterRef {
    pub fn chapter(&self) -> &Chapter {
        &self.publication.chapters[self.index]
    }

    /// The chapter before it that can be opened.
    pub fn previous(&self) -> Option<&Chapter> {
        self.publication.chapters[..self.index].iter().rev().find(|chapter| chapter.available)
    }

    pub fn next(&self) -> Option<&Chapter> {
        self.publication.chapters[self.index + 1..].iter().find(|chapter| chapter.available)
    }
}

impl Publication {
    pub fn name(&self, locale: Locale) -> CourseName {
        CourseName { id: self.course, slug: self.slug.clone(), title: localise(&self.title, locale).to_owned() }
    }

    /// Chapters that can be completed.
    pub fn available(&self) -> impl Iterator<Item = &Chapter> {
        self.chapters.iter().filter(|chapter| chapter.available)
    }
}

/// The part of a chapter that is the same for everybody, written out once.
#[derive(Debug)]
pub struct Page {
    pub locale: Locale,
    pub html: Box<RawValue>,
    pub headings: Box<RawValue>,
    pub notebook: Box<RawValue>,
}

#[derive(Clone)]
pub struct Catalogue {
    courses: Cache<CourseId, Option<PublicationId>>,
    publications: Cache<PublicationId, Arc<Publication>>,
    chapters: Cache<ChapterId, CourseId>,
    /// What is opened again and again, found at once.
    opened: Cache<ChapterId, ChapterRef>,
    slugs: Cache<String, CourseId>,
    pages: Cache<(ChapterVersionId, Locale), Arc<Page>>,
    quizzes: Cache<ChapterVersionId, Option<Arc<Quiz>>>,
    assignments: Cache<ChapterVersionId, Option<Arc<Assignment>>>,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::new()
    }
}

impl Catalogue {
    pub fn new() -> Self {
        Self {
            courses: Cache::builder().max_capacity(10_000).time_to_live(CURRENT_FOR).build(),
            publications: Cache::new(500),
            chapters: Cache::new(100_000),
            opened: Cache::builder().max_capacity(10_000).time_to_live(CURRENT_FOR).build(),
            slugs: Cache::new(10_000),
            pages: Cache::new(5_000),
            quizzes: Cache::new(1_000),
            assignments: Cache::new(1_000),
        }
    }

    /// Another publication is current now: for who cannot wait until that is seen.
    pub async fn forget(&self, course: CourseId) {
        self.courses.invalidate(&course).await;
        self.opened.invalidate_all();
    }

    /// The current publication of a course, if it has one.
    pub async fn publication(&self, db: &Db, course: CourseId) -> Result<Option<Arc<Publication>>, Error> {
        let current = match self.courses.get(&course).await {
            Some(current) => current,
            None => {
                let current =
                    db.read(move |connection| Ok::<_, Error>(model::current_number(connection, course)?)).await?;
                self.courses.insert(course, current).await;
                current
            }
        };
        let Some(id) = current else { return Ok(None) };
        if let Some(publication) = self.publications.get(&id).await {
            return Ok(Some(publication));
        }
        let Some(publication) = db.read(move |connection| load(connection, course)).await? else { return Ok(None) };
        let publication = Arc::new(publication);
        self.publications.insert(publication.id, Arc::clone(&publication)).await;
        Ok(Some(publication))
    }

    pub async fn by_slug(&self, db: &Db, slug: &str) -> Result<Option<Arc<Publication>>, Error> {
        if !slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Ok(None);
        }
        let course = match self.slugs.get(slug).await {
            Some(course) => course,
            None => {
                let wanted = slug.to_owned();
                let found =
                    db.read(move |connection| Ok::<_, Error>(model::course_by_slug(connection, &wanted)?)).await?;
                let Some(course) = found else { return Ok(None) };
                self.slugs.insert(slug.to_owned(), course).await;
                course
            }
        };
        self.publication(db, course).await
    }

    /// A chapter of a current publication.
    pub async fn chapter(&self, db: &Db, id: ChapterId) -> Result<Option<ChapterRef>, Error> {
        if let Some(opened) = self.opened.get(&id).await {
            return Ok(Some(opened));
        }
        let course = match self.chapters.get(&id).await {
            Some(course) => course,
            None => {
                let found =
                    db.read(move |connection| Ok::<_, Error>(model::course_of_chapter(connection, id)?)).await?;
                let Some(course) = found else { return Ok(None) };
                self.chapters.insert(id, course).await;
                course
            }
        };
        let Some(publication) = self.publication(db, course).await? else { return Ok(None) };
        let index = publication.chapters.iter().position(|chapter| chapter.id == id);
        let Some(index) = index else { return Ok(None) };
        let found = ChapterRef { publication, index };
        self.opened.insert(id, found.clone()).await;
        Ok(Some(found))
    }

    /// The quiz of a chapter as of one publication, answers included.
    pub async fn quiz(&self, db: &Db, version: ChapterVersionId) -> Result<Option<Arc<Quiz>>, Error> {
        if let Some(known) = self.quizzes.get(&version).await {
            return Ok(known);
        }
        let found = db.read(move |connection| Ok::<_, Error>(model::quiz_of(connection, version)?)).await?;
        let found = found.map(Arc::new);
        self.quizzes.insert(version, found.clone()).await;
        Ok(found)
    }

    /// The assignment of a chapter as of one publication.
    pub async fn assignment(&self, db: &Db, version: ChapterVersionId) -> Result<Option<Arc<Assignment>>, Error> {
        if let Some(known) = self.assignments.get(&version).await {
            return Ok(known);
        }
        let found = db.read(move |connection| Ok::<_, Error>(model::assignment_of(connection, version)?)).await?;
        let found = found.map(Arc::new);
        self.assignments.insert(version, found.clone()).await;
        Ok(found)
    }

    /// The chapter's text in this language, or in another where it has no such text.
    pub async fn page(&self, db: &Db, chapter: &ChapterRef, locale: Locale) -> Result<Arc<Page>, Error> {
        let version = chapter.chapter().version;
        if let Some(page) = self.pages.get(&(version, locale)).await {
            return Ok(page);
        }
        let mut texts = db.read(move |connection| Ok::<_, Error>(model::texts_of(connection, version)?)).await?;
        let index = texts.iter().position(|text| text.locale == locale).unwrap_or(0);
        let (html, headings, found) = if texts.is_empty() {
            (String::new(), Vec::new(), locale)
        } else {
            let text = texts.swap_remove(index);
            (text.html, text.headings, text.locale)
        };
        let page = Arc::new(write_out(&html, &headings, chapter.chapter().notebook.as_ref(), found)?);
        self.pages.insert((version, locale), Arc::clone(&page)).await;
        Ok(page)
    }
}

fn write_out(
    html: &str,
    headings: &[Heading],
    notebook: Option<&NotebookEntry>,
    locale: Locale,
) -> Result<Page, Error> {
    let written = |json: serde_json::Result<Box<RawValue>>| json.map_err(|error| Error::Unavailable(Box::new(error)));
    Ok(Page {
        locale,
        html: written(serde_json::value::to_raw_value(html))?,
        headings: written(serde_json::value::to_raw_value(headings))?,
        notebook: written(serde_json::value::to_raw_value(&notebook))?,
    })
}

fn load(connection: &mut AnyConnection, course: CourseId) -> Result<Option<Publication>, Error> {
    let Some((slug, row)) = model::current(connection, course)? else { return Ok(None) };
    let sections = model::sections_of(connection, row.id)?;
    let positions: HashMap<_, _> = sections.iter().enumerate().map(|(index, (id, _))| (*id, index)).collect();
    let chapters = model::versions_of(connection, row.id)?
        .into_iter()
        .filter_map(|version| {
            let section = *positions.get(&version.section_id)?;
            Some(chapter(version, section))
        })
        .collect();
    let sections = sections
        .into_iter()
        .enumerate()
        .map(|(index, (_, title))| Section { number: index + 1, title: title.0 })
        .collect();
    let files = model::files_of(connection, row.id)?;
    Ok(Some(publication(slug, row, sections, chapters, files)))
}

fn publication(
    slug: String,
    row: PublicationRow,
    sections: Vec<Section>,
    chapters: Vec<Chapter>,
    files: Vec<FileRow>,
) -> Publication {
    Publication {
        id: row.id,
        course: row.course_id,
        slug,
        number: row.number,
        published_at: row.published_at,
        title: row.title.0,
        summary: row.summary.0,
        locales: row.locales.0,
        rule: row.completion.0,
        profile: row.profile.0,
        sections,
        chapters,
        files,
    }
}

fn chapter(row: VersionRow, section: usize) -> Chapter {
    Chapter {
        id: row.chapter_id,
        version: row.id,
        section,
        number: row.number,
        kind: row.kind.parse().unwrap_or(Kind::Text),
        title: row.title.0,
        minutes: row.minutes,
        available: row.available,
        rule: row.completion.0,
        notebook: row.notebook.map(|notebook| notebook.0),
    }
}
