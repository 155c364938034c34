//! The trainee tree, as a notebook server fetches it.

use diesel::prelude::*;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::{publication_files, users};
use tenarai::db::types::Ts;

use crate::support::{CourseDraft, Look, Person, TestSite};

const MANIFEST: &str = "/content/v1/manifest";

async fn token(site: &TestSite, person: &Person) -> String {
    site.content_token_for(&person.hub_name()).await.ok()["token"].as_str().expect("a token").to_owned()
}

fn paths(manifest: &Value) -> Vec<&str> {
    let courses = manifest["courses"].as_array().expect("courses").iter();
    courses
        .flat_map(|course| course["files"].as_array().expect("files"))
        .filter_map(|file| file["path"].as_str())
        .collect()
}

#[apply(story)]
async fn a_notebook_server_gets_the_handouts_and_data_of_its_trainee(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let token = token(&site, &trainee).await;
    let manifest = site.as_service(MANIFEST, &token).await.ok();
    assert_eq!(paths(&manifest), ["ml/data/numbers.csv", "ml/values.ipynb"]);
    let [data, handout] = [0, 1].map(|at| manifest["courses"][0]["files"][at]["chapter_id"].as_i64());
    assert_eq!((data, handout), (None, Some(course.chapter_id("values").0)));
    for file in manifest["courses"][0]["files"].as_array().expect("files") {
        let sha256 = file["sha256"].as_str().expect("a hash");
        let blob = site.as_service(&format!("/content/v1/blobs/{sha256}"), &token).await.is(200);
        let hash: String = Sha256::digest(&blob.body).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((hash.as_str(), file["size"].as_u64()), (sha256, Some(blob.body.len() as u64)));
    }
}

#[apply(story)]
async fn the_manifest_is_sent_again_only_when_a_publication_changed_it(site: TestSite) {
    let mut draft = CourseDraft::new("ml");
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    let token = token(&site, &trainee).await;
    let etag = site.as_service(MANIFEST, &token).await.is(200).header("etag").to_owned();
    let browser = site.browser();
    let again = async || {
        let request = browser.bare(Method::GET, MANIFEST).bearer_auth(&token).header("if-none-match", &etag);
        browser.send(request).await.status
    };
    assert_eq!(again().await, 304);
    draft.chapter_mut("values").look = Look::Coding(vec!["one", "two", "three"]);
    site.publish(&draft).await;
    assert_eq!(again().await, 200);
}

#[apply(story)]
async fn what_other_people_study_and_what_is_no_handout_is_not_found(site: TestSite) {
    let (mine, theirs) = (site.course("mine").await, site.course("theirs").await);
    let trainee = site.trainee(&mine).await;
    let token = token(&site, &trainee).await;
    assert!(paths(&site.as_service(MANIFEST, &token).await.ok()).iter().all(|path| path.starts_with("mine/")));
    let foreign: Vec<String> = site
        .write(move |tx| {
            publication_files::table
                .filter(publication_files::publication_id.eq(theirs.publication))
                .filter(publication_files::path.eq("theirs/data/numbers.csv"))
                .or_filter(publication_files::kind.eq("image"))
                .select(publication_files::sha256)
                .distinct()
                .load(tx)
        })
        .await;
    assert!(foreign.len() >= 2, "a file of the other course, and an image");
    for sha256 in foreign.iter().map(String::as_str).chain(["0", "..%2f..%2fetc%2fpasswd", &"0".repeat(64)]) {
        site.as_service(&format!("/content/v1/blobs/{sha256}"), &token).await.refused(404, "not_found");
    }
}

#[apply(story)]
async fn whoever_may_read_a_chapter_gets_its_handout(site: TestSite) {
    let (ours, theirs) = (site.course("ours").await, site.course("theirs").await);
    let (company, other) = (site.company().await, site.company().await);
    site.license(company, &ours).await;
    site.license(other, &theirs).await;
    let cohort = site.cohort(company, &ours, None).await;
    let mut people = vec![site.colleague(company, &ours).await, site.admin(company).await];
    for (role, scope) in [(Role::Tutor, Scope::Cohort(cohort.0)), (Role::Author, Scope::Course(ours.id.0))] {
        let person = site.person(company, role, scope).await;
        person.sign_in().await;
        people.push(person);
    }
    for person in &people {
        let manifest = site.as_service(MANIFEST, &token(&site, person).await).await.ok();
        assert_eq!(paths(&manifest), ["ours/data/numbers.csv", "ours/values.ipynb"], "{}", person.email);
        person.get(&ours.chapter("values")).await.is(200);
        person.get(&theirs.chapter("values")).await.refused(404, "not_found");
    }
    let operator = site.operator().await;
    assert_eq!(paths(&site.as_service(MANIFEST, &token(&site, &operator).await).await.ok()).len(), 4);
    let company = site.company().await;
    let nobody = site.person(company, Role::Trainee, Scope::Organisation(company.id.0)).await;
    assert!(paths(&site.as_service(MANIFEST, &token(&site, &nobody).await).await.ok()).is_empty());
}

#[apply(story)]
async fn only_a_content_token_opens_the_content(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    trainee.get(MANIFEST).await.refused(401, "service_token_required");
    let session = trainee.cookie("tenarai_session").expect("a token");
    for token in ["", "x", &session, crate::support::HUB_SERVICE_TOKEN] {
        site.as_service(MANIFEST, token).await.refused(401, "service_token_required");
    }
    let content = token(&site, &trainee).await;
    site.as_service(MANIFEST, &content).await.is(200);
    let browser = site.browser();
    browser.plant(&format!("tenarai_session={content}; Path=/api"));
    browser.get("/api/v1/session").await.refused(401, "session_expired");
}

#[apply(story)]
async fn a_suspended_trainee_gets_no_token_and_the_one_they_have_opens_nothing(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let token = token(&site, &trainee).await;
    let user = trainee.id;
    site.write(move |tx| diesel::update(users::table.find(user)).set(users::disabled_at.eq(Ts::now())).execute(tx))
        .await;
    site.site.people.forget(user).await;
    site.content_token_for(&trainee.hub_name()).await.refused(404, "not_found");
    site.as_service(MANIFEST, &token).await.refused(401, "service_token_required");
}
