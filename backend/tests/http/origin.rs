//! State changes come from the site's own pages, or not at all. A notebook's page is same-site with us: the cookies
//! travel with whatever it sends.

use macro_rules_attribute::apply;
use reqwest::Method;
use reqwest::RequestBuilder;
use serde_json::json;

use crate::support::{PASSWORD, Person, TestSite};

const CHANGE: &str = "/api/v1/me";

/// A change of one's own language, from wherever.
fn change(person: &Person) -> RequestBuilder {
    person.bare(Method::PATCH, CHANGE).json(&json!({ "locale": "ja" }))
}

async fn locale(person: &Person) -> String {
    person.get("/api/v1/session").await.ok()["user"]["locale"].as_str().expect("a locale").to_owned()
}

#[apply(story)]
async fn a_page_of_the_site_may_change_things(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    person.send(change(&person).header("sec-fetch-site", "same-origin")).await.is(200);
    assert_eq!(locale(&person).await, "ja");
}

#[apply(story)]
async fn an_older_browser_shows_its_origin_instead(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let ours = site.settings().public_url.clone();
    person.send(change(&person).header("origin", ours)).await.is(200);
}

#[apply(story)]
async fn no_other_page_may_change_anything_however_near_it_is(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    for from in ["same-site", "cross-site", "none", "", "SAME-ORIGIN"] {
        let ours = site.settings().public_url.clone();
        let request = change(&person).header("sec-fetch-site", from).header("origin", ours);
        person.send(request).await.refused(403, "cross_site_request");
    }
    for origin in ["http://127.0.0.1:8000", "http://localhost", "https://evil.example.com", "null", ""] {
        person.send(change(&person).header("origin", origin)).await.refused(403, "cross_site_request");
    }
    person.send(change(&person)).await.refused(403, "cross_site_request");
    assert_eq!(locale(&person).await, "en");
}

#[apply(story)]
async fn what_a_form_or_a_simple_request_can_send_is_refused_even_from_our_own_origin(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let json = json!({ "locale": "ja" }).to_string();
    for kind in [
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/json",
        "",
    ] {
        let request = person.as_page(Method::PATCH, CHANGE).header("content-type", kind).body(json.clone());
        person.send(request).await.refused(415, "unsupported_media_type");
    }
    // Also where nothing is read from the body.
    let sign_out = person.as_page(Method::DELETE, "/api/v1/sessions").header("content-type", "text/plain").body("x");
    person.send(sign_out).await.refused(415, "unsupported_media_type");
    let untyped = person.as_page(Method::PATCH, CHANGE).body(json);
    person.send(untyped).await.refused(415, "unsupported_media_type");
    assert_eq!(locale(&person).await, "en");
}

#[apply(story)]
async fn nobody_is_signed_in_or_out_from_another_page(site: TestSite) {
    let person = site.somebody().await;
    let credentials = json!({ "email": person.email, "password": PASSWORD });
    let sign_in = person.bare(Method::POST, "/api/v1/session").header("sec-fetch-site", "same-site");
    person.send(sign_in.json(&credentials)).await.refused(403, "cross_site_request");
    person.sign_in().await;
    for path in ["/api/v1/session", "/api/v1/sessions", "/api/v1/notebook-server"] {
        let request = person.bare(Method::DELETE, path).header("sec-fetch-site", "cross-site");
        person.send(request).await.refused(403, "cross_site_request");
    }
    let refresh = person.bare(Method::POST, "/api/v1/session/refresh").header("sec-fetch-site", "same-site");
    person.send(refresh).await.refused(403, "cross_site_request");
    person.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn other_origins_are_never_invited_to_read(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let foreign = || person.bare(Method::GET, "/api/v1/session").header("origin", "http://127.0.0.1:8000");
    let preflight = person
        .bare(Method::OPTIONS, CHANGE)
        .header("origin", "http://127.0.0.1:8000")
        .header("access-control-request-method", "PATCH");
    for request in [foreign(), foreign().header("sec-fetch-site", "same-site"), preflight] {
        let answer = person.send(request).await;
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{:?}", answer.headers);
    }
}
