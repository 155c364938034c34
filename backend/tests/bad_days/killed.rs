//! The process is killed, or asked to stop.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use macro_rules_attribute::apply;

use super::{runs, try_to_report};
use crate::support::{Plan, Program, within};

#[apply(story)]
async fn what_was_acknowledged_is_there_after_a_kill(plan: Plan) {
    let site = plan.clone().start().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let mut program = Program::serve(plan);
    let there = trainee.with(program.browser());
    there.sign_in().await;
    let acknowledged = AtomicU64::new(0);
    let writers = join_all((0..8).map(|_| async {
        // Until the program is gone.
        while let Some(answer) = try_to_report(&there, &course).await {
            answer.is(200);
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }));
    let killer = async {
        within(Duration::from_secs(60), "some are acknowledged", async || {
            (acknowledged.load(Ordering::Relaxed) >= 200).then_some(())
        })
        .await;
        program.kill();
    };
    futures_util::join!(writers, killer);
    let stored = runs(&trainee, &course).await;
    let acknowledged = acknowledged.load(Ordering::Relaxed);
    // What was on its way may have been stored; nothing that was acknowledged may be missing.
    assert!((acknowledged..=acknowledged + 8).contains(&stored), "{stored} stored, {acknowledged} acknowledged");
}

#[apply(story)]
async fn asked_to_stop_it_stops_and_leaves_its_port(plan: Plan) {
    let mut program = Program::serve(plan.clone());
    program.browser().get("/readyz").await.is(200);
    assert_eq!(program.stop(), Some(0));
    let address = program.url.trim_start_matches("http://").to_owned();
    let again = Program::serve(plan.with(|settings| settings.listen = address));
    again.browser().get("/readyz").await.is(200);
}
