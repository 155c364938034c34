//! The people of an organisation, for its admins.

use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::Value;
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::users;
use tenarai::db::types::Ts;

use crate::support::{Company, TestSite};

fn members(company: Company, query: &str) -> String {
    format!("/api/v1/organisations/{}/members{query}", company.id)
}

fn ids(list: &Value) -> Vec<i64> {
    list["items"].as_array().expect("a list").iter().filter_map(|row| row["id"].as_i64()).collect()
}

#[apply(story)]
async fn an_admin_sees_the_people_of_their_company_and_nobody_else(site: TestSite) {
    let course = site.course("ml").await;
    let (ours, theirs) = (site.company().await, site.company().await);
    let (admin, trainee) = (site.admin(ours).await, site.colleague(ours, &course).await);
    site.colleague(theirs, &course).await;
    let list = admin.get(&members(ours, "")).await.ok();
    assert_eq!(ids(&list), [admin.id.0, trainee.id.0]);
    assert_eq!(list["items"][0]["roles"], serde_json::json!(["corporate_admin"]));
    assert_eq!(list["items"][1]["email"], trainee.email.as_str());
    assert!(!list.to_string().contains("password"), "{list}");
}

#[apply(story)]
async fn a_long_list_comes_in_pages_that_miss_nobody(site: TestSite) {
    let company = site.company().await;
    let admin = site.admin(company).await;
    let mut everybody = vec![admin.id.0];
    for _ in 0..4 {
        let scope = Scope::Organisation(company.id.0);
        everybody.push(site.person(company, Role::Trainee, scope).await.id.0);
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = admin.get(&members(company, &query)).await.ok();
        assert!(ids(&page).len() <= 2);
        seen.extend(ids(&page));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=2&after={next}");
    }
    assert_eq!(seen, everybody);
}

#[apply(story)]
async fn a_page_that_cannot_be_is_refused(site: TestSite) {
    let company = site.company().await;
    let admin = site.admin(company).await;
    for query in ["?after=x", "?limit=many", "?limit=-1", "?page=2"] {
        admin.get(&members(company, query)).await.refused(400, "invalid_query");
    }
    assert_eq!(ids(&admin.get(&members(company, "?limit=0")).await.ok()).len(), 1);
}

#[apply(story)]
async fn a_list_can_be_asked_for_some_people_only(site: TestSite) {
    let company = site.company().await;
    let admin = site.admin(company).await;
    let scope = Scope::Organisation(company.id.0);
    let (one, other) =
        (site.person(company, Role::Trainee, scope).await, site.person(company, Role::Trainee, scope).await);
    let elsewhere = site.company().await;
    site.person(elsewhere, Role::Trainee, Scope::Organisation(elsewhere.id.0)).await;
    let (first, second, address) = (one.id, other.id, other.email.clone());
    site.write(move |tx| {
        diesel::update(users::table.find(first)).set(users::display_name.eq("Hanako 100% 山田")).execute(tx)?;
        diesel::update(users::table.find(second))
            .set((users::display_name.eq("Taro"), users::disabled_at.eq(Ts::now())))
            .execute(tx)
    })
    .await;
    let asked = async |query: &str| ids(&admin.get(&members(company, query)).await.ok());
    let (admin_id, one, other) = (admin.id.0, one.id.0, other.id.0);
    assert_eq!(asked("?q=hANAKO").await, [one]);
    assert_eq!(asked("?q=%E5%B1%B1%E7%94%B0").await, [one]);
    assert_eq!(asked("?q=0%25").await, [one]);
    assert_eq!(asked(&format!("?q={}", address.to_uppercase())).await, [other]);
    assert_eq!(asked("?q=_%25").await, [0; 0]);
    assert_eq!(asked("?q=").await, [admin_id, one, other]);
    assert_eq!(asked("?role=trainee").await, [one, other]);
    assert_eq!(asked("?role=operator").await, [0; 0]);
    assert_eq!(asked("?state=disabled").await, [other]);
    assert_eq!(asked("?state=active&role=trainee").await, [one]);
    let page = admin.get(&members(company, "?role=trainee&limit=1")).await.ok();
    let next = page["next"].as_str().expect("another page");
    assert_eq!(asked(&format!("?role=trainee&limit=1&after={next}")).await, [other]);
    for query in ["?role=king", "?state=asleep", &format!("?q={}", "x".repeat(101)), "?q=%00"] {
        admin.get(&members(company, query)).await.refused(400, "invalid_query");
    }
}

#[apply(story)]
async fn another_company_does_not_exist_for_an_admin(site: TestSite) {
    let (ours, theirs) = (site.company().await, site.company().await);
    let admin = site.admin(ours).await;
    let nobody = Company { id: tenarai::db::types::OrganisationId(987_654) };
    let foreign = admin.get(&members(theirs, "")).await.refused(404, "not_found");
    let unknown = admin.get(&members(nobody, "")).await.refused(404, "not_found");
    assert_eq!((&foreign["title"], &foreign["detail"]), (&unknown["title"], &unknown["detail"]));
    // Nor for an operator, who may see all that do.
    site.operator().await.get(&members(nobody, "")).await.refused(404, "not_found");
}

#[apply(story)]
async fn trainees_may_not_list_their_colleagues_and_operators_may_list_anybody(site: TestSite) {
    let course = site.course("ml").await;
    let company = site.company().await;
    site.colleague(company, &course).await.get(&members(company, "")).await.refused(403, "forbidden");
    assert_eq!(ids(&site.operator().await.get(&members(company, "")).await.ok()).len(), 1);
}
