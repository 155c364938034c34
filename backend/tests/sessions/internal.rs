//! What the hub asks, with its service token.

use diesel::prelude::*;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};
use tenarai::db::schema::users;
use tenarai::db::types::Ts;

use crate::support::{HUB_SERVICE_TOKEN, Person, TestSite};

async fn session_id(person: &Person) -> String {
    person.get("/api/v1/session").await.ok()["session"]["id"].as_str().expect("an id").to_owned()
}

#[apply(story)]
async fn the_hub_learns_whose_session_it_is_and_when_it_has_ended(site: TestSite) {
    let course = site.course("ml").await;
    let person = site.trainee(&course).await;
    let path = format!("/internal/v1/sessions/{}", session_id(&person).await);
    let state = site.as_service(&path, HUB_SERVICE_TOKEN).await.ok();
    assert_eq!(
        state,
        json!({ "active": true, "hub_user": person.hub_name(), "groups": ["course-ml", "role-trainee"], "locale": "en" })
    );
    person.delete("/api/v1/session").await.is(204);
    assert_eq!(
        site.as_service(&path, HUB_SERVICE_TOKEN).await.ok(),
        json!({ "active": false, "hub_user": null, "groups": null, "locale": null })
    );
}

#[apply(story)]
async fn the_hub_learns_whether_somebody_is_signed_in_anywhere(site: TestSite) {
    let person = site.somebody().await;
    let path = format!("/internal/v1/users/{}/sessions", person.hub_name());
    let active = async || site.as_service(&path, HUB_SERVICE_TOKEN).await.ok()["active"].clone();
    assert_eq!(active().await, Value::Bool(false));
    person.sign_in().await;
    assert_eq!(active().await, Value::Bool(true));
    person.delete("/api/v1/session").await.is(204);
    assert_eq!(active().await, Value::Bool(false));
}

#[apply(story)]
async fn somebody_suspended_is_signed_in_nowhere_though_their_sessions_were_not_ended(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let of_session = format!("/internal/v1/sessions/{}", session_id(&person).await);
    let of_user = format!("/internal/v1/users/{}/sessions", person.hub_name());
    let is_active = async |path: &str| site.as_service(path, HUB_SERVICE_TOKEN).await.ok()["active"].clone();
    assert_eq!((is_active(&of_session).await, is_active(&of_user).await), (json!(true), json!(true)));
    let content = site.content_token_for(&person.hub_name()).await.ok()["token"].as_str().expect("one").to_owned();
    site.as_service("/content/v1/manifest", &content).await.is(200);

    let user = person.id;
    site.write(move |tx| diesel::update(users::table.find(user)).set(users::disabled_at.eq(Ts::now())).execute(tx))
        .await;
    site.site.people.forget(user).await;
    assert_eq!((is_active(&of_session).await, is_active(&of_user).await), (json!(false), json!(false)));
    site.content_token_for(&person.hub_name()).await.refused(404, "not_found");
    site.as_service("/content/v1/manifest", &content).await.refused(401, "service_token_required");
}

#[apply(story)]
async fn unknown_sessions_and_users_are_not_found(site: TestSite) {
    for path in [
        "/internal/v1/sessions/01890000-0000-7000-8000-000000000000",
        "/internal/v1/sessions/not-a-session",
        "/internal/v1/users/u987654/sessions",
        "/internal/v1/users/root/sessions",
    ] {
        site.as_service(path, HUB_SERVICE_TOKEN).await.refused(404, "not_found");
    }
    site.content_token_for("u987654").await.refused(404, "not_found");
}

#[apply(story)]
async fn nobody_but_the_hub_gets_in(site: TestSite) {
    let operator = site.operator().await;
    let path = format!("/internal/v1/sessions/{}", session_id(&operator).await);
    operator.get(&path).await.refused(401, "service_token_required");
    for token in
        ["", "x", "the-hub-shows-this-token-to-the-site-012345678", "the-hub-shows-this-token-to-the-site-0123456789x"]
    {
        site.as_service(&path, token).await.refused(401, "service_token_required");
    }
    let session = operator.cookie("tenarai_session").expect("a token");
    site.as_service(&path, &session).await.refused(401, "service_token_required");
    let body = json!({ "hub_user": operator.hub_name() });
    let request = operator.bare(Method::POST, "/internal/v1/content-tokens").json(&body);
    operator.send(request).await.refused(401, "service_token_required");
}

#[apply(story)]
async fn where_no_token_is_configured_nobody_gets_in(plan: crate::support::Plan) {
    let site = plan.with(|settings| settings.lms_token_file = None).start().await;
    let path = "/internal/v1/users/u1/sessions";
    site.as_service(path, "").await.refused(401, "service_token_required");
    site.as_service(path, HUB_SERVICE_TOKEN).await.refused(401, "service_token_required");
}
