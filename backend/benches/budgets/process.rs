//! The release binary by itself: how soon it is ready, how much it holds when nobody asks for anything.

use std::time::{Duration, Instant};

use super::figures::{Budget, Figures, median};
use super::support::{Plan, Program};

const STARTS: usize = 5;
/// Budgets of docs/performance.md.
const READY_WITHIN_SECONDS: f64 = 0.5;
const IDLE_MEGABYTES: f64 = 60.0;

pub fn measure(plan: Plan, database: &'static str, figures: &mut Figures) {
    let (mut starts, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let begun = Instant::now();
        let mut program = Program::serve(plan.clone());
        starts.push(begun.elapsed().as_secs_f64());
        idle.push(settled(program.id()));
        program.stop();
    }
    let mut add = |name, value: f64, unit, most: f64| {
        figures.add(name, database, value, unit, Some((most, value / most)), Some(Budget::AtMost(1.0)));
    };
    add("start_to_ready", median(starts), "s", READY_WITHIN_SECONDS);
    add("idle_memory", median(idle), "MB", IDLE_MEGABYTES);
}

/// Once it has stopped growing: the same figure twice in a row.
fn settled(process: u32) -> f64 {
    let mut before = pss(process);
    loop {
        std::thread::sleep(Duration::from_millis(250));
        let now = pss(process);
        if (now - before).abs() < 0.1 {
            return now;
        }
        before = now;
    }
}

/// Its share of memory, in megabytes: what it has alone, and its part of what it shares.
fn pss(process: u32) -> f64 {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).expect("Linux says how much it is");
    let kilobytes =
        rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    kilobytes.map(|kilobytes: f64| kilobytes / 1024.0).expect("a line `Pss:`")
}
