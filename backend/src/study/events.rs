//! What happened in the text and in the notebook, in batches, each event counted once.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::post;
use actix_web::web::{Data, Json};
use chrono::TimeDelta;
use diesel::QueryResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{self, Execution, Position, Step};
use super::problems::TOO_MANY_EVENTS;
use super::progress;
use super::view::{ChapterProgress, CourseProgress};
use crate::courses::{self, ChapterRef};
use crate::db::AnyConnection;
use crate::db::types::{ChapterId, CourseId, EventId, Ts, UserId};
use crate::http::problem::Problem;
use crate::http::{Body, Problems};
use crate::live::Limit;
use crate::sessions::SignedIn;
use crate::site::Site;

const MOST: usize = 200;
/// A browser's clock may be wrong by so much before we take our own time.
const SKEW: TimeDelta = TimeDelta::minutes(5);

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// At most 200, oldest first.
    #[schema(max_items = 200)]
    events: Vec<Event>,
}

/// One event. Sending it again with the same id changes nothing.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Event {
    id: EventId,
    chapter_id: ChapterId,
    /// When it happened, by the browser's clock.
    at: Ts,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    Opened,
    /// The text was read to its end.
    Read,
    /// Where the reader is.
    Position(PositionEvent),
    /// A cell of the chapter's notebook ran.
    CellExecuted(CellExecuted),
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PositionEvent {
    /// 0 to 1.
    scroll: f64,
    #[schema(max_length = 200)]
    anchor: Option<String>,
    #[schema(max_length = 100)]
    cell_id: Option<String>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CellExecuted {
    /// The notebook's path, as the chapter gives it.
    path: String,
    #[schema(max_length = 100)]
    cell_id: String,
    cell_index: u32,
    execution_count: Option<u32>,
    success: bool,
    error: Option<CellError>,
    duration_ms: u32,
    #[schema(min_length = 64, max_length = 64)]
    source_sha256: String,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CellError {
    /// The exception's class.
    #[schema(max_length = 100)]
    name: String,
}

#[derive(Serialize, ToSchema)]
pub struct Outcome {
    /// One for each event, in order.
    results: Vec<EventResult>,
    /// The chapters the events touched, as they are now.
    chapters: Vec<ChapterOutcome>,
    /// The courses whose progress changed.
    courses: Vec<CourseOutcome>,
}

#[derive(Serialize, ToSchema)]
pub struct EventResult {
    id: EventId,
    status: EventStatus,
    /// Why it was rejected; sending it again would not help, except after `too_many`.
    code: Option<Rejected>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    Stored,
    Duplicate,
    Rejected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rejected {
    /// The chapter does not exist, or is not the sender's to see.
    NotFound,
    NotEnrolled,
    /// The path is not that of the chapter's notebook.
    ForeignNotebook,
    Malformed,
    /// More runs than a person makes; those that are real may be sent again later.
    TooMany,
}

#[derive(Serialize, ToSchema)]
pub struct ChapterOutcome {
    chapter_id: ChapterId,
    progress: ChapterProgress,
}

#[derive(Serialize, ToSchema)]
pub struct CourseOutcome {
    slug: String,
    progress: CourseProgress,
}

/// Takes a batch of events; answers when they are durable.
#[utoipa::path(path = "/api/v1/study/events", operation_id = "send_study_events", tag = "study", request_body = Batch,
    responses((status = 200, body = Outcome), Problems))]
#[post("/study/events")]
pub async fn send(me: SignedIn, batch: Body<Batch>, site: Data<Site>) -> Result<Json<Outcome>, Problem> {
    let events = batch.into_inner().events;
    if events.len() > MOST {
        return Err(TOO_MANY_EVENTS.problem().with("limit", MOST));
    }
    let user = me.person.id;
    let runs: u32 = events.iter().map(|event| u32::from(matches!(event.what, What::CellExecuted(_)))).sum();
    // Beyond the limit runs are refused, not what else happened: progress is not held up by a notebook that floods.
    let taken = if runs > 0 {
        let limit = Limit { key: format!("runs:{user}"), most: site.config.settings.runs_per_person };
        site.live.limits.count_some(&limit, runs).await
    } else {
        0
    };
    let mut chapters: BTreeMap<ChapterId, Result<ChapterRef, Rejected>> = BTreeMap::new();
    for event in &events {
        if let std::collections::btree_map::Entry::Vacant(entry) = chapters.entry(event.chapter_id) {
            entry.insert(studied(&site, &me, event.chapter_id).await?);
        }
    }
    let outcome = match one_move(&events, &chapters) {
        // By far the most frequent.
        Some((event, position, chapter)) => {
            site.db.write_one(move |db| Ok::<_, Problem>(moved(db, user, event, position, &chapter)?)).await?
        }
        None => site.db.write(move |tx| store(tx, user, &events, &chapters, taken as usize)).await?,
    };
    Ok(Json(outcome))
}

async fn studied(site: &Site, me: &SignedIn, id: ChapterId) -> Result<Result<ChapterRef, Rejected>, Problem> {
    match courses::read_chapter(site, me, id).await {
        Ok(reader) if reader.enrolled => Ok(Ok(reader.chapter)),
        Ok(_) => Ok(Err(Rejected::NotEnrolled)),
        Err(problem) if problem.is_not_found() => Ok(Err(Rejected::NotFound)),
        Err(problem) => Err(problem),
    }
}

/// A batch that says nothing but where the reader is.
fn one_move(
    events: &[Event],
    chapters: &BTreeMap<ChapterId, Result<ChapterRef, Rejected>>,
) -> Option<(EventId, Position, ChapterRef)> {
    let [Event { id, chapter_id, at, what: What::Position(position) }] = events else { return None };
    let chapter = chapters.get(chapter_id)?.as_ref().ok()?;
    Some((*id, position.checked(believed(*at))?, chapter.clone()))
}

fn moved(
    db: &mut AnyConnection,
    user: UserId,
    id: EventId,
    position: Position,
    chapter: &ChapterRef,
) -> QueryResult<Outcome> {
    let at = position.at;
    let step = Step { at: Some(at), position: Some(position), ..Step::default() };
    let progress = progress::move_to(db, user, chapter, &step, at)?;
    Ok(Outcome {
        results: vec![EventResult { id, status: EventStatus::Stored, code: None }],
        chapters: vec![ChapterOutcome { chapter_id: chapter.chapter().id, progress }],
        courses: Vec::new(),
    })
}

/// 2026: nobody studied here before.
const FIRST: i64 = 1_767_225_600;

/// When it happened, by a browser's clock that is neither ahead nor before this site.
fn believed(at: Ts) -> Ts {
    let now = Ts::now();
    if at > now + SKEW || at.seconds() < FIRST { now } else { at }
}

fn store(
    tx: &mut AnyConnection,
    user: UserId,
    events: &[Event],
    chapters: &BTreeMap<ChapterId, Result<ChapterRef, Rejected>>,
    taken: usize,
) -> Result<Outcome, Problem> {
    let runs = (0..events.len()).filter(|&index| matches!(events[index].what, What::CellExecuted(_)));
    let too_many: BTreeSet<usize> = runs.skip(taken).collect();
    // Cells, then chapters, then courses, each in order: tabs that report the same things at once take turns, where
    // otherwise each might hold what the other waits for.
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|&index| events[index].row());
    let mut stored: Vec<Result<EventStatus, Rejected>> = vec![Ok(EventStatus::Stored); events.len()];
    let mut steps: BTreeMap<ChapterId, Step> = BTreeMap::new();
    for index in order {
        let event = &events[index];
        stored[index] = match &chapters[&event.chapter_id] {
            Err(rejected) => Err(*rejected),
            Ok(_) if too_many.contains(&index) => Err(Rejected::TooMany),
            Ok(chapter) => apply(tx, user, chapter, event, &mut steps)?,
        };
    }
    let mut outcome = Outcome { results: results(events, &stored), chapters: Vec::new(), courses: Vec::new() };
    let mut changed: BTreeMap<CourseId, &ChapterRef> = BTreeMap::new();
    for (id, step) in steps {
        let Ok(chapter) = &chapters[&id] else { continue };
        let after = progress::advance(tx, user, chapter, &step)?;
        outcome.chapters.push(ChapterOutcome { chapter_id: id, progress: after.chapter });
        if after.course_changed {
            changed.insert(chapter.publication.course, chapter);
        }
    }
    for chapter in changed.into_values() {
        let progress = progress::roll_up(tx, user, chapter)?;
        outcome.courses.push(CourseOutcome { slug: chapter.publication.slug.clone(), progress });
    }
    Ok(outcome)
}

