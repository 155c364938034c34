//! Pages hear at once.

use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{EVENTS, NOTICES, returned, wrote};
use crate::support::{Events, Plan, TestSite, tell};

async fn next(events: &mut Events) -> Value {
    let (name, state) = events.next().await.expect("the stream goes on");
    assert_eq!(name, "notices", "{state}");
    state
}

#[apply(story)]
async fn every_page_of_the_person_hears_and_nobody_elses(site: TestSite) {
    let course = site.course("ml").await;
    let (trainee, other) = (site.trainee(&course).await, site.trainee(&course).await);
    // Where there are two processes, each has one of the two.
    let (mut here, mut there) = (Events::of(&trainee, EVENTS).await, Events::of(&trainee, EVENTS).await);
    let mut elsewhere = Events::of(&other, EVENTS).await;
    for events in [&mut here, &mut there, &mut elsewhere] {
        assert_eq!(next(events).await, json!({ "unseen": 0, "latest": null }));
    }
    let id = returned(&site, &trainee, &course, 1).await;
    for events in [&mut here, &mut there] {
        assert_eq!(next(events).await, json!({ "unseen": 1, "latest": id }));
    }
    // Seen in one page, it is seen in all.
    trainee.post(&format!("{NOTICES}/seen"), json!({ "up_to": id })).await.ok();
    for events in [&mut here, &mut there] {
        assert_eq!(next(events).await, json!({ "unseen": 0, "latest": id }));
    }
    let theirs = returned(&site, &other, &course, 2).await;
    // The first they hear of is their own.
    assert_eq!(next(&mut elsewhere).await, json!({ "unseen": 1, "latest": theirs }));
}

#[apply(story)]
async fn a_page_that_comes_later_sees_how_it_stands(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let id = returned(&site, &trainee, &course, 1).await;
    let mut events = Events::of(&trainee, EVENTS).await;
    assert_eq!(next(&mut events).await, json!({ "unseen": 1, "latest": id }));
}

#[apply(story)]
async fn the_stream_ends_with_the_session(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let (mut first, mut second) = (Events::of(&person, EVENTS).await, Events::of(&person, EVENTS).await);
    next(&mut first).await;
    next(&mut second).await;
    person.delete("/api/v1/session").await.is(204);
    for events in [&mut first, &mut second] {
        assert_eq!(events.next().await, Some(("session".to_owned(), json!({ "state": "ended" }))));
        assert_eq!(events.next().await, None);
    }
}

#[test]
fn without_redis_another_process_finds_out_by_itself() {
    tell(Plan::on_postgres(), async |site: TestSite| {
        let other = site.another().await;
        let course = site.course("ml").await;
        let trainee = site.trainee(&course).await;
        let mut there = Events::of(&trainee.through(&other), EVENTS).await;
        assert_eq!(next(&mut there).await["unseen"], 0);
        // Killed between the commit and telling: nobody is told at all.
        let id = wrote(&site, &trainee, &course, 1).await;
        assert_eq!(next(&mut there).await, json!({ "unseen": 1, "latest": id }));
    });
}
