//! A submission as it lies on the desk.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::OnDesk;
use super::feedback::{Feedback, Verdict};
use super::item::{QueueItem, items};
use super::model::{self, AppealRow, DecisionRow, EventKind};
use super::moderation;
use crate::accounts::{self, Locale};
use crate::assignments::{self, CriterionView, SubmissionRow, SubmissionState, criteria};
use crate::checks::{self, CheckRun};
use crate::content::assignment::{Assignment, HandInRules};
use crate::courses::LocaleQuery;
use crate::db::types::{DecisionId, SubmissionId, Ts, UserId};
use crate::http::Problems;
use crate::http::problem::{INTERNAL, NOT_FOUND, Problem};
use crate::site::Site;

/// A submission, with all a tutor needs to decide on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Work {
    pub submission: QueueItem,
    pub rules: HandInRules,
    /// All points there are.
    pub points: u32,
    pub rubric: Vec<CriterionView>,
    /// The automatic checks, hidden ones too; null where none were run.
    pub checks: Option<CheckRun>,
    /// Points of the checks that passed; null until they have run.
    pub checks_points: Option<u32>,
    /// All points of checks.
    pub checks_points_of: u32,
    /// What I have written so far.
    pub draft: Option<Draft>,
    /// What was decided on it and sent, the first one first.
    pub decisions: Vec<Decision>,
    /// What its trainee handed in for this chapter, the first one first.
    pub attempts: Vec<Attempt>,
    /// The appeal that waits to be answered.
    pub appeal: Option<Appeal>,
    pub events: Vec<GradingEvent>,
    /// Whether I lead the tutors of its course.
    pub lead: bool,
    /// A second opinion is asked of me: what was decided is not shown until I have given it.
    pub moderation: Option<DecisionId>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GradingDraft)]
pub struct Draft {
    pub revision: i64,
    pub feedback: Feedback,
    pub saved_at: Ts,
}

/// What was decided and sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Decision {
    pub id: DecisionId,
    pub tutor: String,
    pub verdict: Verdict,
    pub points: i64,
    pub feedback: Feedback,
    pub sent_at: Ts,
}

/// One of a trainee's submissions in a chapter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubmissionAttempt)]
pub struct Attempt {
    pub id: SubmissionId,
    pub number: i64,
    pub state: SubmissionState,
    pub submitted_at: Ts,
    /// Of the last decision.
    pub points: Option<i64>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Appeal {
    pub reason: String,
    pub made_at: Ts,
}

/// What was done with a submission.
#[derive(Debug, Serialize, ToSchema)]
pub struct GradingEvent {
    pub kind: EventKind,
    pub who: String,
    pub reason: Option<String>,
    pub at: Ts,
}

/// What a submission is of, as it was when it was handed in.
pub async fn assignment_of(site: &Site, row: &SubmissionRow) -> Result<Arc<Assignment>, Problem> {
    let assignment = site.catalogue.assignment(&site.db, row.chapter_version_id).await?;
    assignment.ok_or_else(|| INTERNAL.caused_by("a submission of an assignment that is not there"))
}

/// A submission with all that belongs to it. To open it claims nothing.
#[utoipa::path(path = "/api/v1/desk/submissions/{submission}", operation_id = "open_work", tag = "desk",
    params(("submission" = i64, Path), LocaleQuery), responses((status = 200, body = Work), Problems))]
#[get("/desk/submissions/{submission}")]
pub async fn open(work: OnDesk, query: Query<LocaleQuery>, site: Data<Site>) -> Result<Json<Work>, Problem> {
    let locale = query.or_of(&work.desk.me.person);
    let assignment = assignment_of(&site, &work.row).await?;
    let known = known(&site, &work).await?;
    let submission = items(&site, &work.desk, vec![work.row.clone()], locale).await?.pop().ok_or(&NOT_FOUND)?;
    Ok(Json(known.into_work(&work, &assignment, submission, locale)))
}