fn results(events: &[Event], stored: &[Result<EventStatus, Rejected>]) -> Vec<EventResult> {
    let result = |(event, stored): (&Event, &Result<EventStatus, Rejected>)| match *stored {
        Ok(status) => EventResult { id: event.id, status, code: None },
        Err(code) => EventResult { id: event.id, status: EventStatus::Rejected, code: Some(code) },
    };
    events.iter().zip(stored).map(result).collect()
}

/// Adds the event to its chapter's step; executions are stored one by one, since each counts.
fn apply(
    tx: &mut AnyConnection,
    user: UserId,
    chapter: &ChapterRef,
    event: &Event,
    steps: &mut BTreeMap<ChapterId, Step>,
) -> Result<Result<EventStatus, Rejected>, Problem> {
    let at = believed(event.at);
    let happened = Step { at: Some(at), ..Step::default() };
    let (status, more) = match &event.what {
        What::Opened => (EventStatus::Stored, Step { opened_at: Some(at), ..happened }),
        What::Read => (EventStatus::Stored, Step { read_at: Some(at), ..happened }),
        What::Position(position) => match position.checked(at) {
            Some(position) => (EventStatus::Stored, Step { position: Some(position), ..happened }),
            None => return Ok(Err(Rejected::Malformed)),
        },
        What::CellExecuted(run) => {
            let path = chapter.chapter().notebook.as_ref().map(|notebook| &notebook.path);
            // A page that was open, or offline, when the chapter got another name says the one it had.
            if path != Some(&run.path) && !courses::had_handout(tx, chapter.chapter().id, &run.path)? {
                return Ok(Err(Rejected::ForeignNotebook));
            }
            let Some(run) = run.checked(event.id, at) else { return Ok(Err(Rejected::Malformed)) };
            // A cell of the trainee's own is kept as an event; progress has room for the handout's cells only.
            let handouts = chapter.chapter().notebook.iter().flat_map(|notebook| &notebook.cells);
            let of_handout = handouts.into_iter().any(|cell| cell.id == run.cell_id);
            match model::record_execution(tx, progress::place(user, chapter), &run, of_handout)? {
                true => (EventStatus::Stored, happened),
                false => (EventStatus::Duplicate, Step::default()),
            }
        }
    };
    steps.entry(event.chapter_id).or_default().add(more);
    Ok(Ok(status))
}

