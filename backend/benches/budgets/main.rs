//! `make bench`: endpoints beside their ceilings, in one run, on both databases. Writes `target/bench.json`.
//!
//! A ceiling is what this machine gives for the least that an endpoint cannot do without: checking the session's token
//! by its signature and one read by primary key, or one durable upsert, in a bare actix handler. The strict ceilings
//! share the site's cache of verified tokens, which is a cleverness of its own: what is written is judged by those alone,
//! what is read by both. Both sides have one worker and the same
//! load from wrk. A ratio is taken within each round, of two that ran one after the other, and its median over the rounds
//! told: what slows a machine down lasts longer than a round.
//! `cargo bench --bench budgets -- --seconds 2 --rounds 1` for a quick look, with `--only open_chapter` at one of them.

#[allow(dead_code, unused_imports, unused_macros, reason = "the words of the stories; a bench needs few of them")]
#[macro_use]
#[path = "../../tests/support/mod.rs"]
mod support;

mod ceiling;
mod desk;
mod figures;
mod load;
mod process;
mod scene;

use std::time::Duration;

use desk::Hall;
use figures::{Budget, Figures, median};
use load::Load;
use scene::Scene;
use support::{Plan, postgres};

struct Options {
    seconds: Duration,
    rounds: usize,
    /// Names that begin with this, alone with their ceilings: to look closely at one.
    only: String,
}

fn main() {
    let options = options();
    load::needs_wrk();
    postgres::keep_everything();
    let mut figures = Figures::default();
    for plan in [Plan::on_sqlite(), Plan::on_postgres()] {
        let database = if plan.settings.database_url.starts_with("sqlite") { "sqlite" } else { "postgres" };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(measure(plan.clone(), database, &options, &mut figures));
        runtime.shutdown_background();
        process::measure(plan, database, &mut figures);
    }
    figures.write(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/bench.json"));
}

fn options() -> Options {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str| arguments.iter().position(|argument| argument == name)?.checked_add(1);
    let number = |name: &str| number(name).and_then(|at| arguments.get(at)).and_then(|text| text.parse::<u64>().ok());
    let only = arguments.iter().skip_while(|argument| *argument != "--only").nth(1);
    Options {
        only: only.cloned().unwrap_or_default(),
        seconds: Duration::from_secs(number("--seconds").unwrap_or(3)),
        rounds: usize::try_from(number("--rounds").unwrap_or(5)).unwrap_or(5),
    }
}

/// What is asked of which server, and by what ceiling it is judged.
struct Case {
    name: &'static str,
    ceiling: Option<&'static str>,
    load: Load,
    budget: Option<Budget>,
    /// How much of `unit` one request is.
    weight: f64,
    unit: &'static str,
}

async fn measure(plan: Plan, database: &'static str, options: &Options, figures: &mut Figures) {
    let scene = Scene::set(plan).await;
    let hall = Hall::set(&scene, scene.company, scene.course).await;
    let mut cases = cases(&scene, &hall);
    let wanted = |case: &Case| case.name.starts_with(&options.only);
    let ceilings: Vec<_> = cases.iter().filter(|case| wanted(case)).filter_map(|case| case.ceiling).collect();
    cases.retain(|case| wanted(case) || ceilings.contains(&case.name));
    let mut measured: Vec<Vec<f64>> = vec![Vec::new(); cases.len()];
    for round in 0..options.rounds {
        for (case, rates) in cases.iter().zip(&mut measured) {
            let rate = case.load.run(options.seconds).await * case.weight;
            println!("{database:<9} round {} {:<22} {rate:>9.0} {}", round + 1, case.name, case.unit);
            rates.push(rate);
        }
    }
    let rates_of = |name| cases.iter().position(|case| case.name == name).map(|index| &measured[index]);
    for (case, rates) in cases.iter().zip(&measured) {
        let judged = case.ceiling.and_then(rates_of).map(|ceiling| {
            let ratios = rates.iter().zip(ceiling).map(|(rate, ceiling)| rate / ceiling).collect();
            (median(ceiling.clone()), median(ratios))
        });
        figures.add(case.name, database, median(rates.clone()), case.unit, judged, case.budget);
    }
    if "desk".starts_with(&options.only) || options.only.starts_with("desk") {
        hall.measure(database, figures).await;
    }
}

fn cases(scene: &Scene, hall: &Hall) -> Vec<Case> {
    let case = |name, ceiling, load| Case { name, ceiling, load, budget: None, weight: 1.0, unit: "requests/s" };
    let budgeted = |case: Case| Case { budget: Some(Budget::AtLeast(0.7)), ..case };
    let chapter = &scene.chapter_path;
    vec![
        case("ceiling_read", None, scene.get(&scene.ceiling_url, "/read")),
        budgeted(case("open_chapter", Some("ceiling_read"), scene.get(&scene.site.url, chapter))),
        case("ceiling_read_known", None, scene.get(&scene.ceiling_url, "/read-known")),
        case("open_chapter_strict", Some("ceiling_read_known"), scene.get(&scene.site.url, chapter)),
        case("ceiling_read_text", None, scene.get(&scene.ceiling_url, "/text")),
        case("open_chapter_zstd", Some("ceiling_read"), scene.get_compressed(&scene.site.url, chapter)),
        case("course_outline", Some("ceiling_read"), scene.get(&scene.site.url, "/api/v1/courses/ml-first-steps")),
        case("ceiling_write", None, scene.get(&scene.ceiling_url, "/write")),
        budgeted(case("progress_write", Some("ceiling_write"), scene.report(&scene.position_event(), 1))),
        case("progress_write_cell", Some("ceiling_write"), scene.report(&scene.cell_event(), 1)),
        Case {
            weight: 50.0,
            unit: "events/s",
            ..case("event_ingest", Some("ceiling_write"), scene.report(&scene.cell_event(), 50))
        },
        case("ceiling_claim", None, hall.claims(&scene.ceiling_url, "/claim/ID")),
        case("claim", Some("ceiling_claim"), hall.claims(&scene.site.url, "/api/v1/desk/submissions/ID/claim")),
    ]
}
