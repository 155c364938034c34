//! Who may do what: every route of the OpenAPI document × anonymous and every role × their own company's things and
//! another's. The table is a reviewed snapshot, so a route that nobody thought about fails here.

use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};
use tenarai::accounts::{Role, Scope};

use crate::support::{Browser, Company, Course, HUB_SERVICE_TOKEN, Person, TestSite};

/// What stands behind the parameters of a path.
struct Things {
    company: Company,
    course: Course,
    /// Whose session and whose name at the hub.
    somebody: Person,
    session: String,
}

struct Caller {
    name: &'static str,
    person: Option<Person>,
}

#[apply(story)]
async fn every_route_answers_each_role_as_agreed(site: TestSite) {
    let own = things(&site, "own").await;
    let foreign = things(&site, "foreign").await;
    let callers = callers(&site, &own).await;
    let document = serde_json::to_value(tenarai::http::openapi()).expect("a document");
    let mut table = String::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            table.push_str(&format!("{method} {path}\n"));
            for (whose, things) in [("own", &own), ("foreign", &foreign)] {
                if whose == "foreign" && !path.contains('{') {
                    continue;
                }
                let mut row = format!("  {whose:<8}");
                for caller in &callers {
                    let status = status(&site, caller, &method, path, things).await;
                    row.push_str(&format!(" {}={status}", caller.name));
                }
                table.push_str(&row);
                table.push('\n');
            }
        }
    }
    insta::with_settings!({ snapshot_suffix => "", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("permissions", table);
    });
}

async fn things(site: &TestSite, slug: &str) -> Things {
    let (course, company) = (site.course(slug).await, site.company().await);
    site.license(company, &course).await;
    let somebody = site.colleague(company, &course).await;
    let session = somebody.get("/api/v1/session").await.ok()["session"]["id"].as_str().expect("an id").to_owned();
    Things { company, course, somebody, session }
}

async fn callers(site: &TestSite, own: &Things) -> Vec<Caller> {
    let cohort = site.cohort(own.company, &own.course, None).await;
    let organisation = Scope::Organisation(own.company.id.0);
    let roles = [
        ("trainee", Role::Trainee, organisation),
        ("tutor", Role::Tutor, Scope::Cohort(cohort.0)),
        ("admin", Role::CorporateAdmin, organisation),
        ("author", Role::Author, Scope::Course(own.course.id.0)),
        ("operator", Role::Operator, Scope::Site),
    ];
    let mut callers = vec![Caller { name: "nobody", person: None }];
    for (name, role, scope) in roles {
        let person = site.person(own.company, role, scope).await;
        if role == Role::Trainee {
            site.enrol(&person, own.course.id, None).await;
        }
        person.sign_in().await;
        callers.push(Caller { name, person: Some(person) });
    }
    // Programs: they have a token and no cookie.
    callers.push(Caller { name: "hub", person: None });
    callers
}

async fn status(site: &TestSite, caller: &Caller, method: &Method, path: &str, things: &Things) -> u16 {
    let path = filled_in(path, things);
    let browser = match &caller.person {
        // What ends a session, or changes what one signs in with, is tried in a browser of its own.
        Some(person) if path.contains("/session") && *method != Method::GET => {
            let person = person.elsewhere(site);
            person.sign_in().await;
            Browser::clone(&person)
        }
        Some(person) => Browser::clone(person),
        None => site.browser(),
    };
    let mut request = browser.from_page(method.clone(), &path);
    if caller.name == "hub" {
        request = request.bearer_auth(HUB_SERVICE_TOKEN);
    }
    if let Some(body) = body(method, &path, things) {
        request = request.json(&body);
    }
    // The stream of events never ends; its status is enough.
    let status = request.send().await.expect("the site answers").status().as_u16();
    if let Some(person) = caller.person.as_ref().filter(|_| path == "/api/v1/sessions") {
        // They may just have signed out everywhere.
        person.sign_in().await;
    }
    status
}

fn filled_in(path: &str, things: &Things) -> String {
    path.replace("{chapter}", &things.course.chapter_id("values").to_string())
        .replace("{slug}", &things.course.slug)
        .replace("{organisation}", &things.company.id.to_string())
        .replace("{id}", &things.session)
        .replace("{sid}", &things.session)
        .replace("{hub_user}", &things.somebody.hub_name())
        .replace("{file}", "none.png")
        .replace("{sha256}", &"0".repeat(64))
}

/// Bodies that are fine, but for passwords: nobody's is changed here.
fn body(method: &Method, path: &str, things: &Things) -> Option<Value> {
    let body = match (method.as_str(), path.rsplit('/').next()?) {
        ("POST", "session") => json!({ "email": "nobody@example.com", "password": "not-the-password" }),
        ("PUT", "password") => json!({ "current_password": "not-the-password", "new_password": "a-finer-password" }),
        ("PATCH", "me") => json!({ "locale": "en" }),
        ("PUT", "completion") => json!({ "completed": true }),
        ("POST", "events") => json!({ "events": [] }),
        ("POST", "notebook-server") => json!({ "reason": "open" }),
        ("POST", "content-tokens") => json!({ "hub_user": things.somebody.hub_name() }),
        _ => return None,
    };
    Some(body)
}
