//! A submission as the desk lists it.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use crate::accounts::{self, Locale};
use crate::assignments::{SubmissionRow, SubmissionState};
use crate::courses::localise;
use crate::db::types::{ChapterId, CohortId, SubmissionId, Ts, UserId};
use crate::http::problem::Problem;
use crate::organisations::{self, NamedCohort, late_by};
use crate::site::Site;

/// A submission on the desk.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QueueItem {
    pub id: SubmissionId,
    /// The how manieth of its trainee in this chapter.
    pub number: i64,
    pub state: SubmissionState,
    pub chapter: ChapterTitle,
    pub cohort: Option<CohortName>,
    /// Null where the assignment is graded without names.
    pub trainee: Option<String>,
    pub submitted_at: Ts,
    /// Since when it waits; after an appeal, since that.
    pub queued_at: Ts,
    /// Null where it came in time.
    pub late_seconds: Option<i64>,
    /// Who has it; null where nobody does.
    pub held: Option<Held>,
    /// It is decided; when that is sent.
    pub sends_at: Option<Ts>,
    /// An appeal against one's own decision is for somebody else.
    pub own_decision: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChapterTitle {
    pub id: ChapterId,
    pub number: String,
    pub title: String,
    pub course: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CohortName {
    pub id: CohortId,
    pub name: String,
}

/// Who grades it at this moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Held {
    pub tutor: UserId,
    pub name: String,
    pub until: Ts,
    pub mine: bool,
}

/// Rows with the names in them.
pub async fn items(
    site: &Site,
    desk: &Desk,
    rows: Vec<SubmissionRow>,
    locale: Locale,
) -> Result<Vec<QueueItem>, Problem> {
    let now = Ts::now();
    let people: Vec<UserId> =
        rows.iter().flat_map(|row| [Some(row.user_id), row.holder(now).map(|holder| holder.tutor)]).flatten().collect();
    let cohorts: Vec<CohortId> = rows.iter().filter_map(|row| row.cohort_id).collect();
    let (names, cohorts) = site
        .db
        .read(move |db| Ok::<_, Problem>((accounts::names(db, &people)?, organisations::named_cohorts(db, &cohorts)?)))
        .await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(item(site, desk, &row, &names, &cohorts, locale).await?);
    }
    Ok(items)
}

async fn item(
    site: &Site,
    desk: &Desk,
    row: &SubmissionRow,
    names: &HashMap<UserId, String>,
    cohorts: &[NamedCohort],
    locale: Locale,
) -> Result<QueueItem, Problem> {
    let name = |user: UserId| names.get(&user).cloned().unwrap_or_default();
    let blind = is_blind(site, row).await?;
    let held = row.holder(Ts::now()).map(|holder| Held {
        tutor: holder.tutor,
        name: name(holder.tutor),
        until: holder.until,
        mine: holder.tutor == desk.tutor(),
    });
    let cohort = |id: CohortId| {
        let named = cohorts.iter().find(|cohort| cohort.id == id);
        CohortName { id, name: named.map(|cohort| cohort.name.clone()).unwrap_or_default() }
    };
    Ok(QueueItem {
        id: row.id,
        number: row.number,
        state: row.state(),
        chapter: chapter_title(site, row.chapter_id, locale).await?,
        cohort: row.cohort_id.map(cohort),
        trainee: (!blind).then(|| name(row.user_id)),
        submitted_at: row.submitted_at,
        queued_at: row.queued_at,
        late_seconds: late_by(row.due_at, row.submitted_at).map(|late| late.num_seconds()),
        held,
        sends_at: row.sends_at,
        own_decision: row.state() == SubmissionState::Appealed && row.graded_by == Some(desk.tutor()),
    })
}

/// Whether the desk does not say whose it is.
async fn is_blind(site: &Site, row: &SubmissionRow) -> Result<bool, Problem> {
    let assignment = site.catalogue.assignment(&site.db, row.chapter_version_id).await?;
    Ok(assignment.is_some_and(|assignment| assignment.rules.blind))
}

/// How a chapter is called now. One that left its course has no name any more.
pub async fn chapter_title(site: &Site, id: ChapterId, locale: Locale) -> Result<ChapterTitle, Problem> {
    let found = site.catalogue.chapter(&site.db, id).await?;
    Ok(match found {
        Some(found) => ChapterTitle {
            id,
            number: found.chapter().number.clone(),
            title: localise(&found.chapter().title, locale).to_owned(),
            course: localise(&found.publication.title, locale).to_owned(),
        },
        None => ChapterTitle { id, number: String::new(), title: format!("#{id}"), course: String::new() },
    })
}
