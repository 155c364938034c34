//! People and their companies.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use secrecy::SecretString;
use serde_json::json;
use tenarai::accounts::{self, Grant, Locale, NewUser, Role, Scope};
use tenarai::db::types::{CohortId, CourseId, OrganisationId, Ts, UserId};
use tenarai::organisations::{self, NewCohort};

use super::answer::Answer;
use super::browser::Browser;
use super::course::Course;
use super::site::TestSite;

pub const PASSWORD: &str = "a-fine-password";

/// Somebody with an account and a browser; what a browser can do, they can.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub email: String,
    browser: Browser,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Company {
    pub id: OrganisationId,
}

impl Deref for Person {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Person {
    /// What comes of an attempt to sign in.
    pub async fn try_password(&self, password: &str) -> Answer {
        self.post("/api/v1/session", json!({ "email": self.email, "password": password })).await
    }

    /// Signs in, which works.
    pub async fn sign_in(&self) -> &Self {
        self.try_password(PASSWORD).await.ok();
        self
    }

    /// The same person at another browser.
    pub fn elsewhere(&self, site: &TestSite) -> Self {
        self.with(site.browser())
    }

    pub fn with(&self, browser: Browser) -> Self {
        Self { browser, ..self.clone() }
    }

    /// The same person, the same browser, another process of the site.
    pub fn through(&self, site: &TestSite) -> Self {
        Self { browser: self.browser.via(&site.url), ..self.clone() }
    }

    /// Their name at the hub.
    pub fn hub_name(&self) -> String {
        format!("u{}", self.id)
    }
}

/// Names are made up; only that they differ matters.
fn unique(what: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!("{what}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

impl TestSite {
    pub async fn company(&self) -> Company {
        let name = unique("company");
        Company { id: self.write(move |tx| organisations::add(tx, &name, &name)).await }
    }

    /// Lets the company's people take the course.
    pub async fn license(&self, company: Company, course: &Course) {
        let course = course.id;
        self.write(move |tx| organisations::license(tx, company.id, course, None)).await;
    }

    /// A cohort of the company in the course.
    pub async fn cohort(&self, company: Company, course: &Course, due_at: Option<Ts>) -> CohortId {
        let course = course.id;
        self.write(move |tx| {
            organisations::add_cohort(tx, &NewCohort { organisation: company.id, course, name: "first", due_at })
        })
        .await
    }

    pub async fn enrol(&self, person: &Person, course: CourseId, cohort: Option<CohortId>) {
        let user = person.id;
        self.write(move |tx| organisations::enrol(tx, user, course, cohort)).await;
    }

    /// Somebody with an account, who is not signed in.
    pub async fn person(&self, company: Company, role: Role, scope: Scope) -> Person {
        let email = format!("{}@example.com", unique("person"));
        let new = NewUser {
            organisation: company.id,
            department: None,
            email: email.clone(),
            display_name: "Hana".to_owned(),
            locale: Locale::En,
            password: Some(SecretString::from(PASSWORD)),
            grants: vec![Grant { role, scope }],
        };
        let id = accounts::add(&self.site.db, new).await.expect("a new address");
        Person { id, email, browser: self.browser() }
    }

    /// A trainee of a company of their own, enrolled in the course and signed in.
    pub async fn trainee(&self, course: &Course) -> Person {
        let company = self.company().await;
        self.license(company, course).await;
        self.colleague(company, course).await
    }

    /// One more trainee of that company, enrolled in the course and signed in.
    pub async fn colleague(&self, company: Company, course: &Course) -> Person {
        let person = self.person(company, Role::Trainee, Scope::Organisation(company.id.0)).await;
        self.enrol(&person, course.id, None).await;
        person.sign_in().await;
        person
    }

    /// Somebody who can sign in, and nothing else.
    pub async fn somebody(&self) -> Person {
        let company = self.company().await;
        self.person(company, Role::Trainee, Scope::Organisation(company.id.0)).await
    }

    /// An operator who is signed in.
    pub async fn operator(&self) -> Person {
        let company = self.company().await;
        let person = self.person(company, Role::Operator, Scope::Site).await;
        person.sign_in().await;
        person
    }

    /// A corporate admin of the company who is signed in.
    pub async fn admin(&self, company: Company) -> Person {
        let person = self.person(company, Role::CorporateAdmin, Scope::Organisation(company.id.0)).await;
        person.sign_in().await;
        person
    }
}
