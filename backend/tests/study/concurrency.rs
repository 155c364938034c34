//! Many at once.

use futures_util::future::join_all;
use macro_rules_attribute::apply;
use serde_json::json;

use super::{event, report, run};
use crate::support::TestSite;

#[apply(story)]
async fn sixty_four_browsers_of_one_person_lose_nothing(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let writers = (0..64).map(|_| async {
        for _ in 0..4 {
            report(&trainee, &[run(&course, "one", true), run(&course, "two", false)]).await.is(200);
        }
    });
    join_all(writers).await;
    let progress = trainee.get(&course.chapter("values")).await.ok()["progress"].clone();
    let counts: Vec<_> = progress["cells"]
        .as_array()
        .expect("cells")
        .iter()
        .map(|cell| (cell["cell_id"].as_str(), cell["runs"].as_i64(), cell["errors"].as_i64()))
        .collect();
    assert_eq!(counts, [(Some("one"), Some(256), Some(0)), (Some("two"), Some(256), Some(256))]);
}

#[apply(story)]
async fn the_same_event_sent_by_many_at_once_counts_once(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let event = run(&course, "one", true);
    let answers = join_all((0..32).map(|_| report(&trainee, std::slice::from_ref(&event)))).await;
    let stored = answers.iter().filter(|answer| answer.ok()["results"][0]["status"] == "stored").count();
    assert_eq!(stored, 1);
    assert_eq!(trainee.get(&course.chapter("values")).await.ok()["progress"]["cells"][0]["runs"], 1);
}

#[apply(story)]
async fn chapters_completed_at_once_all_count_for_the_course(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let hello = [event(&course, "hello", "read", json!({}))];
    let values = [event(&course, "values", "read", json!({})), run(&course, "one", true), run(&course, "two", true)];
    let own = format!("{}/completion", course.chapter("own"));
    let (one, two, three) = futures_util::join!(
        report(&trainee, &hello),
        report(&trainee, &values),
        trainee.put(&own, json!({ "completed": true })),
    );
    for answer in [one, two, three] {
        answer.is(200);
    }
    let progress = trainee.get("/api/v1/courses/ml").await.ok()["progress"].clone();
    assert_eq!((&progress["percent"], &progress["completed_chapters"]), (&json!(100), &json!(3)), "{progress}");
    assert!(progress["completed_at"].is_string(), "{progress}");
}
