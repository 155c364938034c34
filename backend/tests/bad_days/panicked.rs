//! A mistake of ours in the middle of a write.

use std::panic::AssertUnwindSafe;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use futures_util::FutureExt;
use macro_rules_attribute::apply;
use serde_json::json;
use tenarai::db::schema::users;
use tenarai::db::{Access, AnyConnection, Target};

use crate::support::TestSite;

/// Writes, and falls over a bug two savepoints deep.
fn falls_over(tx: &mut AnyConnection) -> Result<(), DieselError> {
    tx.transaction(|tx| {
        tx.batch_execute("UPDATE users SET display_name = 'half'")?;
        panic!("a bug of this story's own");
    })
}

#[apply(story)]
async fn what_is_written_after_a_panic_is_durable_and_what_panicked_left_nothing(site: TestSite) {
    let person = site.somebody().await;
    person.sign_in().await;
    let names = || {
        let target = Target::parse(&site.settings().database_url).expect("a database");
        // Somebody else sees only what is committed.
        let mut other = target.connect(Access::Write).expect("it opens");
        users::table.select(users::display_name).load::<String>(&mut other).expect("names")
    };
    for round in 0..3 {
        AssertUnwindSafe(site.write(falls_over)).catch_unwind().await.expect_err("it fell over");
        assert!(!names().contains(&"half".to_owned()));
        let name = format!("Hana {round}");
        person.patch("/api/v1/me", json!({ "display_name": name })).await.ok();
        assert!(names().contains(&name), "{name} was acknowledged: {:?}", names());
    }
}
