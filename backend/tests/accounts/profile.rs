//! One's own name and language.

use macro_rules_attribute::apply;
use serde_json::json;

use crate::support::TestSite;

#[apply(story)]
async fn name_and_language_change_at_once(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let me = person.patch("/api/v1/me", json!({ "display_name": " 花子 ", "locale": "ja" })).await.ok();
    assert_eq!((&me["user"]["display_name"], &me["user"]["locale"]), (&json!("花子"), &json!("ja")));
    assert_eq!(person.get("/api/v1/session").await.ok()["user"], me["user"]);
}

#[apply(story)]
async fn a_name_must_be_there_be_seen_and_not_endless(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    for name in ["  ".to_owned(), "x".repeat(101), "Ha\nna".to_owned(), "Ha\u{3164}na".to_owned()] {
        let problem = person.patch("/api/v1/me", json!({ "display_name": name })).await.refused(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["pointer"], "/display_name");
    }
    assert_eq!(person.get("/api/v1/session").await.ok()["user"]["display_name"], "Hana");
}
