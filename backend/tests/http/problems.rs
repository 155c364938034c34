//! Problems: one form, two languages, stable codes.

use std::collections::BTreeSet;

use macro_rules_attribute::apply;
use reqwest::Method;
use tenarai::http::{self, problem::Words};

use crate::support::TestSite;

#[test]
fn every_kind_has_a_code_of_its_own_and_whole_texts_in_both_languages() {
    let mut codes = BTreeSet::new();
    for kind in http::kinds() {
        assert!(codes.insert(kind.code), "{} twice", kind.code);
        assert!(kind.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", kind.code);
        assert!((400..600).contains(&kind.status), "{}: {}", kind.code, kind.status);
        for Words { title, detail } in [&kind.ja, &kind.en] {
            assert!(!title.is_empty() && !detail.is_empty(), "{}", kind.code);
        }
        assert!(!kind.ja.title.is_ascii() && !kind.ja.detail.is_ascii(), "{}: not Japanese", kind.code);
        assert!(kind.en.title.is_ascii() && kind.en.detail.is_ascii(), "{}: not English", kind.code);
        assert_eq!(arguments(kind.ja.detail), arguments(kind.en.detail), "{}", kind.code);
    }
    assert!(codes.len() > 15, "only {codes:?}");
}

/// The names in braces.
fn arguments(detail: &str) -> BTreeSet<&str> {
    detail.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[apply(story)]
async fn a_problem_speaks_the_readers_language(site: TestSite) {
    let browser = site.browser();
    for (language, title) in [
        ("ja", "見つかりません"),
        ("en-GB,en;q=0.9", "Not found"),
        ("fr, en;q=0.5, ja;q=0.9", "見つかりません"),
        ("fr", "見つかりません"),
        ("fr, en;q=0", "見つかりません"),
        ("ja;q=0, en;q=0.1", "Not found"),
    ] {
        let request =
            reqwest::Client::new().get(format!("{}/api/v1/nothing", site.url)).header("accept-language", language);
        let problem = browser.send(request).await.refused(404, "not_found");
        assert_eq!(problem["title"], title, "{language}");
        assert_eq!(problem["type"], "/docs/problems#not_found");
        assert_eq!(problem["status"], 404);
    }
}

#[apply(story)]
async fn what_the_framework_refuses_is_a_problem_too(site: TestSite) {
    let browser = site.browser();
    browser.get("/api/v1/nothing").await.refused(404, "not_found");
    browser.get("/internal/v1/nothing").await.refused(404, "not_found");
}

#[apply(story)]
async fn an_address_that_is_there_says_what_it_takes_and_one_that_is_not_is_not_found(site: TestSite) {
    let browser = site.browser();
    for (method, path, takes) in [
        (Method::PUT, "/api/v1/session", "GET, POST, DELETE"),
        (Method::POST, "/api/v1/chapters/1", "GET"),
        (Method::GET, "/api/v1/study/events", "POST"),
        (Method::DELETE, "/healthz", "GET"),
        (Method::PUT, "/internal/v1/sessions/x", "GET"),
    ] {
        let answer = browser.ask(method, path, None).await;
        answer.refused(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), takes, "{path}");
    }
    for path in
        ["/api/v1/nothing", "/api/v1/session/", "/internal/v1/nothing", "/content/v1/nothing", "/courses/ml", "/"]
    {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = browser.ask(method, path, None).await;
            answer.refused(404, "not_found");
            assert_eq!(answer.header("allow"), "");
        }
    }
}

#[apply(story)]
async fn every_problem_is_explained_where_its_type_points(site: TestSite) {
    for (language, lang, title) in [("ja", "ja", "見つかりません"), ("en", "en", "Not found")] {
        let request =
            reqwest::Client::new().get(format!("{}/docs/problems", site.url)).header("accept-language", language);
        let page = site.browser().send(request).await.is(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'unsafe-inline';"));
        let text = page.text();
        assert!(text.contains(&format!("<html lang=\"{lang}\">")) && text.contains(title), "{text}");
        assert!(!text.contains("<script") && !text.contains("{reason}"), "{text}");
        for kind in http::kinds() {
            assert!(text.contains(&format!("<section id=\"{}\">", kind.code)), "{}", kind.code);
        }
    }
}

#[apply(story)]
async fn a_query_that_cannot_be_read_says_which(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    for query in ["?locale=xx", "?local=ja"] {
        let problem = person.get(&format!("/api/v1/courses{query}")).await.refused(400, "invalid_query");
        assert!(problem["detail"].as_str().expect("a detail").len() > 30, "{problem}");
    }
}

#[apply(story)]
async fn an_error_of_the_database_never_reaches_the_reader(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    site.write(|tx| {
        use diesel::connection::SimpleConnection;
        tx.batch_execute("ALTER TABLE enrolments RENAME TO enrolments_away")
    })
    .await;
    let problem = person.get("/api/v1/home").await.refused(500, "internal");
    assert!(!problem.to_string().contains("enrolments"), "{problem}");
}
