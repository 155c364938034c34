mod cohorts;
mod members;
