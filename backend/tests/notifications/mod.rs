//! What people are told, in the page.

mod reading;
mod watching;

use serde_json::Value;
use tenarai::db::types::{NotificationId, SubmissionId, Ts};
use tenarai::notifications::{self, Notice};

use crate::support::{Course, Person, TestSite};

pub const NOTICES: &str = "/api/v1/notifications";
const EVENTS: &str = "/api/v1/notifications/events";

/// A tutor has returned their work: written down, and not told to anybody yet.
pub async fn wrote(site: &TestSite, person: &Person, course: &Course, submission: i64) -> NotificationId {
    let notice = Notice::WorkReturned { submission: SubmissionId(submission), chapter: course.chapter_id("own") };
    let (mail, user) = (site.site.mail.clone(), person.id);
    site.write(move |tx| notifications::add(tx, &mail, user, &notice, Ts::now())).await
}

/// A tutor returns their work.
pub async fn returned(site: &TestSite, person: &Person, course: &Course, submission: i64) -> NotificationId {
    let id = wrote(site, person, course, submission).await;
    notifications::tell(&site.site, person.id).await;
    id
}

async fn list(person: &Person, query: &str) -> Value {
    person.get(&format!("{NOTICES}{query}")).await.ok()
}
