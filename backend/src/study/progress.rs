//! Taking a step: write what happened, judge it by the rules, keep the rollup, all in the caller's transaction.

use std::collections::HashMap;

use diesel::QueryResult;

use super::model::{self, CompletedBy, Place, ProgressRow, Step};
use super::rules::{chapter_standing, chapters_asked};
use super::view::{ChapterProgress, CourseProgress, completed_chapters};
use crate::courses::{Chapter, ChapterRef, Publication};
use crate::db::AnyConnection;
use crate::db::types::{ChapterId, Ts, UserId};
use crate::http::problem::Problem;

/// A chapter's progress after a step.
pub struct After {
    pub chapter: ChapterProgress,
    /// The step may have completed the course: [`roll_up`] has to follow in the same transaction.
    pub course_changed: bool,
}

pub fn place(user: UserId, chapter: &ChapterRef) -> Place {
    Place {
        user,
        course: chapter.publication.course,
        chapter: chapter.chapter().id,
        publication: chapter.publication.id,
    }
}

/// Writes where the reader is, which completes nothing: one statement, durable by itself.
pub fn move_to(
    db: &mut AnyConnection,
    user: UserId,
    chapter: &ChapterRef,
    step: &Step,
    at: Ts,
) -> QueryResult<ChapterProgress> {
    let place = place(user, chapter);
    let row = model::advance(db, place, step, at)?;
    let cells = match &chapter.chapter().notebook {
        Some(_) => model::cells(db, user, place.chapter)?,
        None => Vec::new(),
    };
    let progress = ChapterProgress::new(chapter.chapter(), Some(&row), cells);
    // Another publication may reckon otherwise. Nothing is held here: what somebody else has written since stays.
    if row.percent != progress.percent {
        model::set_percent(db, place, row.percent, progress.percent)?;
    }
    Ok(progress)
}

/// Writes the step and completes the chapter where that meets its rule.
pub fn advance(tx: &mut AnyConnection, user: UserId, chapter: &ChapterRef, step: &Step) -> Result<After, Problem> {
    // Nothing new was told.
    let Some(at) = step.at else { return Ok(After { chapter: of(tx, user, chapter)?, course_changed: false }) };
    let place = place(user, chapter);
    let mut row = model::advance(tx, place, step, at)?;
    let cells = match &chapter.chapter().notebook {
        Some(_) => model::cells(tx, user, place.chapter)?,
        None => Vec::new(),
    };
    let mut course_changed = false;
    if row.completed_at.is_none() {
        let standing = chapter_standing(
            &chapter.chapter().rule,
            chapter.chapter().notebook.as_ref(),
            &model::evidence(Some(&row), &cells),
        );
        if standing.met {
            model::complete(tx, place, CompletedBy::Rule, at)?;
            row = model::progress(tx, user, place.chapter)?.unwrap_or(row);
        } else if standing.percent != row.percent {
            model::set_percent(tx, place, row.percent, standing.percent)?;
            row.percent = standing.percent;
        }
        course_changed = standing.met;
    }
    // A new publication may ask for less than has long been done: whoever goes on in the course is counted anew.
    course_changed |= step.opened_at.is_some();
    Ok(After { chapter: ChapterProgress::new(chapter.chapter(), Some(&row), cells), course_changed })
}

/// How far somebody is, as it stands.
pub fn of(db: &mut AnyConnection, user: UserId, chapter: &ChapterRef) -> QueryResult<ChapterProgress> {
    let (row, cells) = model::progress_with_cells(db, user, chapter.chapter().id)?;
    Ok(ChapterProgress::new(chapter.chapter(), row.as_ref(), cells))
}

/// The chapters whose percentage was reckoned by an earlier publication's rules; a completed one stays so.
pub fn outdated<'p>(
    publication: &'p Publication,
    rows: &HashMap<ChapterId, ProgressRow>,
) -> impl Iterator<Item = &'p Chapter> {
    publication.chapters.iter().filter(|chapter| {
        let row = rows.get(&chapter.id);
        row.is_some_and(|row| row.completed_at.is_none() && row.publication_id != publication.id)
    })
}

/// Reckons those by this publication's rules.
pub fn restate(
    db: &mut AnyConnection,
    user: UserId,
    publication: &Publication,
    rows: &mut HashMap<ChapterId, ProgressRow>,
) -> QueryResult<()> {
    let chapters: Vec<&Chapter> = outdated(publication, rows).collect();
    if chapters.is_empty() {
        return Ok(());
    }
    let ids: Vec<ChapterId> = chapters.iter().map(|chapter| chapter.id).collect();
    let mut cells = model::cells_of(db, user, &ids)?;
    for chapter in chapters {
        if let Some(row) = rows.get_mut(&chapter.id) {
            let cells = cells.remove(&chapter.id).unwrap_or_default();
            row.percent = ChapterProgress::new(chapter, Some(row), cells).percent;
        }
    }
    Ok(())
}

/// The trainee's own mark, set or taken back.
pub fn mark(
    tx: &mut AnyConnection,
    user: UserId,
    chapter: &ChapterRef,
    completed: bool,
) -> Result<ChapterProgress, Problem> {
    let place = place(user, chapter);
    // Where there is no mark there is nothing to take back, and nothing was begun by that.
    if !completed && model::progress(tx, user, place.chapter)?.is_none() {
        return Ok(of(tx, user, chapter)?);
    }
    let row = model::advance(tx, place, &Step::default(), Ts::now())?;
    let cells = model::cells(tx, user, place.chapter)?;
    if completed {
        model::complete(tx, place, CompletedBy::SelfMark, Ts::now())?;
    } else {
        let evidence = model::evidence(Some(&row), &cells);
        let standing = chapter_standing(&chapter.chapter().rule, chapter.chapter().notebook.as_ref(), &evidence);
        model::take_back_mark(tx, place, standing.percent)?;
        // Earned meanwhile, while the mark stood.
        if standing.met {
            model::complete(tx, place, CompletedBy::Rule, Ts::now())?;
        }
    }
    let row = model::progress(tx, user, place.chapter)?;
    roll_up(tx, user, chapter)?;
    Ok(ChapterProgress::new(chapter.chapter(), row.as_ref(), cells))
}

/// Counts the course's chapters anew.
pub fn roll_up(tx: &mut AnyConnection, user: UserId, chapter: &ChapterRef) -> Result<CourseProgress, Problem> {
    let (place, publication) = (place(user, chapter), &chapter.publication);
    model::hold_course(tx, place)?;
    let rows: HashMap<ChapterId, ProgressRow> = model::of_courses(tx, user, &[place.course])?;
    let completed = completed_chapters(publication, &rows);
    let done = completed >= chapters_asked(&publication.rule, publication.available().count());
    let count = i64::try_from(completed).unwrap_or(i64::MAX);
    let completed_at = model::roll_up(tx, place, count, done.then(Ts::now))?;
    Ok(CourseProgress::new(publication, &rows, completed_at))
}
