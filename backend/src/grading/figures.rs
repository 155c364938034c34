//! Figures for tutors: how long work waits, who decides how much, how it ends, and where tutors differ.

use std::collections::{BTreeMap, HashMap};

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::desk::Desk;
use super::item::{ChapterTitle, chapter_title};
use super::model::{self, Figure};
use super::moderation::{self, OpinionFigure};
use crate::accounts::{self, Locale};
use crate::assignments::queue::{self, Wanted};
use crate::db::types::{CohortId, SubmissionId, Ts, UserId};
use crate::http::Problems;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::site::Site;

/// More decisions than that are not looked at.
const MOST: i64 = 100_000;
/// SQLite takes no more values in one query.
const AT_ONCE: usize = 10_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FiguresQuery {
    /// Only this cohort.
    cohort: Option<i64>,
    /// Of so many days; 30 unless told, at most 366.
    days: Option<u16>,
    locale: Option<Locale>,
}

/// How grading goes in the cohorts I teach.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskFigures {
    pub days: u16,
    pub waiting: i64,
    /// Since when the oldest waits.
    pub oldest_at: Option<Ts>,
    pub decided: usize,
    /// Between handing in and the decision, in seconds; null where nothing was decided.
    pub median_wait_seconds: Option<i64>,
    /// Nine of ten waited no longer.
    pub p90_wait_seconds: Option<i64>,
    pub tutors: Vec<TutorFigures>,
    pub chapters: Vec<ChapterFigures>,
    pub second_opinions: SecondOpinions,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TutorFigures {
    pub tutor: String,
    pub decided: usize,
    pub passed: usize,
    pub median_wait_seconds: i64,
    /// Their decisions another tutor looked at, too.
    pub second_opinions: usize,
    /// Those of them on which the other differs.
    pub differing: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChapterFigures {
    pub chapter: ChapterTitle,
    pub decided: usize,
    pub passed: usize,
    pub median_wait_seconds: i64,
}

/// Where a second tutor looked at the same work: a sample of decisions, and appeals.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct SecondOpinions {
    pub count: usize,
    /// How many of them came to another verdict.
    pub differing: usize,
    /// How far apart the points are on average; null where there are none.
    pub mean_points_apart: Option<f64>,
}

/// How grading goes in the cohorts I teach.
#[utoipa::path(path = "/api/v1/desk/figures", operation_id = "get_desk_figures", tag = "desk", params(FiguresQuery),
    responses((status = 200, body = DeskFigures), Problems))]
#[get("/desk/figures")]
pub async fn figures(desk: Desk, query: Query<FiguresQuery>, site: Data<Site>) -> Result<Json<DeskFigures>, Problem> {
    let locale = query.locale.unwrap_or(desk.me.person.locale);
    let days = query.days.unwrap_or(30).clamp(1, 366);
    let mut reach = desk.reach.clone();
    if let Some(cohort) = query.cohort.map(CohortId) {
        if !reach.cohorts.contains(&cohort) {
            return Err(NOT_FOUND.problem());
        }
        (reach.cohorts, reach.chapters) = (vec![cohort], Vec::new());
    }
    let since = Ts::now() - TimeDelta::days(days.into());
    let (rows, opinions, names, waiting, oldest) = site
        .db
        .read(move |db| {
            let rows = model::figures(db, &reach.cohorts, &reach.chapters, since, MOST)?;
            let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            let mut opinions = Vec::new();
            for ids in ids.chunks(AT_ONCE) {
                opinions.extend(moderation::opinions(db, ids)?);
            }
            let mut people: Vec<UserId> = rows.iter().map(|row| row.tutor).collect();
            people.sort_unstable();
            people.dedup();
            let waiting: i64 = queue::counts(db, &reach)?.iter().map(|(.., count)| count).sum();
            let oldest = queue::page(db, &reach, &Wanted::default(), SubmissionId(0), 1)?.pop();
            Ok::<_, Problem>((rows, opinions, accounts::names(db, &people)?, waiting, oldest))
        })
        .await?;
    let second = pairs(&rows, &opinions);
    let mut chapters = Vec::new();
    for (chapter, rows) in grouped(&rows, |row| row.chapter) {
        chapters.push(ChapterFigures {
            chapter: chapter_title(&site, chapter, locale).await?,
            decided: rows.len(),
            passed: passed(&rows),
            median_wait_seconds: quantile(&rows, 50).unwrap_or_default(),
        });
    }
    let all: Vec<&Figure> = rows.iter().collect();
    Ok(Json(DeskFigures {
        days,
        waiting,
        oldest_at: oldest.map(|row| row.queued_at),
        decided: rows.len(),
        median_wait_seconds: quantile(&all, 50),
        p90_wait_seconds: quantile(&all, 90),
        tutors: tutors(&rows, &second, &names),
        chapters,
        second_opinions: summed(&second),
    }))
}

