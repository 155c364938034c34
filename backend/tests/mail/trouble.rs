//! A mail server that refuses, processes that die: every mail is sent, and once.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use macro_rules_attribute::apply;
use serde_json::json;
use tenarai::config::Config;
use tenarai::db::types::{SubmissionId, Ts};
use tenarai::db::{Access, AnyConnection, Target};
use tenarai::mail::{self, Kind, Mail, NewMail};
use tenarai::notifications::{self, Notice};

use super::{PATIENCE, becomes, rows, time_passes};
use crate::notifications::{returned, wrote};
use crate::support::{Plan, PostOffice, Program, TestSite, within};

#[apply(story)]
async fn refused_for_now_it_is_tried_again_under_the_same_id(plan: Plan) {
    let office = PostOffice::open().await;
    office.says("DATA", "451 4.3.0 the disk is full, come again");
    let site = office.serves(plan).start().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    returned(&site, &trainee, &course, 1).await;
    let row = becomes(&site, "it is put off", |row| row.last_error.is_some()).await;
    assert!(row.last_error.is_some_and(|error| error.contains("451") && error.contains("come again")));
    assert_eq!((row.tries, row.failed_at), (1, None));
    office.takes();
    time_passes(&site).await;
    office.has_taken(1).await;
    let row = becomes(&site, "it is sent", |row| row.sent_at.is_some()).await;
    assert_eq!(row.tries, 2);
    let offered = office.offered();
    assert_eq!((offered.len(), offered.iter().collect::<BTreeSet<_>>().len()), (2, 1), "{offered:?}");
}

#[apply(story)]
async fn refused_for_ever_it_is_given_up_and_the_next_one_goes(plan: Plan) {
    let office = PostOffice::open().await;
    office.says("RCPT", "550 5.1.1 no such person");
    let site = office.serves(plan).start().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    returned(&site, &trainee, &course, 1).await;
    let row = becomes(&site, "it is given up", |row| row.failed_at.is_some()).await;
    assert!(row.last_error.is_some_and(|error| error.contains("no such person")));
    office.takes();
    time_passes(&site).await;
    returned(&site, &trainee, &course, 2).await;
    becomes(&site, "the next is sent", |row| row.sent_at.is_some()).await;
    assert_eq!(office.taken().len(), 1);
}

#[apply(story)]
async fn a_password_that_is_wrong_costs_no_mail(plan: Plan) {
    let office = PostOffice::open().await;
    office.says("AUTH", "535 5.7.8 wrong password");
    let site = office.serves_with_password(plan).start().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    returned(&site, &trainee, &course, 1).await;
    let row = becomes(&site, "it is put off", |row| row.last_error.is_some()).await;
    assert_eq!(row.failed_at, None);
    assert!(!format!("{row:?}").contains("the-password"), "{row:?}");
    office.takes();
    time_passes(&site).await;
    office.has_taken(1).await;
}

#[apply(story)]
async fn many_mails_are_sent_once_each_by_however_many_processes(plan: Plan) {
    let office = PostOffice::open().await;
    let site = office.serves(plan).start().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    for submission in 0..40 {
        wrote(&site, &trainee, &course, submission).await;
    }
    site.site.mail.wake();
    office.has_taken(40).await;
    within(PATIENCE, "all are marked", async || {
        rows(&site).await.iter().all(|row| row.sent_at.is_some() && row.tries == 1).then_some(())
    })
    .await;
    let ids: BTreeSet<String> = office.offered().into_iter().collect();
    assert_eq!((ids.len(), office.offered().len()), (40, 40));
}

#[apply(story)]
async fn what_has_the_same_key_is_queued_once(plan: Plan) {
    let office = PostOffice::open().await;
    office.says("RCPT", "450 later");
    let site = office.serves(plan).start().await;
    let person = site.somebody().await;
    for _ in 0..2 {
        let (ours, to) = (site.site.mail.clone(), person.id);
        let key = "reminder:2026-11-30".to_owned();
        let new = NewMail { key, to, kind: Kind::Feedback, body: json!({}), not_before: Ts::now() };
        site.write(move |tx| mail::queue(tx, &ours, new)).await;
    }
    assert_eq!(rows(&site).await.len(), 1);
}

/// Somebody's work is returned at a site whose own process sends no mail: the programs do.
async fn queued(plan: &Plan, office: &PostOffice) -> (TestSite, Plan) {
    let site = plan.clone().start().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let plan = office.serves(plan.clone());
    let mail = Mail::new(&Config::check(plan.settings.clone()).expect("settings of a story are fine"));
    let notice = Notice::WorkPassed { submission: SubmissionId(1), chapter: course.chapter_id("own") };
    site.write(move |tx| notifications::add(tx, &mail, trainee.id, &notice, Ts::now())).await;
    (site, plan)
}

#[apply(story)]
async fn killed_before_the_servers_word_it_is_sent_by_the_next(plan: Plan) {
    let office = PostOffice::open().await;
    let (site, plan) = queued(&plan, &office).await;
    office.forgets_the_next();
    let mut program = Program::serve(plan.clone());
    office.was_offered(1).await;
    program.kill();
    assert_eq!(rows(&site).await[0].sent_at, None);
    let _next = Program::serve(plan);
    time_passes(&site).await;
    office.has_taken(1).await;
    let row = becomes(&site, "it is sent", |row| row.sent_at.is_some()).await;
    assert_eq!(row.tries, 2);
    let offered = office.offered();
    assert_eq!((offered.len(), &offered[0]), (2, &offered[1]));
}

/// What is left: the server has it, and nobody could write that down. A mailbox can tell that it is the same.
#[apply(story)]
async fn killed_between_the_servers_word_and_ours_it_comes_twice_under_one_id(plan: Plan) {
    let office = PostOffice::open().await;
    let (site, plan) = queued(&plan, &office).await;
    office.holds();
    let mut program = Program::serve(plan.clone());
    office.was_offered(1).await;
    let mut holder = nobody_writes(&site);
    office.goes_on();
    office.has_taken(1).await;
    program.kill();
    holder.batch_execute("ROLLBACK").expect("let go");
    assert_eq!(rows(&site).await[0].sent_at, None);
    let _next = Program::serve(plan);
    time_passes(&site).await;
    office.has_taken(2).await;
    becomes(&site, "it is sent", |row| row.sent_at.is_some()).await;
    let offered = office.offered();
    assert_eq!((offered.len(), &offered[0]), (2, &offered[1]));
}

/// Until it is let go, nobody can write down what was sent.
fn nobody_writes(site: &TestSite) -> AnyConnection {
    let target = Target::parse(&site.settings().database_url).expect("a database");
    let mut connection = target.connect(Access::Write).expect("it opens");
    let hold = if site.is_on_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN; LOCK TABLE outbox IN EXCLUSIVE MODE" };
    connection.batch_execute(hold).expect("held");
    connection
}
