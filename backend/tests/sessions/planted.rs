//! Cookies of our names that a notebook's JavaScript planted: they neither become somebody else nor lock anybody out.

use std::time::Duration;

use macro_rules_attribute::apply;
use reqwest::Method;
use reqwest::header::{COOKIE, HeaderValue, SET_COOKIE};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, Person, TestSite, within};

/// Signed in, with the id of the session.
async fn signed_in(site: &TestSite) -> (Person, Value) {
    let person = site.somebody().await;
    person.sign_in().await;
    let session = person.get("/api/v1/session").await.ok()["session"]["id"].clone();
    (person, session)
}

/// As the site's page asks: it says which session it means.
async fn ask(browser: &Browser, method: Method, path: &str, session: &Value) -> Answer {
    let request = browser.as_page(method, path).header("x-tenarai-session", session.as_str().expect("an id"));
    browser.send(request.json(&json!({}))).await
}

async fn is(browser: &Browser, person: &Person, session: &Value) {
    let me = ask(browser, Method::GET, "/api/v1/session", session).await.ok();
    assert_eq!(me["user"]["email"], json!(person.email));
}

#[apply(story)]
async fn a_page_is_answered_as_the_session_it_means_whatever_was_planted(site: TestSite) {
    let ((victim, session), (attacker, _)) = (signed_in(&site).await, signed_in(&site).await);
    let foreign = attacker.cookie("tenarai_session").expect("a token");
    for planted in [foreign.as_str(), "rubbish"] {
        for path in ["/", "/api/v1", "/api/v1/", "/api/v1/session"] {
            victim.plant(&format!("tenarai_session={planted}; Path={path}"));
            is(&victim, &victim, &session).await;
        }
    }
}

#[apply(story)]
async fn what_was_planted_is_gone_with_the_next_answer(site: TestSite) {
    let ((victim, session), (attacker, _)) = (signed_in(&site).await, signed_in(&site).await);
    for name in ["tenarai_session", "tenarai_refresh", "tenarai_hub"] {
        let foreign = attacker.cookie(name).unwrap_or_else(|| "rubbish".to_owned());
        for path in ["/", "/api/", "/api/v1", "/api/v1/session"] {
            victim.plant(&format!("{name}={foreign}; Path={path}; Max-Age=600"));
        }
    }
    // The real refresh secret has the path of one of them; a jar of tests lets that one be replaced.
    let secret = victim.cookies_for("/api/v1/session/refresh");
    assert!(secret.matches("tenarai_").count() > 3, "{secret}");
    ask(&victim, Method::GET, "/api/v1/session", &session).await.is(200);
    let left = victim.cookies_for("/api/v1/session");
    assert_eq!(left.matches("tenarai_session=").count(), 1, "{left}");
    assert_eq!(left.matches("tenarai_hub=").count(), 0, "{left}");
    assert_eq!(victim.get("/api/v1/session").await.ok()["user"]["email"], json!(victim.email));
}

/// Nginx, for one, refuses an answer with more than four kilobytes of headers.
#[apply(story)]
async fn what_removes_them_fits_through_a_proxy_and_is_all_said_in_time(site: TestSite) {
    let (person, _) = signed_in(&site).await;
    let planted = "tenarai_session=a; tenarai_session=b; tenarai_refresh=c; tenarai_refresh=d; tenarai_hub=e";
    let mut said = std::collections::BTreeSet::new();
    within(Duration::from_secs(20), "each is removed by some answer", async || {
        let request = site.browser().as_page(Method::GET, "/api/v1/session").header(COOKIE, planted);
        let answer = person.send(request.header("host", "a.learn.example.com")).await;
        let size: usize = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        assert!(size < 4_000, "{size} bytes of headers");
        let removed = answer.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        said.extend(removed.map(str::to_owned));
        // Three names and none, six paths, here and three domains; but for the two real ones.
        (said.len() == 4 * 6 * 4 - 2).then_some(())
    })
    .await;
}

#[apply(story)]
async fn a_cookie_that_is_no_text_hides_none_of_the_others(site: TestSite) {
    let (person, session) = signed_in(&site).await;
    let mine = person.cookie("tenarai_session").expect("a token");
    for strange in ["z=あ".as_bytes(), b"z=\xff\xfe", b"\xe3", b"tenarai_session=\xff"] {
        let cookies = [strange, b"; tenarai_hub=planted; tenarai_session=", mine.as_bytes()].concat();
        let cookies = HeaderValue::from_bytes(&cookies).expect("a header");
        let request = site.browser().as_page(Method::GET, "/api/v1/session").header(COOKIE, cookies);
        let answer = person.send(request.header("x-tenarai-session", session.as_str().expect("an id"))).await;
        let removed = answer.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        assert!(removed.filter(|cookie| cookie.starts_with("tenarai_hub=gone;")).count() > 1, "{strange:?}");
        assert_eq!(answer.ok()["user"]["email"], json!(person.email), "{strange:?}");
    }
}

#[apply(story)]
async fn who_names_no_session_is_asked_to_try_again_rather_than_taken_for_somebody(site: TestSite) {
    let ((victim, _), (attacker, _)) = (signed_in(&site).await, signed_in(&site).await);
    let foreign = attacker.cookie("tenarai_session").expect("a token");
    victim.plant(&format!("tenarai_session={foreign}; Path=/api/v1"));
    victim.get("/api/v1/home").await.refused(401, "session_expired");
    assert_eq!(victim.get("/api/v1/session").await.ok()["user"]["email"], json!(victim.email));
}

#[apply(story)]
async fn a_planted_token_alone_does_not_become_the_page_of_another(site: TestSite) {
    let ((victim, session), (attacker, _)) = (signed_in(&site).await, signed_in(&site).await);
    // The real token has run out meanwhile, and the browser has dropped it.
    victim.plant("tenarai_session=; Path=/api; Max-Age=0");
    victim.plant(&format!("tenarai_session={}; Path=/api/v1", attacker.cookie("tenarai_session").expect("a token")));
    ask(&victim, Method::GET, "/api/v1/session", &session).await.refused(401, "session_expired");
    let stream = format!("/api/v1/notebook-server/events?session={}", session.as_str().expect("an id"));
    victim.get(&stream).await.refused(401, "session_expired");
    ask(&victim, Method::POST, "/api/v1/session/refresh", &session).await.is(200);
    is(&victim, &victim, &session).await;
}

#[apply(story)]
async fn a_planted_refresh_secret_ends_no_session(site: TestSite) {
    let ((victim, session), (attacker, _)) = (signed_in(&site).await, signed_in(&site).await);
    for planted in [attacker.cookie("tenarai_refresh").expect("a secret"), "rubbish".to_owned()] {
        victim.plant(&format!("tenarai_refresh={planted}; Path=/api/v1"));
        ask(&victim, Method::POST, "/api/v1/session/refresh", &session).await.is(200);
        is(&victim, &victim, &session).await;
    }
    attacker.get("/api/v1/session").await.is(200);
}
