//! What keeps the program from starting, in one sentence each.

use std::net::TcpListener;

use diesel::connection::SimpleConnection;
use macro_rules_attribute::apply;
use tenarai::db::{Access, Target};

use crate::support::Plan;
use crate::support::program::{complaint, run, tenarai};

#[apply(story)]
async fn a_port_that_is_taken_names_who_holds_it(plan: Plan) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let plan = plan.with(|settings| settings.listen = address.to_string());
    let said = complaint(&run(&plan, &["serve"]));
    assert!(said.contains(&format!("port {} is taken by", address.port())), "{said}");
    assert!(said.contains(&format!("pid {}", std::process::id())), "{said}");
    assert!(said.contains("choose another port"), "{said}");
}

#[apply(story)]
async fn a_database_newer_than_the_program_is_refused_and_left_alone(plan: Plan) {
    let target = Target::parse(&plan.settings.database_url).expect("a database");
    tenarai::db::migrate::run(&target).expect("it migrates");
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000000')";
    target.connect(Access::Write).expect("it opens").batch_execute(newer).expect("a row");
    for command in [&["serve"][..], &["migrate"], &["user", "list"]] {
        let said = complaint(&run(&plan, command));
        assert!(said.contains("newer than this binary") && said.contains("20990101000000"), "{command:?}: {said}");
        assert!(said.contains("restore a backup"), "{command:?}: {said}");
    }
}

#[apply(story)]
async fn all_that_is_wrong_with_the_settings_is_said_at_once(plan: Plan) {
    let mut command = tenarai(&plan, &["config", "check"]);
    command.env("TENARAI_LISTEN", "everywhere").env("TENARAI_PUBLIC_URL", "ftp://x").env("TENARAI_REDIS_URL", "redis");
    let said = complaint(&command.output().expect("it runs"));
    for name in ["listen", "public_url", "redis_url"] {
        assert!(said.contains(name), "{name} in: {said}");
    }
}

#[apply(story)]
async fn a_setting_nobody_knows_is_named(plan: Plan) {
    let mut command = tenarai(&plan, &["config", "check"]);
    let said = complaint(&command.env("TENARAI_DATABSE_URL", "sqlite:x").output().expect("it runs"));
    assert!(said.contains("databse_url"), "{said}");
}

#[apply(story)]
async fn a_database_that_is_not_there_is_a_sentence_without_its_password(plan: Plan) {
    let plan = plan.with(|settings| {
        settings.database_url = "postgres://tenarai:secret-word@127.0.0.1:1/tenarai".to_owned();
    });
    let said = complaint(&run(&plan, &["migrate"]));
    assert!(said.contains("cannot open the database"), "{said}");
    assert!(!said.contains("secret-word"), "{said}");
}
