//! Bodies that are too large, or none.

use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::json;

use crate::support::{HUB_SERVICE_TOKEN, Plan, TestSite};

const MEBIBYTE: usize = 1024 * 1024;

#[apply(story)]
async fn more_than_a_mebibyte_is_refused_before_it_is_read(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let large = json!({ "display_name": "x".repeat(MEBIBYTE) });
    person.patch("/api/v1/me", large).await.refused(413, "body_too_large");
    assert_eq!(person.get("/api/v1/session").await.ok()["user"]["display_name"], "Hana");
}

#[apply(story)]
async fn a_body_that_hides_its_length_is_cut_off_all_the_same(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let chunks = (0..32).map(|_| Ok::<_, std::io::Error>("y".repeat(MEBIBYTE / 16)));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let request = person.as_page(Method::PATCH, "/api/v1/me").header("content-type", "application/json").body(body);
    // The server may close the connection while we still send: then there is no answer to read.
    if let Ok(response) = request.send().await {
        assert_eq!(response.status(), 413);
    }
    person.get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn a_body_that_never_comes_is_not_waited_for(plan: Plan) {
    let site = plan.with(|settings| settings.body_seconds = 1).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    let body = reqwest::Body::wrap_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = person.as_page(Method::PATCH, "/api/v1/me").header("content-type", "application/json").body(body);
    person.send(request).await.refused(408, "body_too_slow");
}

/// PostgreSQL has no such letter in a text.
#[apply(story)]
async fn a_nul_character_is_refused_like_any_other_mistake(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    for name in ["a\0b", "\\\0"] {
        trainee.patch("/api/v1/me", json!({ "display_name": name })).await.refused(400, "malformed_json");
    }
    trainee.patch("/api/v1/me", json!({ "display_name": "\\u0000" })).await.ok();
    site.browser()
        .post("/api/v1/session", json!({ "email": "a\0@b", "password": "x" }))
        .await
        .refused(400, "malformed_json");
    for path in ["/api/v1/courses/%00", "/api/v1/courses/m%00l", "/api/v1/chapters/1/images/%00"] {
        trainee.get(path).await.refused(404, "not_found");
    }
}

/// A few bytes of it may stand for gigabytes.
#[apply(story)]
async fn what_is_packed_is_not_unpacked(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    for (encoding, status) in [("zstd", 415), ("gzip", 415), ("br", 415), ("gzip, identity", 415), ("identity", 200)] {
        for path in ["/api/v1/me", "/internal/v1/nothing"] {
            let request = person.as_page(Method::PATCH, path).header("content-encoding", encoding);
            let answer = person.send(request.json(&json!({ "locale": "en" }))).await;
            assert_eq!(
                answer.status,
                if path.starts_with("/internal") && status == 200 { 404 } else { status },
                "{encoding}"
            );
        }
    }
}

/// Services send no `Origin`, so that nothing before the body looks at its kind.
#[apply(story)]
async fn what_a_service_sends_is_json_too(site: TestSite) {
    let person = site.somebody().await;
    let ask = async |kind: &str| {
        let request = site.browser().bare(Method::POST, "/internal/v1/content-tokens").header("content-type", kind);
        let body = json!({ "hub_user": person.hub_name() }).to_string();
        site.browser().send(request.bearer_auth(HUB_SERVICE_TOKEN).body(body)).await
    };
    ask("application/json").await.is(200);
    ask("text/plain").await.refused(415, "unsupported_media_type");
}

#[apply(story)]
async fn no_body_at_all_has_no_fields(site: TestSite) {
    let answer = site.browser().post_nothing("/api/v1/session").await;
    answer.refused(400, "malformed_json");
    let person = site.somebody().await;
    person.sign_in().await;
    // Where all fields have defaults it is enough: here only the hub is missing.
    person.post_nothing("/api/v1/notebook-server").await.refused(409, "hub_not_configured");
}
