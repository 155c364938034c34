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
