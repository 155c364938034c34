mod cli;
mod cohorts;
mod members;
