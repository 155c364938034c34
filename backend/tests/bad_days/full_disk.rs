//! The disk of the database is full.

use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use futures_util::future::join_all;
use serde_json::Value;

use super::{report_runs, runs};
use crate::support::{Course, Person, Plan, TestSite, tell};

/// Reports until the disk is full; how many runs were acknowledged.
async fn fill(person: &Person, course: &Course) -> u64 {
    let mut acknowledged = 0;
    for _ in 0..2_000 {
        let answer = report_runs(person, course, 100).await;
        match answer.status {
            200 => acknowledged += 100,
            // Somebody else's write, of the same moment, found the disk full.
            503 => is_not_saved(&answer.refused(503, "unavailable")),
            _ => {
                is_not_saved(&answer.refused(507, "storage_full"));
                return acknowledged;
            }
        }
    }
    panic!("the disk never became full");
}

fn is_not_saved(problem: &Value) {
    assert!(problem["detail"].as_str().expect("a detail").contains("not saved"), "{problem}");
}

/// The writer's connection is the only one that makes the file grow.
async fn limit_pages(site: &TestSite, more: i64) {
    #[derive(QueryableByName)]
    struct Pages {
        #[diesel(sql_type = BigInt)]
        page_count: i64,
    }
    site.write(move |tx| {
        let now: Pages = diesel::sql_query("PRAGMA page_count").get_result(tx)?;
        tx.batch_execute(&format!("PRAGMA max_page_count = {}", now.page_count + more))
    })
    .await;
}

#[test]
fn a_full_database_says_so_loses_nothing_and_goes_on_when_there_is_room() {
    tell(Plan::on_sqlite(), async |site: TestSite| {
        let course = site.course("ml").await;
        let trainee = site.trainee(&course).await;
        limit_pages(&site, 40).await;
        let acknowledged = fill(&trainee, &course).await;
        assert!(acknowledged > 0);
        assert_eq!(runs(&trainee, &course).await, acknowledged, "everything acknowledged is there, and nothing else");
        site.browser().get("/readyz").await.is(200);
        limit_pages(&site, 10_000).await;
        report_runs(&trainee, &course, 100).await.is(200);
        assert_eq!(runs(&trainee, &course).await, acknowledged + 100);
    });
}

#[test]
fn many_who_write_to_a_full_database_are_each_told_what_became_of_theirs() {
    tell(Plan::on_sqlite(), async |site: TestSite| {
        let course = site.course("ml").await;
        let people = join_all((0..8).map(|_| site.trainee(&course))).await;
        limit_pages(&site, 60).await;
        let filled = join_all(people.iter().map(|person| fill(person, &course))).await;
        for (person, acknowledged) in people.iter().zip(filled) {
            assert_eq!(runs(person, &course).await, acknowledged);
        }
    });
}

/// A small disk that is taken away again.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None where we may not mount, as in most containers and for everybody but root.
    fn mount(dir: &Path) -> Option<Self> {
        let place = dir.join("disk");
        std::fs::create_dir(&place).expect("a folder");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&place).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(place))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the site's connections may not be closed yet.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_really_is_full_is_no_different() {
    let plan = Plan::on_sqlite();
    let Some(disk) = SmallDisk::mount(plan.dir.path()) else {
        eprintln!("not told: only root may mount a small disk");
        return;
    };
    let (ballast, url) = (disk.0.join("ballast"), format!("sqlite:{}", disk.0.join("tenarai.db").display()));
    std::fs::write(&ballast, vec![0; 512 * 1024]).expect("there is room yet");
    tell(plan.with(|settings| settings.database_url = url), async |site: TestSite| {
        let course = site.course("ml").await;
        let trainee = site.trainee(&course).await;
        let mut shared = Vec::new();
        for _ in 0..12 {
            shared.push(trainee.elsewhere(&site));
            shared[shared.len() - 1].sign_in().await;
        }
        let mut acknowledged = fill(&trainee, &course).await;
        while report_runs(&trainee, &course, 1).await.status == 200 {
            acknowledged += 1;
        }
        assert_eq!(runs(&trainee, &course).await, acknowledged);
        // On a shared computer one can leave all the same: the browser forgets, and the site takes the session no more.
        // The end of a session needs less room than a run; there may be some for the first of them.
        let mut refused = 0;
        for browser in &shared {
            let stolen = browser.stolen();
            let told = browser.delete("/api/v1/session").await;
            if told.status != 204 {
                told.refused(507, "storage_full");
                refused += 1;
            }
            assert_eq!(browser.cookie("tenarai_session"), None);
            stolen.get("/api/v1/session").await.refused(401, "session_ended");
        }
        assert!(refused > 0, "there was room for all of them");
        std::fs::remove_file(&ballast).expect("room is made");
        report_runs(&trainee, &course, 1).await.is(200);
        assert_eq!(runs(&trainee, &course).await, acknowledged + 1);
    });
    drop(disk);
}
