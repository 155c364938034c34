//! The tutor's desk over 100,000 submissions that wait.

use std::time::Instant;

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use tenarai::accounts::{Role, Scope};
use tenarai::db::schema::{chapter_versions, chapters, cohorts};
use tenarai::db::types::{ChapterId, ChapterVersionId, CohortId, CourseId, SubmissionId, Ts};

use super::figures::{Budget, Figures, median};
use super::load::Load;
use super::scene::Scene;
use super::support::submissions::{add_somebody, add_submission};
use super::support::{Company, Person, TestSite};

const SUBMISSIONS: usize = 100_000;
const COHORTS: usize = 20;
const TUTORS: usize = 64;
const ASKED: usize = 200;

pub struct Hall {
    tutor: Person,
    tokens: Vec<String>,
    first: i64,
}

impl Hall {
    /// People of twenty cohorts have handed in all chapters, and there are their tutors.
    pub async fn set(scene: &Scene, company: Company, course: CourseId) -> Self {
        let (site, first) = (&scene.site, fill(&scene.site, company, course).await);
        let tutors = join_all((0..TUTORS).map(async |_| {
            let tutor = site.person(company, Role::Tutor, Scope::Course(course.0)).await;
            tutor.sign_in().await;
            tutor
        }))
        .await;
        Self {
            tokens: tutors.iter().map(|tutor| tutor.cookie("tenarai_session").expect("a token")).collect(),
            tutor: tutors.into_iter().next().expect("tutors"),
            first: first.0,
        }
    }

    /// Claims of all tutors.
    pub fn claims(&self, url: &str, path: &str) -> Load {
        Load::claims(url, path, &self.tokens, self.first, SUBMISSIONS)
    }

    /// How long the pages of the queue take, one after the other.
    pub async fn measure(&self, database: &'static str, figures: &mut Figures) {
        let middle = self.first + i64::try_from(SUBMISSIONS / 2).expect("a small number");
        for (name, path) in [
            ("desk_queue", "/api/v1/desk/queue".to_owned()),
            ("desk_queue_later", format!("/api/v1/desk/queue?after={middle}")),
            ("desk_queue_late", "/api/v1/desk/queue?late=true&again=true".to_owned()),
            ("desk_summary", "/api/v1/desk/summary".to_owned()),
        ] {
            let mut times = Vec::with_capacity(ASKED);
            for _ in 0..ASKED {
                let begun = Instant::now();
                self.tutor.get(&path).await.ok();
                times.push(begun.elapsed().as_secs_f64() * 1000.0);
            }
            let time = median(times);
            figures.add(name, database, time, "ms", Some((20.0, time)), Some(Budget::AtMost(20.0)));
        }
    }
}

async fn fill(site: &TestSite, company: Company, course: CourseId) -> SubmissionId {
    site.write(move |tx| {
        let begun = Ts::now() - TimeDelta::days(1);
        let chapters: Vec<(ChapterId, ChapterVersionId)> = chapters::table
            .inner_join(chapter_versions::table)
            .filter(chapters::course_id.eq(course))
            .select((chapters::id, chapter_versions::id))
            .load(tx)?;
        let mut cohort_ids: Vec<CohortId> = Vec::new();
        for number in 0..COHORTS {
            let values = (
                cohorts::organisation_id.eq(company.id),
                cohorts::course_id.eq(course),
                cohorts::name.eq(format!("cohort {number}")),
                cohorts::starts_at.eq(begun),
            );
            cohort_ids.push(diesel::insert_into(cohorts::table).values(values).returning(cohorts::id).get_result(tx)?);
        }
        let mut first = None;
        for number in 0..SUBMISSIONS.div_ceil(chapters.len()) {
            let user = add_somebody(tx, company, &format!("busy-{number}"), begun)?;
            for (index, chapter) in chapters.iter().enumerate() {
                let at = begun + TimeDelta::milliseconds(i64::try_from(number * 16 + index).expect("a small number"));
                let id = add_submission(tx, user, *chapter, cohort_ids[number % COHORTS], at)?;
                first.get_or_insert(id);
            }
        }
        Ok(first.expect("chapters"))
    })
    .await
}
