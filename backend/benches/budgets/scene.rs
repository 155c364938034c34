//! What the load meets: the sample course, people who take it, the site and the bare handlers beside it.

use std::path::Path;

use futures_util::future::join_all;
use serde_json::json;
use tenarai::content;
use tenarai::db::schema::{chapter_versions, chapters};
use tenarai::db::types::{ChapterId, ChapterVersionId, CourseId};

use super::ceiling;
use super::load::Load;
use super::support::{Company, Plan, TestSite};

/// So many that they rarely wait for one another's rows.
const PEOPLE: usize = 64;

pub struct Scene {
    pub site: TestSite,
    pub ceiling_url: String,
    pub chapter_path: String,
    pub company: Company,
    pub course: CourseId,
    chapter: ChapterId,
    notebook: String,
    cell: String,
    tokens: Vec<String>,
}

impl Scene {
    pub async fn set(plan: Plan) -> Self {
        let site = plan
            .with(|settings| {
                settings.database_connections = 16;
                settings.runs_per_person = 1_000_000_000;
            })
            .start()
            .await;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sample-course");
        let published = content::publish(&site.site.db, &site.site.blobs, &folder, None, None).await;
        let course = published.expect("the sample course can be published").course;
        let company = site.company().await;
        let (chapter, version): (ChapterId, ChapterVersionId) = site
            .write(move |tx| {
                use diesel::prelude::*;
                tenarai::organisations::license(tx, company.id, course, None)?;
                chapters::table
                    .inner_join(chapter_versions::table)
                    .filter(chapters::key.eq("05-pandas"))
                    .select((chapters::id, chapter_versions::id))
                    .first(tx)
            })
            .await;
        let people = join_all((0..PEOPLE).map(async |_| {
            let scope = tenarai::accounts::Scope::Organisation(company.id.0);
            let person = site.person(company, tenarai::accounts::Role::Trainee, scope).await;
            site.enrol(&person, course, None).await;
            person.sign_in().await;
            person
        }))
        .await;
        let chapter_path = format!("/api/v1/chapters/{chapter}");
        let opened = people[0].get(&chapter_path).await.ok();
        let text =
            |pointer: &str| opened.pointer(pointer).and_then(|value| value.as_str()).expect("it is there").to_owned();
        let scene = Self {
            ceiling_url: ceiling::serve(site.site.clone(), chapter, version, course),
            tokens: people.iter().map(|person| person.cookie("tenarai_session").expect("a token")).collect(),
            notebook: text("/notebook/path"),
            cell: text("/notebook/cells/1/id"),
            chapter_path,
            company,
            course,
            chapter,
            site,
        };
        for event in [scene.position_event(), scene.cell_event()] {
            let event = event.replace("\"ID\"", &format!("\"{}\"", uuid::Uuid::now_v7()));
            let batch = serde_json::from_str(&format!("{{\"events\":[{event}]}}")).expect("JSON");
            let answer = people[0].post("/api/v1/study/events", batch).await.ok();
            assert_eq!(answer["results"][0]["status"], "stored", "the load is to be stored: {answer}");
        }
        scene
    }

    pub fn get(&self, url: &str, path: &str) -> Load {
        Load::get(url, path, &self.tokens)
    }

    pub fn get_compressed(&self, url: &str, path: &str) -> Load {
        Load::get(url, path, &self.tokens).accepting("zstd")
    }

    /// So many of these events in a request; each gets an id of its own.
    pub fn report(&self, event: &str, count: usize) -> Load {
        Load::post(&self.site.url, "/api/v1/study/events", &self.tokens, event, count)
    }

    pub fn position_event(&self) -> String {
        json!({ "id": "ID", "chapter_id": self.chapter, "at": chrono::Utc::now(), "type": "position", "scroll": 0.42,
            "anchor": "h-first", "cell_id": self.cell })
        .to_string()
    }

    pub fn cell_event(&self) -> String {
        json!({ "id": "ID", "chapter_id": self.chapter, "at": chrono::Utc::now(), "type": "cell_executed",
            "path": self.notebook, "cell_id": self.cell, "cell_index": 1, "execution_count": 3, "success": true,
            "error": null, "duration_ms": 12, "source_sha256": "0".repeat(64) })
        .to_string()
    }
}
