//! Sends decisions whose minute is over: what stands from then on, and what the trainee is told. All of it or nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::feedback::Verdict;
use super::model::{self, NewDecision};
use super::moderation;
use crate::assignments::{SubmissionRow, queue};
use crate::db::types::{SubmissionId, Ts};
use crate::http::problem::{INTERNAL, Problem};
use crate::notifications::{self, Notice};
use crate::site::Site;
use crate::study;

/// Another process may have ended with some.
const LOOK_EVERY: Duration = Duration::from_secs(30);
const AFTER_FAILURE: Duration = Duration::from_secs(5);
const AT_ONCE: i64 = 200;

/// Says that there is something to be sent; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Outbound(Arc<Notify>);

impl Outbound {
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// Sends what is decided, for as long as the site runs.
pub async fn send_decisions(site: Site) {
    loop {
        let pause = match send_all(&site).await {
            Ok(next) => next.and_then(|next| (next - Ts::now()).to_std().ok()).unwrap_or(LOOK_EVERY).min(LOOK_EVERY),
            Err(problem) => {
                tracing::warn!(%problem, "decisions wait to be sent");
                AFTER_FAILURE
            }
        };
        _ = tokio::time::timeout(pause, site.outbound.0.notified()).await;
    }
}

/// Sends those there are; when the next is due. One that cannot be sent keeps no other waiting.
pub async fn send_all(site: &Site) -> Result<Option<Ts>, Problem> {
    let now = Ts::now();
    let mut after = (Ts::FIRST, SubmissionId(0));
    let mut failed = None;
    loop {
        let due = site.db.read(move |db| Ok::<_, Problem>(queue::to_send(db, now, after, AT_ONCE)?)).await?;
        let Some(last) = due.last() else { break };
        after = *last;
        for (_, id) in due {
            if let Err(problem) = send(site, id).await {
                tracing::warn!(%problem, submission = %id, "a decision could not be sent");
                failed = Some(problem);
            }
        }
    }
    let next = site.db.read(move |db| Ok::<_, Problem>(queue::next_to_send(db, now)?)).await?;
    failed.map_or(Ok(next), Err)
}

async fn send(site: &Site, id: SubmissionId) -> Result<(), Problem> {
    let Some(row) = site.db.read(move |db| Ok::<_, Problem>(queue::standing(db, id)?)).await? else { return Ok(()) };
    // Not in the course any more: graded all the same.
    let chapter = site.catalogue.chapter(&site.db, row.chapter_id).await?;
    let (percent, mail, user) = (site.config.settings.moderation_percent, site.mail.clone(), row.user_id);
    let sent = site.db.write(move |tx| {
        let now = Ts::now();
        let row = queue::standing(tx, id)?.ok_or(&INTERNAL)?;
        let Some(holder) = row.holder(now) else { return Ok(false) };
        let draft = model::draft(tx, id, holder.tutor)?;
        let decided = draft.and_then(|draft| Some((draft.decided_at?, draft.points?, draft.feedback.0)));
        let Some((decided_at, points, feedback)) = decided else {
            return Err(INTERNAL.caused_by("a decision without its draft"));
        };
        let verdict = feedback.verdict.ok_or(&INTERNAL)?;
        if !queue::send(tx, id, verdict.into(), now)? {
            return Ok(false);
        }
        let new = NewDecision { tutor: holder.tutor, verdict, points, feedback, decided_at, sent_at: now };
        let decision = model::add_decision(tx, &row, new)?;
        model::delete_draft(tx, id, holder.tutor)?;
        let answered = model::answer_appeal(tx, id, decision)?;
        if !answered {
            moderation::pick(tx, decision, percent)?;
        }
        if let (Verdict::Passed, Some(chapter)) = (verdict, &chapter) {
            study::passed(tx, row.user_id, chapter, decided_at)?;
        }
        notifications::add(tx, &mail, row.user_id, &notice(&row, verdict, answered), now)?;
        Ok::<_, Problem>(true)
    });
    if sent.await? {
        notifications::tell(site, user).await;
    }
    Ok(())
}

fn notice(row: &SubmissionRow, verdict: Verdict, answers_appeal: bool) -> Notice {
    let (submission, chapter) = (row.id, row.chapter_id);
    match verdict {
        _ if answers_appeal => Notice::AppealAnswered { submission, chapter, passed: verdict == Verdict::Passed },
        Verdict::Passed => Notice::WorkPassed { submission, chapter },
        Verdict::NeedsWork => Notice::WorkReturned { submission, chapter },
    }
}
