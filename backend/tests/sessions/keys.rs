//! The signing keys: public where verifiers look, rotated without a gap.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use macro_rules_attribute::apply;
use serde_json::Value;
use tenarai::db::schema::signing_keys;
use tenarai::db::types::{SessionId, Ts, UserId};
use tenarai::db::{self, Db, Target};
use tenarai::sessions::keys::{self, Keys, TokenError};
use tenarai::sessions::tokens::SessionClaims;

use crate::support::{Person, Plan, TestSite};

async fn published(site: &TestSite) -> Vec<Value> {
    site.browser().get("/.well-known/jwks.json").await.ok()["keys"].as_array().expect("keys").clone()
}

fn kid_of(person: &Person) -> String {
    let token = person.cookie("tenarai_session").expect("a token");
    decode_header(&token).expect("a header").kid.expect("a kid")
}

#[apply(story)]
async fn whoever_has_the_published_keys_can_verify_a_token_and_learns_no_secret(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let keys = published(&site).await;
    assert_eq!(keys.len(), 1);
    let names: Vec<&String> = keys[0].as_object().expect("a key").keys().collect();
    assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"], "a private part (`d`) must never be there");
    let x = BASE64_URL_SAFE_NO_PAD.decode(keys[0]["x"].as_str().expect("x")).expect("base64url");
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["tenarai"]);
    validation.set_issuer(&[&site.settings().public_url]);
    let token = person.cookie("tenarai_session").expect("a token");
    let claims = decode::<Value>(&token, &DecodingKey::from_ed_der(&x), &validation).expect("it verifies").claims;
    assert_eq!(claims["sub"], person.id.to_string());
}

#[apply(story)]
async fn rotation_leaves_no_gap(site: TestSite) {
    let (before, after) = (site.somebody().await, site.somebody().await);
    before.sign_in().await;
    let old = kid_of(&before);
    keys::rotate(&site.site.db).await.expect("a new key");
    site.reload_keys().await;
    assert_eq!(published(&site).await.len(), 2, "the new key is there before it signs");
    after.sign_in().await;
    assert_eq!(kid_of(&after), old, "the old one signs until every verifier knows the new one");

    let_ten_minutes_pass(&site).await;
    let later = after.elsewhere(&site);
    later.sign_in().await;
    assert_ne!(kid_of(&later), old);
    for person in [&before, &after, &later] {
        person.get("/api/v1/session").await.is(200);
    }
    assert_eq!(published(&site).await.len(), 2, "tokens of the old key still have to verify");
}

#[apply(story)]
async fn a_retired_key_is_published_no_longer_and_verifies_nothing(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let old = kid_of(&person);
    keys::rotate(&site.site.db).await.expect("a new key");
    let_ten_minutes_pass(&site).await;
    site.write(|tx| {
        diesel::update(signing_keys::table.filter(signing_keys::retires_at.is_not_null()))
            .set(signing_keys::retires_at.eq(Ts::now() - TimeDelta::seconds(1)))
            .execute(tx)
    })
    .await;
    site.reload_keys().await;
    assert!(published(&site).await.iter().all(|key| key["kid"] != old));
    person.get("/api/v1/session").await.refused(401, "session_expired");
}

#[apply(story)]
async fn two_processes_sign_with_the_same_key(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let other = site.another().await;
    person.through(&other).get("/api/v1/session").await.is(200);
    assert_eq!(published(&site).await, published(&other).await);
}

#[apply(story)]
async fn processes_that_are_the_first_ones_together_make_one_key(plan: Plan) {
    let target = Target::parse(&plan.settings.database_url).expect("a database");
    db::migrate::run(&target).expect("it migrates");
    let processes: Vec<Db> = (0..8).map(|_| Db::open(&target, 1).expect("it opens")).collect();
    let rings = join_all(processes.iter().map(async |db| {
        let ring = Keys::load(db, "http://localhost").await.expect("the keys");
        ring.jwks().into_iter().map(|key| key.kid).collect::<Vec<_>>()
    }))
    .await;
    assert_eq!(rings[0].len(), 1);
    assert!(rings.iter().all(|ring| *ring == rings[0]), "{rings:?}");
}

