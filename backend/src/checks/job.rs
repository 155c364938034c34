//! All that a run needs, put together from what is kept.

use serde::Serialize;

use super::model::RunRow;
use super::problems::NOTHING_TO_CHECK;
use crate::accounts::Locale;
use crate::blobs::BlobId;
use crate::content::assignment::Assignment;
use crate::courses;
use crate::http::problem::Problem;
use crate::site::Site;

/// What may be used.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Limits {
    pub seconds: u64,
    pub memory_mb: u32,
    pub processes: u32,
    pub open_files: u32,
    pub disk_mb: u32,
    pub output_kb: u32,
}

/// One notebook and its checks.
#[derive(Debug)]
pub struct Job {
    pub tests: Vec<String>,
    pub limits: Limits,
    pub locale: Locale,
    pub submission: Vec<u8>,
    pub handout: Vec<u8>,
    pub checks: Vec<u8>,
    /// Path below the working folder, and content.
    pub data: Vec<(String, Vec<u8>)>,
}

impl Job {
    pub async fn of(site: &Site, run: &RunRow) -> Result<Self, Problem> {
        let version = run.chapter_version_id;
        let assignment = site.catalogue.assignment(&site.db, version).await?.ok_or(&NOTHING_TO_CHECK)?;
        let checks = assignment.checks_sha256.as_ref().ok_or(&NOTHING_TO_CHECK)?;
        let files = site.db.read(move |db| Ok::<_, Problem>(courses::data_of(db, version)?)).await?;
        let mut data = Vec::new();
        for (path, blob) in files {
            data.push((path, site.blobs.get(&blob.parse::<BlobId>()?).await?));
        }
        Ok(Self {
            tests: tests(&assignment, run.submission_id.is_some()),
            limits: Limits {
                seconds: site.config.settings.checks_seconds,
                memory_mb: site.config.settings.checks_memory_mb,
                processes: 64,
                open_files: 256,
                disk_mb: 64,
                output_kb: 1024,
            },
            locale: site.people.get(&site.db, run.user_id).await?.locale,
            submission: site.blobs.get(&run.notebook_sha256.parse()?).await?,
            handout: site.blobs.get(&run.handout_sha256.parse()?).await?,
            checks: site.blobs.get(checks).await?,
            data,
        })
    }
}

/// Hidden checks run on what was handed in, never before.
fn tests(assignment: &Assignment, handed_in: bool) -> Vec<String> {
    let run = assignment.checks.iter().filter(|check| handed_in || check.visible);
    run.map(|check| check.test.clone()).collect()
}
