//! The token by which the hub knows who is there.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::SERVER;
use crate::support::{FakeHub, Plan};

#[apply(story)]
async fn asking_for_the_server_sets_a_short_token_for_the_hubs_login_alone(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    assert_eq!(trainee.cookie("tenarai_hub"), None);
    trainee.post(SERVER, json!({ "reason": "open" })).await.is(202);
    assert!(trainee.cookies_for("/jupyterhub/hub/login").starts_with("tenarai_hub="));
    assert_eq!(trainee.cookies_for(&format!("/jupyterhub/user/{}/lab", trainee.hub_name())), "");

    let token = trainee.cookie("tenarai_hub").expect("a token");
    let x = site.browser().get("/.well-known/jwks.json").await.ok()["keys"][0]["x"].as_str().expect("x").to_owned();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["jupyterhub"]);
    validation.set_issuer(&[&site.settings().public_url]);
    let key = DecodingKey::from_ed_components(&x).expect("a key");
    let claims = decode::<Value>(&token, &key, &validation).expect("it verifies").claims;
    assert_eq!(claims["sub"], trainee.hub_name());
    let lifetime = claims["exp"].as_i64().unwrap_or(0) - claims["iat"].as_i64().unwrap_or(0);
    assert_eq!(lifetime, 300);
    // It opens nothing here.
    let browser = site.browser();
    browser.plant(&format!("tenarai_session={token}; Path=/api"));
    browser.get("/api/v1/session").await.refused(401, "session_expired");
}

#[apply(story)]
async fn the_token_fits_into_a_cookie_however_many_courses_somebody_has(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let course = site.course("machine-learning").await;
    let trainee = site.trainee(&course).await;
    for number in 1..200 {
        let another = site.course(&format!("machine-learning-{number}")).await;
        site.enrol(&trainee, another.id, None).await;
    }
    trainee.post(SERVER, json!({ "reason": "open" })).await.is(202);
    assert!(trainee.cookie("tenarai_hub").expect("a token").len() < 2000);
}

#[apply(story)]
async fn signing_out_takes_the_hubs_cookie_too(plan: Plan) {
    let hub = FakeHub::start();
    let site = hub.serves(plan).start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    person.post(SERVER, json!({ "reason": "open" })).await.is(202);
    person.delete("/api/v1/session").await.is(204);
    assert_eq!(person.cookies_for("/jupyterhub/hub/login"), "");
}

/// As a site stands on the internet: browsers see it and its hub at these addresses.
fn published(plan: Plan, hub: &FakeHub, hub_url: &str) -> Plan {
    hub.serves(plan).with(|settings| {
        settings.hub_internal_url = settings.hub_url.replace(hub_url.to_owned());
        settings.public_url = "https://learn.example.com".to_owned();
    })
}

#[apply(story)]
async fn on_the_internet_cookies_travel_encrypted_and_the_hubs_alone_reaches_its_sub_domain(plan: Plan) {
    let hub = FakeHub::start();
    let site = published(plan, &hub, "https://hub.learn.example.com/jupyterhub/").start().await;
    let person = site.somebody().await;
    person.sign_in().await;
    person.post(SERVER, json!({ "reason": "open" })).await.is(202);
    let hub_user = format!("/jupyterhub/user/{}/lab", person.hub_name());
    let sent = |address: &str, path: &str| person.cookies_at(&format!("{address}{path}"));
    let none = Vec::<String>::new();
    assert_eq!(sent("https://learn.example.com", "/api/v1/session"), ["tenarai_refresh", "tenarai_session"]);
    assert_eq!(sent("https://hub.learn.example.com", "/jupyterhub/hub/login"), ["tenarai_hub"]);
    assert_eq!(sent("https://hub.learn.example.com", &hub_user), none);
    assert_eq!(sent("https://hub.learn.example.com", "/api/v1/session"), none);
    assert_eq!(sent("https://example.com", "/jupyterhub/hub/login"), none);
    for unencrypted in ["http://learn.example.com", "http://hub.learn.example.com"] {
        assert_eq!(sent(unencrypted, "/api/v1/session"), none);
        assert_eq!(sent(unencrypted, "/jupyterhub/hub/login"), none);
    }
    // Who leaves takes all three along, from where they were put.
    person.delete("/api/v1/session").await.is(204);
    assert_eq!(sent("https://learn.example.com", "/api/v1/session"), none);
    assert_eq!(sent("https://hub.learn.example.com", "/jupyterhub/hub/login"), none);
}

#[apply(story)]
async fn a_hub_that_is_no_sub_domain_of_the_site_widens_no_cookie(plan: Plan) {
    let hub = FakeHub::start();
    for (hub_url, login) in [
        ("https://learn.example.com:8000/hubs/", "/hubs/hub/login"),
        ("https://unlearn.example.com/jupyterhub/", "/jupyterhub/hub/login"),
    ] {
        let site = published(plan.clone(), &hub, hub_url).start().await;
        let person = site.somebody().await;
        person.sign_in().await;
        person.post(SERVER, json!({ "reason": "open" })).await.is(202);
        assert_eq!(person.cookies_at(&format!("https://learn.example.com{login}")), ["tenarai_hub"], "{hub_url}");
        for other in ["https://other.learn.example.com", "https://unlearn.example.com", "https://example.com"] {
            assert_eq!(person.cookies_at(&format!("{other}{login}")), Vec::<String>::new(), "{hub_url}: {other}");
        }
    }
}
