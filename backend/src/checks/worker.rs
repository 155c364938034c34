//! Takes runs one after the other, for as long as the site runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::job::Job;
use super::model::{self, RunRow, RunState};
use super::outcome::Outcome;
use super::runner::Runner;
use crate::db::types::Ts;
use crate::http::problem::{Problem, UNAVAILABLE};
use crate::site::Site;

/// Another process may have queued something.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// A run that cannot be run so often is given up.
const TRIES: i64 = 3;
/// Who is not heard of for so long has ended, and somebody else takes the run.
const LEASE: TimeDelta = TimeDelta::seconds(30);
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// Runs what is queued.
pub async fn work(site: Site) {
    let Some(runner) = site.checks.runner.clone() else { return };
    if let Err(error) = runner.can().await {
        tracing::warn!(%error, "automatic checks are not run");
        site.checks.broken.store(true, Ordering::Relaxed);
        return;
    }
    let hands = (0..site.config.settings.checks_at_once.max(1)).map(|_| take_turns(site.clone(), Arc::clone(&runner)));
    futures_util::future::join_all(hands).await;
}

async fn take_turns(site: Site, runner: Arc<dyn Runner>) {
    loop {
        match next(&site, runner.as_ref()).await {
            Ok(true) => {}
            Ok(false) => _ = tokio::time::timeout(LOOK_EVERY, site.checks.wake.notified()).await,
            Err(problem) => {
                tracing::warn!(%problem, "checks wait to be run");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// Runs the next one; whether there was one.
async fn next(site: &Site, runner: &dyn Runner) -> Result<bool, Problem> {
    let taken = site.db.write(|tx| Ok::<_, Problem>(model::take(tx, Ts::now(), LEASE)?)).await?;
    let Some(run) = taken else { return Ok(false) };
    let (state, result) = match held(site, &run, attempt(site, runner, &run)).await {
        Ok(outcome) => (RunState::Done, Some(outcome)),
        Err(problem) if run.tries >= TRIES => {
            tracing::error!(%problem, run = %run.id, "checks could not be run and are given up");
            (RunState::Failed, None)
        }
        Err(problem) => {
            tracing::warn!(%problem, run = %run.id, "checks could not be run; trying again");
            tokio::time::sleep(AFTER_FAILURE).await;
            (RunState::Queued, None)
        }
    };
    site.db.write(move |tx| Ok::<_, Problem>(model::leave(tx, &run, state, result)?)).await?;
    Ok(true)
}

/// Keeps the run while it goes on.
async fn held<T>(site: &Site, run: &RunRow, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        if let Ok(done) = tokio::time::timeout(RENEW_EVERY, &mut work).await {
            return done;
        }
        let mine = run.clone();
        let renewed = site.db.write(move |tx| Ok::<_, Problem>(model::renew(tx, &mine, Ts::now() + LEASE)?)).await;
        if let Err(problem) = renewed {
            tracing::warn!(%problem, run = %run.id, "a run may be taken for forsaken");
        }
    }
}

async fn attempt(site: &Site, runner: &dyn Runner, run: &RunRow) -> Result<Outcome, Problem> {
    let job = Job::of(site, run).await?;
    let started = Instant::now();
    let outcome = runner.run(&job).await.map_err(|error| UNAVAILABLE.caused_by(error))?;
    metrics::histogram!("tenarai_check_seconds").record(started.elapsed());
    Ok(outcome)
}
