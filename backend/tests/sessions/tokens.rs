//! Forged, stale and misused tokens. Whatever is wrong with one, the answer is the same.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use tenarai::db::types::{SessionId, Ts};

use crate::support::{Browser, Person, TestSite};

/// What a good session token of this person says.
fn claims(site: &TestSite, person: &Person) -> Value {
    let now = Ts::now().seconds();
    json!({ "iss": site.settings().public_url, "aud": "tenarai", "sub": person.id.to_string(),
        "sid": SessionId::new(), "iat": now, "exp": now + 600 })
}

fn but(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn sign(site: &TestSite, claims: &Value) -> String {
    site.site.tokens.keys().sign(claims).expect("the site has a key")
}

fn kid(site: &TestSite) -> String {
    site.site.tokens.keys().jwks()[0].kid.clone()
}

fn with_token(site: &TestSite, token: &str) -> Browser {
    let browser = site.browser();
    browser.plant(&format!("tenarai_session={token}; Path=/api"));
    browser
}

async fn is_refused(site: &TestSite, token: &str) {
    with_token(site, token).get("/api/v1/session").await.refused(401, "session_expired");
}

#[apply(story)]
async fn a_token_with_the_right_claims_and_signature_is_taken(site: TestSite) {
    let person = site.somebody().await;
    let token = sign(&site, &claims(&site, &person));
    with_token(&site, &token).get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn no_token_at_all_or_none_that_is_one_is_refused(site: TestSite) {
    site.browser().get("/api/v1/session").await.refused(401, "not_signed_in");
    for token in ["x", "a.b.c", "eyJhbGciOiJFZERTQSJ9.e30.", "..", "%00"] {
        is_refused(&site, token).await;
    }
}

#[apply(story)]
async fn an_expired_token_is_refused(site: TestSite) {
    let person = site.somebody().await;
    let expired = but(claims(&site, &person), "exp", json!(Ts::now().seconds() - 60));
    is_refused(&site, &sign(&site, &expired)).await;
}

#[apply(story)]
async fn a_token_for_another_audience_or_of_another_issuer_is_refused(site: TestSite) {
    let person = site.somebody().await;
    for audience in ["jupyterhub", "tenarai-content"] {
        is_refused(&site, &sign(&site, &but(claims(&site, &person), "aud", json!(audience)))).await;
    }
    let foreign = but(claims(&site, &person), "iss", json!("https://elsewhere.example.com"));
    is_refused(&site, &sign(&site, &foreign)).await;
}

#[apply(story)]
async fn a_token_signed_by_a_foreign_key_is_refused_under_any_name_of_the_key(site: TestSite) {
    let person = site.somebody().await;
    let foreign = Ed25519KeyPair::generate().expect("random numbers");
    let foreign = EncodingKey::from_ed_der(foreign.to_pkcs8v1().expect("a document").as_ref());
    for kid in [Some(kid(&site)), Some("unknown".to_owned()), None] {
        let header = Header { kid, ..Header::new(Algorithm::EdDSA) };
        is_refused(&site, &encode(&header, &claims(&site, &person), &foreign).expect("it can be signed")).await;
    }
}

#[apply(story)]
async fn a_token_that_says_it_needs_no_signature_is_refused(site: TestSite) {
    let person = site.somebody().await;
    let part = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    for algorithm in ["none", "None", "NONE"] {
        let header = part(&json!({ "alg": algorithm, "typ": "JWT", "kid": kid(&site) }));
        is_refused(&site, &format!("{header}.{}.", part(&claims(&site, &person)))).await;
    }
}

#[apply(story)]
async fn the_public_key_cannot_be_used_as_a_shared_secret(site: TestSite) {
    let person = site.somebody().await;
    let public = site.site.tokens.keys().jwks()[0].x.clone();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&public).expect("base64url");
    for secret in [public.as_bytes(), &bytes] {
        let header = Header { kid: Some(kid(&site)), ..Header::new(Algorithm::HS256) };
        let token = encode(&header, &claims(&site, &person), &EncodingKey::from_secret(secret)).expect("signed");
        is_refused(&site, &token).await;
    }
}

#[apply(story)]
async fn a_token_whose_claims_were_changed_is_refused(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let token = person.cookie("tenarai_session").expect("a token");
    let parts: Vec<&str> = token.split('.').collect();
    let forged = but(claims(&site, &person), "sub", json!("1"));
    let forged = BASE64_URL_SAFE_NO_PAD.encode(forged.to_string());
    is_refused(&site, &format!("{}.{forged}.{}", parts[0], parts[2])).await;
}

#[apply(story)]
async fn a_token_of_somebody_who_does_not_exist_opens_nothing(site: TestSite) {
    let person = site.somebody().await;
    let ghost = but(claims(&site, &person), "sub", json!("987654321"));
    let answer = with_token(&site, &sign(&site, &ghost)).get("/api/v1/session").await;
    assert!((400..500).contains(&answer.status), "{answer}");
    let nonsense = but(claims(&site, &person), "sub", json!("u1"));
    is_refused(&site, &sign(&site, &nonsense)).await;
}
