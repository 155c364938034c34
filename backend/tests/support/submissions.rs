//! Queues too long to be handed in one by one.

use diesel::prelude::*;
use tenarai::db::AnyConnection;
use tenarai::db::schema::{submissions, users};
use tenarai::db::types::{ChapterId, ChapterVersionId, CohortId, SubmissionId, Ts, UserId};

use super::person::Company;

/// Somebody of the company who has a name and nothing else.
pub fn add_somebody(tx: &mut AnyConnection, company: Company, name: &str, at: Ts) -> QueryResult<UserId> {
    let email = format!("{name}@example.com");
    diesel::insert_into(users::table)
        .values((
            users::organisation_id.eq(company.id),
            users::email.eq(&email),
            users::email_key.eq(&email),
            users::display_name.eq("Hana"),
            users::locale.eq("en"),
            users::created_at.eq(at),
        ))
        .returning(users::id)
        .get_result(tx)
}

/// What they handed in then. There is no notebook behind it.
pub fn add_submission(
    tx: &mut AnyConnection,
    user: UserId,
    (chapter, version): (ChapterId, ChapterVersionId),
    cohort: CohortId,
    at: Ts,
) -> QueryResult<SubmissionId> {
    diesel::insert_into(submissions::table)
        .values((
            submissions::user_id.eq(user),
            submissions::chapter_id.eq(chapter),
            submissions::chapter_version_id.eq(version),
            submissions::cohort_id.eq(cohort),
            submissions::number.eq(1),
            submissions::notebook_sha256.eq("0".repeat(64)),
            submissions::size.eq(1),
            submissions::handout_sha256.eq("0".repeat(64)),
            submissions::submitted_at.eq(at),
            submissions::state.eq("waiting"),
            submissions::changed_at.eq(at),
            submissions::queued_at.eq(at),
        ))
        .returning(submissions::id)
        .get_result(tx)
}
