//! What every answer carries.

use macro_rules_attribute::apply;
use reqwest::Method;

use crate::support::{Answer, TestSite};

#[apply(story)]
async fn every_answer_has_an_id_of_its_own(site: TestSite) {
    let browser = site.browser();
    let one = browser.get("/api/v1/site").await.is(200).header("x-request-id").to_owned();
    let two = browser.get("/api/v1/nothing").await.is(404).header("x-request-id").to_owned();
    assert!(uuid::Uuid::parse_str(&one).is_ok() && uuid::Uuid::parse_str(&two).is_ok(), "{one} {two}");
    assert_ne!(one, two);
}

#[apply(story)]
async fn an_id_from_a_proxy_is_kept_if_it_looks_like_one(site: TestSite) {
    let browser = site.browser();
    let with = async |id: &str| {
        let answer = browser.send(browser.bare(Method::GET, "/api/v1/nothing").header("x-request-id", id)).await;
        answer.refused(404, "not_found")["instance"].as_str().expect("an id").to_owned()
    };
    assert_eq!(with("req-0123456789").await, "req-0123456789");
    for odd in ["short", "<script>alert(1)</script>", "a b c d e f g h", &"x".repeat(65)] {
        assert_ne!(with(odd).await, odd);
    }
}

fn is_guarded(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("'unsafe-eval'") && !policy.contains("script-src 'self' "), "{policy}");
}

#[apply(story)]
async fn every_answer_is_guarded_errors_too(site: TestSite) {
    let browser = site.browser();
    for path in ["/api/v1/site", "/api/v1/nothing", "/api/v1/session", "/healthz"] {
        is_guarded(&browser.get(path).await);
    }
    is_guarded(&browser.send(browser.bare(Method::POST, "/api/v1/session")).await);
}
