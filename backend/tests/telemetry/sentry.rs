//! Reports of errors, to a sink of our own.

use std::net::TcpListener;
use std::sync::Mutex;

use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use macro_rules_attribute::apply;
use serde_json::Value;

use super::break_enrolments;
use crate::support::{PASSWORD, Plan, Program};

type Envelopes = Data<Mutex<Vec<String>>>;

/// Takes envelopes as Sentry does. Its address, and what it took.
fn sink() -> (String, Envelopes) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let envelopes = Envelopes::default();
    let data = envelopes.clone();
    let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(actix_web::web::to(take)));
    tokio::spawn(server.workers(1).disable_signals().listen(listener).expect("it listens").run());
    (format!("http://public@{address}/1"), envelopes)
}

async fn take(body: Bytes, envelopes: Envelopes) -> HttpResponse {
    envelopes.lock().expect("nobody panics with it").push(String::from_utf8_lossy(&body).into_owned());
    HttpResponse::Ok().json(serde_json::json!({ "id": "0" }))
}

/// The events in the envelopes; each item is a line that says what it is, and the item.
fn events(envelopes: &Envelopes) -> Vec<Value> {
    let envelopes = envelopes.lock().expect("nobody panics with it");
    let lines: Vec<Value> = envelopes
        .iter()
        .flat_map(|envelope| envelope.lines())
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    lines.windows(2).filter(|pair| pair[0]["type"] == "event").map(|pair| pair[1].clone()).collect()
}

#[apply(story)]
async fn one_failed_request_is_one_event_with_its_stack_and_without_the_person(plan: Plan) {
    let (dsn, envelopes) = sink();
    let plan = plan.with(|settings| settings.sentry_dsn = Some(dsn));
    let somebody = plan.clone().start().await.somebody().await;
    let mut program = Program::serve(plan.clone());
    let person = somebody.with(program.browser());
    person.sign_in().await;
    break_enrolments(&plan);
    person.get("/api/v1/home?locale=en").await.refused(500, "internal");
    // What the user does wrong is no error of ours.
    person.try_password("not-the-password").await.refused(401, "invalid_credentials");
    person.get("/api/v1/nothing").await.refused(404, "not_found");
    // It sends what is left before it ends.
    program.stop();
    let events = events(&envelopes);
    assert_eq!(events.len(), 1, "{events:#?}");
    let event = &events[0];
    // Error is what it is where nothing else is said.
    assert_eq!(event["level"].as_str().unwrap_or("error"), "error");
    let frames = stack(event);
    assert!(frames.len() > 5, "{event:#}");
    assert!(
        frames.iter().any(|frame| frame["function"].as_str().is_some_and(|name| name.contains("tenarai"))),
        "{event:#}"
    );
    let everything = envelopes.lock().expect("nobody panics with it").join("\n");
    let cookie = person.cookie("tenarai_session").expect("a token");
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let named =
        [person.email.as_str(), "Hana", PASSWORD, &cookie, "127.0.0.1", "user_agent", "cookie", "accept-language"];
    for private in named.into_iter().chain(Some(host.trim()).filter(|host| host.len() > 3)) {
        assert!(!everything.contains(private), "{private} in {everything}");
    }
}

fn stack(event: &Value) -> Vec<Value> {
    let places = ["/stacktrace/frames", "/threads/values/0/stacktrace/frames", "/exception/values/0/stacktrace/frames"];
    places.iter().find_map(|place| event.pointer(place)?.as_array().cloned()).unwrap_or_default()
}
