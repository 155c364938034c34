//! From a folder to what trainees see: all of it, or nothing.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::draft::{Draft, EarlierCells, Outline};
use super::model::{self, Current, Past};
use super::notebook::Earlier;
use super::report::Report;
use super::source::{self, Source};
use crate::accounts;
use crate::blobs::{self, Blobs};
use crate::db::types::{CourseId, PublicationId, UserId};
use crate::db::{self, Db};

/// What publishing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub course: CourseId,
    pub publication: PublicationId,
    pub number: i64,
    pub chapters: usize,
    /// `false` when the content was what trainees see already.
    pub new: bool,
    pub warnings: Report,
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("the course has errors; nothing was published")]
    Invalid(Report),
    #[error("{0} changed while it was being published; nothing was published. Try again")]
    Changed(String),
    #[error("someone else published this course at the same time; nothing of yours was published. Try again")]
    Overtaken,
    #[error(
        "the chapter `{key}` says `was: {was}`, but the course has had both as different chapters; nothing was \
         published. Remove `was`, or give the chapter another key"
    )]
    BothKeysKnown { key: String, was: String },
    #[error("there is no course `{0}`, or it was never published")]
    NeverPublished(String),
    #[error("there is no publication {number} of the course `{course}`")]
    NoSuchPublication { course: String, number: i64 },
    #[error(transparent)]
    Blobs(#[from] blobs::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("reading the course failed")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl From<diesel::result::Error> for PublishError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Reads a course and says what is wrong with it; touches nothing.
pub fn check(folder: &Path) -> Report {
    match Outline::open(folder) {
        Ok(outline) => outline.read(&EarlierCells::new()).1,
        Err(report) => report,
    }
}

/// Publishes the course in a folder. `commit` is where it came from, if the caller knows; git is asked otherwise.
///
/// Files go into the store first, where without a publication nobody sees them; then one transaction writes
/// everything. Content that is current already is left as it is.
pub async fn publish(
    db: &Db,
    blobs: &Blobs,
    folder: &Path,
    commit: Option<String>,
    by: Option<UserId>,
) -> Result<Published, PublishError> {
    let folder = folder.to_owned();
    let outline = off_thread({
        let folder = folder.clone();
        move || Outline::open(&folder)
    });
    let outline = outline.await?.map_err(PublishError::Invalid)?;
    let slug = outline.course.slug.clone();
    let current = db.read(move |connection| model::current(connection, &slug).map_err(PublishError::from)).await?;
    let earlier = earlier_cells(blobs, current.as_ref()).await?;
    let (draft, report) = off_thread(move || outline.read(&earlier)).await?;
    let Some(draft) = draft else { return Err(PublishError::Invalid(report)) };
    // Also where nothing changed: a store that was restored without its files gets them back.
    store(blobs, &draft).await?;
    if let Some(published) = unchanged(current.as_ref(), &draft) {
        return Ok(Published { warnings: report, ..published });
    }
    let source = source_of(folder, commit, draft.digest.clone()).await?;
    let expected = current.map(|current| current.publication);
    let published = db.write(move |connection| model::write(connection, &draft, expected, &source, by)).await?;
    Ok(Published { warnings: report, ..published })
}

/// The publications of a course, the newest first, and the names of those who published them.
pub async fn history(db: &Db, course: &str) -> Result<(Vec<Past>, HashMap<UserId, String>), PublishError> {
    let slug = course.to_owned();
    db.read(move |connection| {
        let past = model::history(connection, &slug)?;
        if past.is_empty() {
            return Err(PublishError::NeverPublished(slug));
        }
        let people: Vec<UserId> = past.iter().filter_map(|publication| publication.published_by).collect();
        Ok((past, accounts::names(connection, &people)?))
    })
    .await
}

/// Shows trainees an earlier publication again. What they did meanwhile stays.
pub async fn roll_back(db: &Db, course: &str, number: i64) -> Result<PublicationId, PublishError> {
    let slug = course.to_owned();
    let found = db.write(move |connection| model::roll_back(connection, &slug, number).map_err(PublishError::from));
    found.await?.ok_or_else(|| PublishError::NoSuchPublication { course: course.to_owned(), number })
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PublishError> {
    tokio::task::spawn_blocking(work).await.map_err(PublishError::Interrupted)
}

/// The cells trainees have now. One that is lost costs its cells their ids, not the author the publication.
async fn earlier_cells(blobs: &Blobs, current: Option<&Current>) -> Result<EarlierCells, PublishError> {
    let mut earlier = BTreeMap::new();
    for (key, id) in current.iter().flat_map(|current| &current.handouts) {
        match blobs.get(id).await {
            Ok(bytes) => {
                earlier.insert(key.clone(), Earlier::of_handout(&bytes));
            }
            Err(error @ (blobs::Error::NotFound | blobs::Error::Damaged(_))) => {
                tracing::warn!(%error, chapter = key, "an earlier handout cannot be read");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(earlier)
}

fn unchanged(current: Option<&Current>, draft: &Draft) -> Option<Published> {
    let current = current?;
    let source: Source = current.source.as_deref()?.parse().ok()?;
    (source.tree == draft.digest).then(|| Published {
        course: current.course,
        publication: current.publication,
        number: current.number,
        chapters: draft.chapters.len(),
        new: false,
        warnings: Report::default(),
    })
}

async fn source_of(folder: PathBuf, commit: Option<String>, tree: String) -> Result<Source, PublishError> {
    let commit = match commit {
        Some(commit) => Some(commit),
        None => off_thread(move || source::commit_of(&folder)).await?,
    };
    Ok(Source { commit, tree })
}

/// Files are read again rather than kept in memory; one that is no longer what was checked stops everything.
async fn store(blobs: &Blobs, draft: &Draft) -> Result<(), PublishError> {
    for handout in draft.chapters.values().filter_map(|chapter| chapter.handout.as_ref()) {
        blobs.put(handout.bytes.clone()).await?;
    }
    for file in draft.files() {
        let bytes = draft.bytes_of(file).ok_or_else(|| PublishError::Changed(file.path.clone()))?;
        blobs.put(bytes).await?;
    }
    Ok(())
}