/// One decision, and what somebody else came to on the same work.
struct Pair {
    first: UserId,
    differs: bool,
    points_apart: i64,
}

fn pairs(rows: &[Figure], opinions: &[OpinionFigure]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let by_id: HashMap<_, &Figure> = rows.iter().map(|row| (row.id, row)).collect();
    for (decision, verdict, points) in opinions {
        let Some(first) = by_id.get(decision) else { continue };
        pairs.push(Pair {
            first: first.tutor,
            differs: first.verdict != *verdict,
            points_apart: (first.points - points).abs(),
        });
    }
    // An appeal is answered by a second decision on the same submission.
    let by_place: HashMap<_, &Figure> = rows.iter().map(|row| ((row.submission, row.number), row)).collect();
    for second in rows.iter().filter(|row| row.number > 1) {
        let Some(first) = by_place.get(&(second.submission, second.number - 1)) else { continue };
        pairs.push(Pair {
            first: first.tutor,
            differs: first.verdict != second.verdict,
            points_apart: (first.points - second.points).abs(),
        });
    }
    pairs
}

fn summed(pairs: &[Pair]) -> SecondOpinions {
    let apart: i64 = pairs.iter().map(|pair| pair.points_apart).sum();
    // Points are at most some thousands.
    #[expect(clippy::cast_precision_loss)]
    let mean = (!pairs.is_empty()).then(|| apart as f64 / pairs.len() as f64);
    SecondOpinions {
        count: pairs.len(),
        differing: pairs.iter().filter(|pair| pair.differs).count(),
        mean_points_apart: mean,
    }
}

fn tutors(rows: &[Figure], pairs: &[Pair], names: &HashMap<UserId, String>) -> Vec<TutorFigures> {
    let mut tutors: Vec<TutorFigures> = grouped(rows, |row| row.tutor)
        .into_iter()
        .map(|(tutor, rows)| {
            let second = || pairs.iter().filter(|pair| pair.first == tutor);
            TutorFigures {
                tutor: names.get(&tutor).cloned().unwrap_or_default(),
                decided: rows.len(),
                passed: passed(&rows),
                median_wait_seconds: quantile(&rows, 50).unwrap_or_default(),
                second_opinions: second().count(),
                differing: second().filter(|pair| pair.differs).count(),
            }
        })
        .collect();
    tutors.sort_by_key(|tutor| std::cmp::Reverse(tutor.decided));
    tutors
}

fn grouped<K: Ord>(rows: &[Figure], key: impl Fn(&Figure) -> K) -> BTreeMap<K, Vec<&Figure>> {
    let mut groups: BTreeMap<K, Vec<&Figure>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row);
    }
    groups
}

fn passed(rows: &[&Figure]) -> usize {
    rows.iter().filter(|row| row.verdict == "passed").count()
}

/// How long so many of a hundred waited at most, in seconds.
fn quantile(rows: &[&Figure], percent: usize) -> Option<i64> {
    let mut waits: Vec<i64> = rows.iter().map(|row| (row.decided_at - row.queued_at).num_seconds()).collect();
    waits.sort_unstable();
    let index = (waits.len() * percent).div_ceil(100).checked_sub(1)?;
    waits.get(index).copied()
}