impl Event {
    /// What it writes to; events of one row stay in the order in which they were sent.
    fn row(&self) -> (ChapterId, &str, Option<EventId>) {
        match &self.what {
            What::CellExecuted(run) => (self.chapter_id, &run.cell_id, Some(self.id)),
            _ => (self.chapter_id, "", None),
        }
    }
}

/// Of an error, in characters.
const LONGEST_NAME: usize = 100;

impl PositionEvent {
    fn checked(&self, at: Ts) -> Option<Position> {
        let short = |text: &Option<String>, most| text.as_ref().is_none_or(|text| text.chars().count() <= most);
        let fine = self.scroll.is_finite() && short(&self.anchor, 200) && short(&self.cell_id, 100);
        fine.then(|| Position {
            scroll: self.scroll.clamp(0.0, 1.0),
            anchor: self.anchor.clone(),
            cell_id: self.cell_id.clone(),
            at,
        })
    }
}

impl CellExecuted {
    fn checked(&self, id: EventId, at: Ts) -> Option<Execution> {
        let hash = self.source_sha256.len() == 64 && self.source_sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        let cell = !self.cell_id.is_empty() && self.cell_id.chars().count() <= 100;
        (hash && cell).then(|| Execution {
            id,
            cell_id: self.cell_id.clone(),
            cell_index: self.cell_index.into(),
            execution_count: self.execution_count.map(i64::from),
            success: self.success,
            // The trainee's own classes may be called anything; the run counts all the same.
            error_name: self.error.as_ref().map(|error| error.name.chars().take(LONGEST_NAME).collect()),
            duration_ms: self.duration_ms.into(),
            source_sha256: self.source_sha256.to_ascii_lowercase(),
            at,
        })
    }
}
