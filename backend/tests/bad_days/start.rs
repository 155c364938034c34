//! What keeps the program from starting, in one sentence each.

use std::net::TcpListener;

use diesel::connection::SimpleConnection;
use macro_rules_attribute::apply;
use tenarai::db::{Access, Target};

use crate::support::Plan;
use crate::support::program::{complaint, free_address, run, tenarai};

#[apply(story)]
async fn a_port_that_is_taken_names_who_holds_it(plan: Plan) {
    let here = TcpListener::bind("127.0.0.1:0").expect("a free port");
    // Browsers would find this one first at `localhost`. Some machines have one address only.
    let beside = TcpListener::bind("[::1]:0").ok();
    let mut plan = plan;
    for listener in [Some(here), beside].into_iter().flatten() {
        let port = listener.local_addr().expect("an address").port();
        plan = plan.with(|settings| settings.listen = format!("127.0.0.1:{port}"));
        let said = complaint(&run(&plan, &["serve"]));
        assert!(said.contains(&format!("port {port} is taken by")), "{said}");
        assert!(said.contains(&format!("pid {}", std::process::id())), "{said}");
        assert!(said.contains("choose another port"), "{said}");
    }
}

#[test]
fn make_up_names_who_holds_a_port_before_anything_is_built() {
    let free = free_address();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../ci/ports.sh");
    let ask = |port: &str| std::process::Command::new(script).arg(port).output().expect("it runs");
    assert!(ask(free.rsplit(':').next().expect("a port")).status.success());
    let here = TcpListener::bind("127.0.0.1:0").expect("a free port");
    for listener in [Some(here), TcpListener::bind("[::1]:0").ok()].into_iter().flatten() {
        let taken = listener.local_addr().expect("an address").port();
        let said = complaint(&ask(&taken.to_string()));
        assert!(said.starts_with(&format!("port {taken} is taken by ")), "{said}");
        assert!(said.contains(&format!("(pid {})", std::process::id())) && said.lines().count() == 1, "{said}");
    }
}

#[apply(story)]
async fn a_database_newer_than_the_program_is_refused_and_left_alone(plan: Plan) {
    let plan = plan.with(|settings| settings.listen = free_address());
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

#[test]
fn an_optional_setting_that_is_empty_is_not_set() {
    let plan = Plan::on_sqlite();
    let mut command = tenarai(&plan, &["config", "check"]);
    for name in ["HUB_URL", "HUB_INTERNAL_URL", "HUB_TOKEN_FILE", "REDIS_URL", "LEARNERS_DIR"] {
        command.env(format!("TENARAI_{name}"), "");
    }
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_example_of_the_settings_has_all_of_them_explained_and_is_accepted() {
    let plan = Plan::on_sqlite();
    let output = run(&plan, &["config", "example"]);
    let example = String::from_utf8(output.stdout).expect("a text");
    let file = plan.dir.path().join("example.toml");
    std::fs::write(&file, &example).expect("the folder takes files");
    let check = |file: &std::path::Path| {
        let mut command = tenarai(&plan, &["config", "check"]);
        for (name, _) in
            command.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect::<Vec<_>>()
        {
            if name.to_string_lossy().starts_with("TENARAI_") {
                command.env_remove(name);
            }
        }
        command.env("TENARAI_CONFIG", file).output().expect("it runs")
    };
    assert!(check(&file).status.success(), "{example}");
    for name in ["listen = \"127.0.0.1:8080\"", "#redis_url = \"\"", "#hub_url = \"\"", "workers = 0"] {
        assert!(example.contains(&format!("\n{name}\n")), "{name} in: {example}");
    }
    for paragraph in example.split("\n\n").skip(1) {
        assert!(paragraph.starts_with("# ") && paragraph.lines().count() > 1, "unexplained: {paragraph}");
    }
    // What is commented out is a setting, too; empty, it is as good as not set.
    let all = example.lines().map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line));
    std::fs::write(&file, all.map(|line| format!("{line}\n")).collect::<String>()).expect("the folder takes files");
    let checked = check(&file);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
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
