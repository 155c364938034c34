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

/// A machine that cannot run checks may be able to a little later: it is busiest when it starts.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// Runs what is queued.
pub async fn work(site: Site) {
    let Some(runner) = site.checks.runner.clone() else { return };
    let mut pause = FIRST_PAUSE;
    while let Err(error) = runner.can().await {
        tracing::warn!(%error, "automatic checks cannot be run; trying again");
        site.checks.broken.store(true, Ordering::Relaxed);
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    site.checks.broken.store(false, Ordering::Relaxed);
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
    let taken = site.db.write(|tx| {
        let now = Ts::now();
        Ok::<_, Problem>((model::give_up(tx, now, TRIES)?, model::take(tx, now, LEASE)?))
    });
    let (given_up, taken) = taken.await?;
    if given_up > 0 {
        tracing::error!(runs = given_up, "checks never came to an end and are given up");
    }
    let Some(run) = taken else { return Ok(false) };
    let Some(tried) = held(site, &run, attempt(site, runner, &run)).await else {
        tracing::debug!(run = %run.id, "nobody waits for this run any more");
        return Ok(true);
    };
    // A result that cannot be written is one more try that came to nothing.
    let ended = match tried {
        Ok(outcome) => leave(site, &run, RunState::Done, Some(outcome)).await,
        failed => failed.map(drop),
    };
    let Err(problem) = ended else { return Ok(true) };
    if run.tries >= TRIES {
        tracing::error!(%problem, run = %run.id, "checks could not be run and are given up");
        leave(site, &run, RunState::Failed, None).await?;
    } else {
        tracing::warn!(%problem, run = %run.id, "checks could not be run; trying again");
        tokio::time::sleep(AFTER_FAILURE).await;
        leave(site, &run, RunState::Queued, None).await?;
    }
    Ok(true)
}

async fn leave(site: &Site, run: &RunRow, state: RunState, result: Option<Outcome>) -> Result<(), Problem> {
    let run = run.clone();
    site.db.write(move |tx| Ok::<_, Problem>(model::leave(tx, &run, state, result)?)).await.map(drop)
}

/// Keeps the run while it goes on. Breaks it off where it is not this process's any more.
async fn held<T>(site: &Site, run: &RunRow, work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    loop {
        if let Ok(done) = tokio::time::timeout(RENEW_EVERY, &mut work).await {
            return Some(done);
        }
        let mine = run.clone();
        match site.db.write(move |tx| Ok::<_, Problem>(model::renew(tx, &mine, Ts::now() + LEASE)?)).await {
            Ok(0) => return None,
            Ok(_) => {}
            Err(problem) => tracing::warn!(%problem, run = %run.id, "a run may be taken for forsaken"),
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
