//! Who gets mails.

use macro_rules_attribute::apply;
use serde_json::json;

use super::{becomes, rows, time_passes};
use crate::notifications::returned;
use crate::support::{Plan, PostOffice, TestSite};

const CHOICE: &str = "/api/v1/account/mail";

#[apply(story)]
async fn whoever_wants_none_gets_none_and_is_told_in_the_page_all_the_same(plan: Plan) {
    let office = PostOffice::open().await;
    let site = office.serves(plan).start().await;
    let course = site.course("ml").await;
    let (quiet, other) = (site.trainee(&course).await, site.trainee(&course).await);
    assert_eq!(quiet.get(CHOICE).await.ok(), json!({ "sends": true, "feedback": true }));
    for _ in 0..2 {
        let off = quiet.put(CHOICE, json!({ "feedback": false })).await.ok();
        assert_eq!(off, json!({ "sends": true, "feedback": false }));
    }
    assert_eq!(quiet.put(CHOICE, json!({})).await.ok()["feedback"], false);
    returned(&site, &quiet, &course, 1).await;
    returned(&site, &other, &course, 2).await;
    assert_eq!(office.has_taken(1).await[0].to, other.email);
    assert_eq!(rows(&site).await.len(), 1);
    assert_eq!(quiet.get("/api/v1/notifications").await.ok()["unseen"], 1);
    // And back again.
    assert_eq!(quiet.put(CHOICE, json!({ "feedback": true })).await.ok()["feedback"], true);
    returned(&site, &quiet, &course, 3).await;
    assert_eq!(office.has_taken(2).await[1].to, quiet.email);
}

#[apply(story)]
async fn what_waits_is_not_sent_to_who_turned_it_off_meanwhile(plan: Plan) {
    let office = PostOffice::open().await;
    office.says("RCPT", "450 later");
    let site = office.serves(plan).start().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    returned(&site, &trainee, &course, 1).await;
    becomes(&site, "it is put off", |row| row.last_error.is_some()).await;
    trainee.put(CHOICE, json!({ "feedback": false })).await.ok();
    office.takes();
    time_passes(&site).await;
    let row = becomes(&site, "it is dropped", |row| row.failed_at.is_some()).await;
    assert_eq!((row.last_error.as_deref(), office.taken().len()), (Some("not wanted any more"), 0));
}

#[apply(story)]
async fn a_site_without_a_mail_server_queues_nothing_and_says_so(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    returned(&site, &trainee, &course, 1).await;
    assert_eq!(rows(&site).await, []);
    assert_eq!(trainee.get(CHOICE).await.ok(), json!({ "sends": false, "feedback": true }));
    assert_eq!(trainee.get("/api/v1/notifications").await.ok()["unseen"], 1);
}