#[apply(story)]
async fn of_rotations_at_once_each_replaces_the_one_before(site: TestSite) {
    let other = site.another().await;
    let in_turn = [&site, &other].into_iter().cycle().take(8);
    for rotation in join_all(in_turn.map(|process| keys::rotate(&process.site.db))).await {
        rotation.expect("a new key");
    }
    let alive: i64 =
        site.write(|tx| signing_keys::table.filter(signing_keys::retires_at.is_null()).count().get_result(tx)).await;
    assert_eq!(alive, 1);
}

#[apply(story)]
async fn a_key_that_another_process_made_is_looked_for_when_it_is_met(site: TestSite) {
    let other = site.another().await;
    keys::rotate(&other.site.db).await.expect("a new key");
    let_ten_minutes_pass(&other).await;
    let ours = site.site.tokens.keys();
    let token = other.site.tokens.session(UserId(1), SessionId::new()).expect("it signs");
    let verify = || ours.verify::<SessionClaims>(&token, "tenarai");
    assert!(matches!(verify(), Err(TokenError::NoKey)));
    let claims = ours.with_latest(&site.site.db, verify).await.expect("it verifies");
    assert_eq!(claims.user(), Some(UserId(1)));
}

#[apply(story)]
async fn who_signed_in_with_a_new_key_elsewhere_is_not_refused(site: TestSite) {
    let other = site.another().await;
    keys::rotate(&other.site.db).await.expect("a new key");
    let_ten_minutes_pass(&other).await;
    let person = site.somebody().await.through(&other);
    person.sign_in().await;
    person.through(&site).get("/api/v1/session").await.is(200);
}

#[apply(story)]
async fn a_key_that_nobody_made_is_looked_for_and_refused(site: TestSite) {
    let ours = site.site.tokens.keys();
    let token = site.site.tokens.session(UserId(1), SessionId::new()).expect("it signs");
    site.write(|tx| diesel::delete(signing_keys::table).execute(tx)).await;
    site.reload_keys().await;
    let looked = ours.with_latest(&site.site.db, || ours.verify::<SessionClaims>(&token, "tenarai")).await;
    assert!(matches!(looked, Err(TokenError::NoKey)));
}

#[apply(story)]
async fn a_retired_key_is_deleted_when_the_next_is_made(site: TestSite) {
    let old = published(&site).await[0]["kid"].as_str().expect("a kid").to_owned();
    keys::rotate(&site.site.db).await.expect("a new key");
    let retired = old.clone();
    site.write(move |tx| {
        diesel::update(signing_keys::table.find(retired))
            .set(signing_keys::retires_at.eq(Ts::now() - TimeDelta::seconds(1)))
            .execute(tx)
    })
    .await;
    keys::rotate(&site.site.db).await.expect("a new key");
    let kids: Vec<String> = site.write(|tx| signing_keys::table.select(signing_keys::kid).load(tx)).await;
    assert_eq!((kids.len(), kids.contains(&old)), (2, false));
}

/// The new key's time has come.
async fn let_ten_minutes_pass(site: &TestSite) {
    site.write(|tx| {
        diesel::update(signing_keys::table.filter(signing_keys::retires_at.is_null()))
            .set(signing_keys::signs_from.eq(Ts::now() - TimeDelta::seconds(1)))
            .execute(tx)?;
        diesel::update(signing_keys::table.filter(signing_keys::retires_at.is_not_null()))
            .set(signing_keys::signs_from.eq(Ts::now() - TimeDelta::hours(1)))
            .execute(tx)
    })
    .await;
    site.reload_keys().await;
}
