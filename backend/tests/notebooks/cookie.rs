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