/// What the database knows of it.
struct Known {
    draft: Option<model::DraftRow>,
    run: Option<checks::RunRow>,
    attempts: Vec<SubmissionRow>,
    decisions: Vec<DecisionRow>,
    appeals: Vec<AppealRow>,
    events: Vec<model::EventRow>,
    moderation: Option<DecisionId>,
    names: HashMap<UserId, String>,
}

async fn known(site: &Site, work: &OnDesk) -> Result<Known, Problem> {
    let (row, tutor, lead) = (work.row.clone(), work.desk.tutor(), work.desk.leads(&work.row));
    let read = site.db.read(move |db| {
        let attempts = assignments::of(db, row.user_id, row.chapter_id)?;
        let ids: Vec<SubmissionId> = attempts.iter().map(|attempt| attempt.id).collect();
        let decisions = model::decisions_of(db, &ids)?;
        let events = model::events_of(db, row.id)?;
        let people: Vec<UserId> =
            decisions.iter().map(|row| row.tutor_id).chain(events.iter().map(|event| event.user)).collect();
        Ok::<_, Problem>(Known {
            draft: model::draft(db, row.id, tutor)?,
            run: checks::of_submission(db, row.id)?,
            appeals: model::appeals_of(db, row.id)?,
            moderation: if lead { moderation::asked_of(db, tutor, row.id)? } else { None },
            names: accounts::names(db, &people)?,
            attempts,
            decisions,
            events,
        })
    });
    read.await
}

impl Known {
    fn into_work(self, work: &OnDesk, assignment: &Assignment, submission: QueueItem, locale: Locale) -> Work {
        let name = |user: UserId| self.names.get(&user).cloned().unwrap_or_default();
        let shown = |row: &&DecisionRow| self.moderation != Some(row.id);
        let last_points = |id: SubmissionId| {
            let own = |row: &&DecisionRow| shown(row) && row.submission_id == id;
            self.decisions.iter().rfind(own).map(|row| row.points)
        };
        let attempts = self.attempts.iter().map(|row| Attempt {
            id: row.id,
            number: row.number,
            state: row.state(),
            submitted_at: row.submitted_at,
            points: last_points(row.id),
        });
        let own = self.decisions.iter().filter(shown).filter(|row| row.submission_id == work.row.id);
        let events = self.events.iter().filter_map(|event| {
            Some(GradingEvent {
                kind: event.kind.parse().ok()?,
                who: name(event.user),
                reason: event.reason.clone(),
                at: event.at,
            })
        });
        let appeal = self.appeals.iter().find(|appeal| appeal.withdrawn_at.is_none() && appeal.answered_by.is_none());
        Work {
            points: assignment.points(),
            rules: assignment.rules,
            rubric: criteria(assignment, locale),
            checks: self.run.as_ref().map(|run| CheckRun::whole(run, assignment, locale)),
            checks_points: checks::proposed(self.run.as_ref(), assignment),
            checks_points_of: assignment.checks.iter().map(|check| check.points).sum(),
            draft: self.draft.as_ref().map(|draft| Draft {
                revision: draft.revision,
                feedback: draft.feedback.0.clone(),
                saved_at: draft.saved_at,
            }),
            decisions: own.map(|row| Decision::new(row, name(row.tutor_id))).collect(),
            attempts: attempts.collect(),
            appeal: appeal.map(Appeal::from),
            events: events.collect(),
            lead: work.desk.leads(&work.row),
            moderation: self.moderation,
            submission,
        }
    }
}

impl Decision {
    pub fn new(row: &DecisionRow, tutor: String) -> Self {
        Self {
            id: row.id,
            tutor,
            verdict: row.verdict(),
            points: row.points,
            feedback: row.feedback.0.clone(),
            sent_at: row.sent_at,
        }
    }
}

impl From<&AppealRow> for Appeal {
    fn from(row: &AppealRow) -> Self {
        Self { reason: row.reason.clone(), made_at: row.made_at }
    }
}
