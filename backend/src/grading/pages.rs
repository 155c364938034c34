//! What was handed in, as a page that does nothing, and what differs in it. To look is written down: trainees see who
//! opened their work.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::desk::OnDesk;
use super::model::{self, OpeningKind};
use super::problems::NOTEBOOK_UNREADABLE;
use crate::accounts::Locale;
use crate::assignments::{self, SubmissionRow};
use crate::courses::LocaleQuery;
use crate::http::Problems;
use crate::http::problem::{INTERNAL, NOT_FOUND, Problem};
use crate::rendering::{self, CellChange, CellInfo, Change, Mark, Options, Unreadable};
use crate::site::Site;

/// Which page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// The notebook as it was handed in.
    #[default]
    Notebook,
    /// What differs from the handout.
    Handout,
    /// What differs from the attempt before.
    Last,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageOfWork {
    #[serde(default)]
    #[param(inline)]
    show: Show,
    locale: Option<Locale>,
}

/// The cells, and what became of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkCells {
    pub notebook: Vec<CellInfo>,
    /// Against the handout; lines of changed cells are on the page.
    pub handout: Vec<CellChange>,
    /// Against the attempt before; null where it is the first.
    pub last: Option<Vec<CellChange>>,
}

/// The cells of what was handed in: for the list beside the page.
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}/cells", operation_id = "list_work_cells", tag = "desk",
    params(("submission" = i64, Path), LocaleQuery), responses((status = 200, body = WorkCells), Problems))]
#[get("/desk/submissions/{submission}/cells")]
pub async fn list(work: OnDesk, query: Query<LocaleQuery>, site: Data<Site>) -> Result<Json<WorkCells>, Problem> {
    let locale = query.or_of(&work.desk.me.person);
    let (now, handout) =
        (bytes(&site, &work.row.notebook_sha256).await?, bytes(&site, &work.row.handout_sha256).await?);
    let before = match last_attempt(&site, &work.row).await? {
        Some(last) => Some(bytes(&site, &last.notebook_sha256).await?),
        None => None,
    };
    let found = rendered(locale, move || {
        let options = Options { locale, ..Options::default() };
        let compare = |with: &[u8]| rendering::diff(with, &now, &options).map(|found| without_lines(found.cells));
        Ok(WorkCells {
            notebook: rendering::render(&now, &options)?.cells,
            handout: compare(&handout)?,
            last: before.map(|before| compare(&before)).transpose()?,
        })
    });
    Ok(Json(found.await?))
}

fn without_lines(cells: Vec<CellChange>) -> Vec<CellChange> {
    cells.into_iter().map(|cell| CellChange { lines: Vec::new(), ..cell }).collect()
}

/// A page that shows it, for a frame without an origin (`sandbox="allow-scripts"`).
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}/page", operation_id = "show_work", tag = "desk",
    params(("submission" = i64, Path), PageOfWork),
    responses((status = 200, content_type = "text/html", body = String), Problems))]
#[get("/desk/submissions/{submission}/page")]
pub async fn page(work: OnDesk, query: Query<PageOfWork>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let locale = query.locale.unwrap_or(work.desk.me.person.locale);
    let (id, tutor) = (work.row.id, work.desk.tutor());
    site.db.write(move |tx| Ok::<_, Problem>(model::opened(tx, id, tutor, OpeningKind::Read, None)?)).await?;
    html(&site, &work.row, query.show, locale).await
}

/// The cells of what was handed in.
pub async fn cells_of(site: &Site, row: &SubmissionRow, locale: Locale) -> Result<Vec<CellInfo>, Problem> {
    let now = bytes(site, &row.notebook_sha256).await?;
    rendered(locale, move || Ok(rendering::render(&now, &Options { locale, ..Options::default() })?.cells)).await
}

/// The page itself.
pub async fn html(site: &Site, row: &SubmissionRow, show: Show, locale: Locale) -> Result<HttpResponse, Problem> {
    let now = bytes(site, &row.notebook_sha256).await?;
    let before = match show {
        Show::Notebook | Show::Handout => bytes(site, &row.handout_sha256).await?,
        Show::Last => {
            let last = last_attempt(site, row).await?.ok_or(&NOT_FOUND)?;
            bytes(site, &last.notebook_sha256).await?
        }
    };
    let html = rendered(locale, move || {
        let options = Options { locale, ..Options::default() };
        let found = rendering::diff(&before, &now, &options);
        match show {
            Show::Notebook => {
                // A handout that cannot be read marks nothing.
                let marks = found.map(|found| marks(&found.cells)).unwrap_or_default();
                Ok(rendering::render(&now, &Options { marks, ..options })?.html)
            }
            Show::Handout | Show::Last => Ok(found?.html),
        }
    });
    let mut response = HttpResponse::Ok();
    for header in rendering::headers() {
        response.insert_header(header);
    }
    Ok(response.body(html.await?))
}

fn marks(cells: &[CellChange]) -> BTreeMap<String, Mark> {
    let mark = |cell: &CellChange| match cell.change {
        Change::Changed => Some(Mark::Changed),
        Change::Added => Some(Mark::New),
        Change::Unchanged | Change::Moved => Some(Mark::Given),
        Change::Removed => None,
    };
    cells.iter().filter_map(|cell| Some((cell.id.clone(), mark(cell)?))).collect()
}

/// The notebook as it was handed in.
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}/notebook", operation_id = "download_work", tag = "desk",
    params(("submission" = i64, Path)),
    responses((status = 200, content_type = "application/x-ipynb+json", body = Vec<u8>), Problems))]
#[get("/desk/submissions/{submission}/notebook")]
pub async fn notebook(work: OnDesk, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let (id, tutor) = (work.row.id, work.desk.tutor());
    site.db.write(move |tx| Ok::<_, Problem>(model::opened(tx, id, tutor, OpeningKind::Copied, None)?)).await?;
    assignments::notebook_file(&site, &work.row).await
}

/// The attempt before that was graded, too.
async fn last_attempt(site: &Site, row: &SubmissionRow) -> Result<Option<SubmissionRow>, Problem> {
    let (user, chapter, number) = (row.user_id, row.chapter_id, row.number);
    let rows = site.db.read(move |db| Ok::<_, Problem>(assignments::of(db, user, chapter)?)).await?;
    Ok(rows.into_iter().rfind(|row| row.number < number && row.state().is_graded()))
}

async fn bytes(site: &Site, sha256: &str) -> Result<Vec<u8>, Problem> {
    Ok(site.blobs.get(&sha256.parse()?).await?)
}

/// Renders away from the threads that answer requests: it may take a while, whatever was handed in.
async fn rendered<T: Send + 'static>(
    locale: Locale,
    work: impl FnOnce() -> Result<T, Unreadable> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(unreadable)) => Err(NOTEBOOK_UNREADABLE.problem().with("reason", unreadable.sentence(locale))),
        Err(panic) => Err(INTERNAL.caused_by(panic)),
    }
}
