//! Taking a step: write what happened, judge it by the rules, keep the rollup, all in the caller's transaction.

use std::collections::HashMap;

use super::model::{self, CompletedBy, Place, ProgressRow, Step};
use super::rules::{chapter_standing, chapters_asked};
use super::view::{ChapterProgress, CourseProgress, completed_chapters};
use crate::courses::ChapterRef;
use crate::db::AnyConnection;
use crate::db::types::{ChapterId, Ts, UserId};
use crate::http::problem::Problem;

/// A chapter's progress after a step; the course's too, where the step changed it.
pub struct After {
    pub chapter: ChapterProgress,
    pub course: Option<CourseProgress>,
}

pub fn place(user: UserId, chapter: &ChapterRef) -> Place {
    Place {
        user,
        course: chapter.publication.course,
        chapter: chapter.chapter().id,
        publication: chapter.publication.id,
    }
}

/// Writes the step and completes the chapter where that meets its rule.
pub fn advance(tx: &mut AnyConnection, user: UserId, chapter: &ChapterRef, step: &Step) -> Result<After, Problem> {
    let place = place(user, chapter);
    let mut row = model::advance(tx, place, step)?;
    let cells = match &chapter.chapter().notebook {
        Some(_) => model::cells(tx, user, place.chapter)?,
        None => Vec::new(),
    };
    let mut course = None;
    if row.completed_at.is_none() {
        let standing = chapter_standing(
            &chapter.chapter().rule,
            chapter.chapter().notebook.as_ref(),
            &model::evidence(Some(&row), &cells),
        );
        if standing.met {
            let now = Ts::now();
            model::complete(tx, place, CompletedBy::Rule, now)?;
            row = model::progress(tx, user, place.chapter)?.unwrap_or(row);
        } else if standing.percent != row.percent {
            model::set_percent(tx, place, standing.percent)?;
            row.percent = standing.percent;
        }
        // Only these change what a course's row says: where one is, and what is completed.
        if standing.met || step.opened_at.is_some() {
            course = Some(roll_up(tx, place, chapter)?);
        }
    }
    Ok(After { chapter: ChapterProgress::new(chapter.chapter(), Some(&row), cells), course })
}

/// The trainee's own mark, set or taken back.
pub fn mark(tx: &mut AnyConnection, user: UserId, chapter: &ChapterRef, completed: bool) -> Result<After, Problem> {
    let place = place(user, chapter);
    let row = model::advance(tx, place, &Step::default())?;
    let cells = model::cells(tx, user, place.chapter)?;
    if completed {
        model::complete(tx, place, CompletedBy::SelfMark, Ts::now())?;
    } else {
        let evidence = model::evidence(Some(&row), &cells);
        let standing = chapter_standing(&chapter.chapter().rule, chapter.chapter().notebook.as_ref(), &evidence);
        model::take_back_mark(tx, place, standing.percent)?;
    }
    let row = model::progress(tx, user, place.chapter)?;
    let course = Some(roll_up(tx, place, chapter)?);
    Ok(After { chapter: ChapterProgress::new(chapter.chapter(), row.as_ref(), cells), course })
}

fn roll_up(tx: &mut AnyConnection, place: Place, chapter: &ChapterRef) -> Result<CourseProgress, Problem> {
    let publication = &chapter.publication;
    let rows: HashMap<ChapterId, ProgressRow> = model::of_courses(tx, place.user, &[place.course])?;
    let completed = completed_chapters(publication, &rows);
    let done = completed >= chapters_asked(&publication.rule, publication.available().count());
    let completed_i64 = i64::try_from(completed).unwrap_or(i64::MAX);
    model::roll_up(tx, place, completed_i64, done.then(Ts::now))?;
    let completed_at = model::course_completed_at(tx, place.user, place.course)?;
    Ok(CourseProgress::new(publication, &rows, completed_at))
}
