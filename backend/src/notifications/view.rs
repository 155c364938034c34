//! A notice as its reader sees it.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::NoticeRow;
use super::words::{self, Words};
use super::{Notice, NoticeKind};
use crate::accounts::Locale;
use crate::courses::{ChapterRef, localise};
use crate::db::types::{NotificationId, Ts};
use crate::http::problem::Problem;
use crate::site::Site;

/// Something I was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeView {
    pub id: NotificationId,
    /// Null where this version does not know it.
    pub kind: Option<NoticeKind>,
    #[schema(example = "“4.2 Rents” needs more work")]
    pub title: String,
    /// Title of the course it is about. Null where that chapter is in no course any more.
    pub course: Option<String>,
    /// Where it leads on this site. Null where that is not there any more.
    #[schema(example = "/chapters/75/coding?submission=3")]
    pub link: Option<String>,
    pub created_at: Ts,
    pub seen_at: Option<Ts>,
}

/// A notice with what the catalogue says of it now.
pub struct Told {
    pub words: Words,
    pub course: Option<String>,
    pub link: Option<String>,
}

pub async fn told(site: &Site, notice: Notice, locale: Locale) -> Result<Told, Problem> {
    let chapter = site.catalogue.chapter(&site.db, notice.chapter()).await?;
    let title = chapter.as_ref().map(|chapter| title_of(chapter, locale));
    Ok(Told {
        words: words::words(notice, title.as_deref(), locale),
        course: chapter.as_ref().map(|chapter| localise(&chapter.publication.title, locale).to_owned()),
        link: chapter.map(|_| link(notice)),
    })
}

fn title_of(chapter: &ChapterRef, locale: Locale) -> String {
    let chapter = chapter.chapter();
    format!("{} {}", chapter.number, localise(&chapter.title, locale))
}

/// The trainee's page of the assignment; the query opens its feedback.
fn link(notice: Notice) -> String {
    match notice {
        Notice::WorkReturned { submission, chapter }
        | Notice::WorkPassed { submission, chapter }
        | Notice::AppealAnswered { submission, chapter, .. } => {
            format!("/chapters/{chapter}/coding?submission={submission}")
        }
    }
}

impl NoticeView {
    pub async fn of(site: &Site, row: NoticeRow, locale: Locale) -> Result<Self, Problem> {
        let NoticeRow { id, kind, subject, created_at, seen_at } = row;
        let Some(notice) = Notice::from_columns(&kind, subject.0) else {
            let title = words::unknown(locale);
            return Ok(Self { id, kind: None, title, course: None, link: None, created_at, seen_at });
        };
        let Told { words, course, link } = told(site, notice, locale).await?;
        Ok(Self { id, kind: Some(notice.into()), title: words.title, course, link, created_at, seen_at })
    }
}
