//! An upgrade that is broken off. Each step is one transaction: done, or not begun.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use tenarai::db::{Access, AnyConnection, Target, migrate};

use crate::support::Plan;
use crate::support::program::{run, tenarai};

fn open(plan: &Plan) -> AnyConnection {
    Target::parse(&plan.settings.database_url)
        .and_then(|target| target.connect(Access::Write).map_err(|e| e.to_string()))
        .expect("it opens")
}

#[derive(QueryableByName, PartialEq, Debug)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every table and index.
fn schema(plan: &Plan) -> Vec<Line> {
    let sql = if plan.settings.database_url.starts_with("sqlite") {
        "SELECT coalesce(sql, name) AS line FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1"
    } else {
        "SELECT table_name || '.' || column_name || ' ' || data_type AS line FROM information_schema.columns \
         WHERE table_schema = 'public' UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    };
    diesel::sql_query(sql).load(&mut open(plan)).expect("the catalogue")
}

fn start_migrating(plan: &Plan) -> Child {
    tenarai(plan, &["migrate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

#[test]
fn killed_at_any_moment_on_sqlite_it_is_finished_the_next_time() {
    let whole = Plan::on_sqlite();
    assert!(run(&whole, &["migrate"]).status.success());
    let begun = Instant::now();
    assert!(run(&Plan::on_sqlite(), &["migrate"]).status.success());
    let usual = begun.elapsed();
    for round in 0..24_u32 {
        let plan = Plan::on_sqlite();
        let mut child = start_migrating(&plan);
        // Some moment of its life; which one does not matter, they are all tried.
        std::thread::sleep(usual * round / 20);
        child.kill().expect("it is ours to kill");
        child.wait().expect("it ends");
        let again = run(&plan, &["migrate"]);
        assert!(again.status.success(), "round {round}: {}", String::from_utf8_lossy(&again.stderr));
        assert_eq!(schema(&plan), schema(&whole), "round {round}");
    }
}

#[test]
fn killed_in_the_middle_of_a_step_on_postgresql_it_is_finished_the_next_time() {
    let (whole, plan) = (Plan::from_nothing_on_postgres(), Plan::from_nothing_on_postgres());
    assert!(run(&whole, &["migrate"]).status.success());
    let target = Target::parse(&plan.settings.database_url).expect("a database");
    migrate::run(&target).expect("it migrates");
    // Back to where the last steps are still to come; one of them needs what somebody else holds.
    let mut connection = open(&plan);
    let last_steps = concat!(
        include_str!("../../../migrations/postgres/0014_check_runs_person/down.sql"),
        include_str!("../../../migrations/postgres/0013_notices/down.sql"),
        include_str!("../../../migrations/postgres/0012_grading/down.sql"),
        include_str!("../../../migrations/postgres/0011_check_runs/down.sql"),
        include_str!("../../../migrations/postgres/0010_assignments/down.sql"),
        include_str!("../../../migrations/postgres/0009_handouts_by_chapter/down.sql"),
        include_str!("../../../migrations/postgres/0007_quizzes/down.sql"),
        include_str!("../../../migrations/postgres/0005_study/down.sql"),
        include_str!("../../../migrations/postgres/0004_enrolment/down.sql"),
        "DELETE FROM __diesel_schema_migrations WHERE version >= '0004'"
    );
    connection.batch_execute(last_steps).expect("down again");
    connection.batch_execute("BEGIN; LOCK TABLE courses IN ACCESS EXCLUSIVE MODE").expect("held");
    let mut child = start_migrating(&plan);
    wait_until_it_waits(&plan);
    child.kill().expect("it is ours to kill");
    child.wait().expect("it ends");
    connection.batch_execute("ROLLBACK").expect("let go");
    let again = run(&plan, &["migrate"]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(schema(&plan), schema(&whole));
}

/// Until the migration stands in the middle of a step.
fn wait_until_it_waits(plan: &Plan) {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        waiting: i64,
    }
    let (mut observer, begun) = (open(plan), Instant::now());
    loop {
        let sql = "SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted AND relation = 'courses'::regclass";
        let now: Count = diesel::sql_query(sql).get_result(&mut observer).expect("the locks");
        if now.waiting > 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it never came to the step");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn two_who_migrate_at_once_take_turns() {
    for plan in [Plan::on_sqlite(), Plan::from_nothing_on_postgres()] {
        let children: Vec<Child> = (0..4).map(|_| start_migrating(&plan)).collect();
        for mut child in children {
            assert!(child.wait().expect("it ends").success(), "{}", plan.settings.database_url);
        }
        assert!(run(&plan, &["user", "list"]).status.success());
    }
}

/// Debian 12's command line (3.40) has `json_valid(NULL) = 0`.
#[test]
fn a_chapter_without_a_notebook_is_no_damage_to_an_older_sqlite() {
    let plan = Plan::on_sqlite();
    assert!(run(&plan, &["migrate"]).status.success());
    let table = schema(&plan).into_iter().find(|it| it.line.starts_with("CREATE TABLE chapter_versions"));
    let table = table.expect("the table").line;
    assert!(table.contains("CHECK (notebook IS NULL OR json_valid(notebook))"), "{table}");
    // Broken JSON is refused as before.
    let row = "INSERT INTO chapter_versions VALUES (1, 1, 1, 1, 1, '1.1', 'text', '{}', 1, 1, '{}', ";
    let mut connection = open(&plan);
    connection.batch_execute("PRAGMA foreign_keys = OFF").expect("a row by itself");
    connection.batch_execute(&format!("{row} 'no json')")).expect_err("it is no JSON");
    connection.batch_execute(&format!("{row} NULL)")).expect("a chapter without a notebook");
}
