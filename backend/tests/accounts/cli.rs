//! People by the command line.

use macro_rules_attribute::apply;

use crate::support::TestSite;
use crate::support::program::{said, with_settings};

#[apply(story)]
async fn a_list_that_is_cut_short_ends_quietly(site: TestSite) {
    let person = site.somebody().await;
    assert!(said(&site, &["user", "list"]).contains(&person.email));
    let (read, write) = std::io::pipe().expect("a pipe");
    drop(read);
    let output = with_settings(site.settings(), &["user", "list"]).stdout(write).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[apply(story)]
async fn a_role_holds_in_something_that_exists(site: TestSite) {
    let (course, company) = (site.course("ml").await, site.company().await);
    let cohort = site.cohort(company, &course, None).await;
    let person = site.somebody().await;
    let email = person.email.as_str();
    let give = |role: &str, scope: String| said(&site, &["user", "role", email, role, "--scope", &scope]);
    assert_eq!(give("tutor", "cohort:4711".into()), format!("tenarai: --scope: there is no such cohort for {email}"));
    assert_eq!(give("author", "course:4711".into()), format!("tenarai: --scope: there is no such course for {email}"));
    let foreign = give("corporate_admin", format!("organisation:{}", company.id));
    assert_eq!(foreign, format!("tenarai: --scope: there is no such organisation for {email}"));
    assert_eq!(give("tutor", "site".into()), "tenarai: --scope: a role tutor holds in cohort:ID or course:ID");
    assert_eq!(give("tutor", "course:4711".into()), format!("tenarai: --scope: there is no such course for {email}"));
    assert_eq!(give("tutor", format!("cohort:{cohort}")), format!("{email} is tutor"));
    assert_eq!(give("author", format!("course:{}", course.id)), format!("{email} is author"));
    // Nothing is left of a person who could not be added, not even the company.
    let add = |scope: &str| {
        let arguments =
            ["user", "add", "new@new.example", "--organisation", "new", "--role", "tutor", "--scope", scope];
        said(&site, &arguments)
    };
    assert_eq!(add("cohort:4711"), "tenarai: --scope: there is no such cohort for new@new.example");
    assert_eq!(said(&site, &["organisation", "add", "new", "--name", "New"]).split(' ').next(), Some("added"));
}

#[apply(story)]
async fn a_name_by_the_command_line_can_be_seen_too(site: TestSite) {
    let add = |name| said(&site, &["user", "add", "unseen@new.example", "--organisation", "new", "--name", name]);
    assert_eq!(add("Ha\u{200b}na"), "tenarai: --name: this name has characters that cannot be seen");
    assert_eq!(add(" "), "tenarai: --name: a name has 1 to 100 letters");
}

#[apply(story)]
async fn an_address_and_a_company_by_the_command_line_are_what_they_seem(site: TestSite) {
    let long = format!("{}@new.example", "x".repeat(320));
    for address in
        ["a\u{1b}[31m@new.example", "a\u{202e}b@new.example", "a@new.", "a@.example", "a b@new.example", &long]
    {
        let answer = said(&site, &["user", "add", address, "--organisation", "new", "--name", "Hana"]);
        assert!(answer.starts_with("tenarai: ") && answer.contains("address"), "{answer:?}");
    }
    for slug in ["x\u{1b}[2J", "../..", "A B", ""] {
        for arguments in [
            vec!["organisation", "add", slug, "--name", "New"],
            vec!["user", "add", "hana@new.example", "--organisation", slug, "--name", "Hana"],
        ] {
            let answer = said(&site, &arguments);
            assert!(answer.contains("lower case letters, digits and single hyphens"), "{answer:?}");
        }
    }
}
