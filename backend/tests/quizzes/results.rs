//! Which attempt counts, and when what is right is shown.

use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{attempt, begun, draft, overview, question, quiz};
use crate::support::TestSite;

#[apply(story)]
async fn the_best_attempt_counts_or_the_last_or_the_first(site: TestSite) {
    for (rule, after_two, after_three) in [("best", 2, 2), ("last", 2, 3), ("first", 1, 1)] {
        let course = site.publish(&draft(rule, &format!("counts: {rule}"))).await;
        let trainee = site.trainee(&course).await;
        let numbers = async |count: i64| {
            let view = overview(&trainee, &course).await;
            let attempts = view["attempts"].as_array().expect("attempts").clone();
            let counted = attempts.iter().find(|attempt| attempt["id"] == view["counted"]).expect("one counts");
            assert_eq!(counted["number"], count, "{rule}");
            view["passed"] == true
        };
        for right in [false, true] {
            attempt(&trainee, &course, right).await;
        }
        assert_eq!(numbers(after_two).await, rule != "first");
        attempt(&trainee, &course, false).await;
        assert_eq!(numbers(after_three).await, rule == "best");
        // What was completed once stays so.
        let state = &trainee.get(&course.chapter("quiz")).await.ok()["progress"]["state"];
        assert_eq!(state, if rule == "first" { "not_started" } else { "completed" }, "{rule}");
    }
}

fn shown(view: &Value) -> (&Value, &Value) {
    let outcome = &question(view, "mean")["outcome"];
    (&outcome["solution"], &outcome["explanation"])
}

fn right() -> Value {
    json!({ "kind": "single_choice", "option": "three" })
}

#[apply(story)]
async fn what_is_right_is_shown_at_the_end(site: TestSite) {
    let course = quiz(&site, "attempts: 2").await;
    let trainee = site.trainee(&course).await;
    let first = attempt(&trainee, &course, false).await;
    assert_eq!(shown(&first), (&Value::Null, &Value::Null));
    let second = attempt(&trainee, &course, false).await;
    assert_eq!(shown(&second), (&right(), &json!("<p>nine by three</p>\n")));
    let first = trainee.get(&format!("/api/v1/quiz-attempts/{}", first["id"])).await.ok();
    assert_eq!(shown(&first).0, &right());
}

#[apply(story)]
async fn whoever_has_passed_is_shown_it_and_not_while_the_next_attempt_goes_on(site: TestSite) {
    let course = quiz(&site, "").await;
    let trainee = site.trainee(&course).await;
    let passed = attempt(&trainee, &course, true).await;
    assert_eq!(shown(&passed).0, &right());
    begun(&trainee, &course).await;
    let passed = trainee.get(&format!("/api/v1/quiz-attempts/{}", passed["id"])).await.ok();
    assert_eq!(shown(&passed).0, &Value::Null);
}

#[apply(story)]
async fn it_is_shown_after_each_attempt_or_never_where_the_author_says_so(site: TestSite) {
    let open = site.publish(&draft("open", "answers: after_attempt")).await;
    let trainee = site.trainee(&open).await;
    assert_eq!(shown(&attempt(&trainee, &open, false).await).0, &right());
    let closed = site.publish(&draft("closed", "answers: never")).await;
    let trainee = site.trainee(&closed).await;
    let passed = attempt(&trainee, &closed, true).await;
    assert_eq!(passed["result"]["percent"], 100);
    assert_eq!(question(&passed, "mean")["outcome"], Value::Null);
}
