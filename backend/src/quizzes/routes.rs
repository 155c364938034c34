//! A quiz of a chapter, and one's attempts at it.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, get, post, put};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attempt::{OwnAttempt, TakenAttempt};
use super::closing;
use super::model::{self, NewAttempt};
use super::problems::{ATTEMPT_CLOSED, NO_ATTEMPTS_LEFT, NOT_AN_ANSWER};
use super::view::{AttemptView, QuizOverview, attempts_left};
use crate::accounts::Locale;
use crate::content::quiz::{Answer, Quiz};
use crate::courses::{LocaleQuery, ReaderOfChapter};
use crate::db::types::Ts;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::http::{Body, Problems};
use crate::site::Site;
use crate::study::TraineeOfChapter;

/// The quiz of a chapter, before it is taken: its rules, and one's attempts.
#[utoipa::path(path = "/api/v1/chapters/{chapter}/quiz", operation_id = "get_quiz", tag = "quizzes",
    params(("chapter" = i64, Path)), responses((status = 200, body = QuizOverview), Problems))]
#[get("/chapters/{chapter}/quiz")]
pub async fn overview(reader: ReaderOfChapter, site: Data<Site>) -> Result<Json<QuizOverview>, Problem> {
    let quiz = quiz_of(&site, &reader).await?;
    let attempts = attempts(&site, &reader).await?;
    Ok(Json(QuizOverview::new(&quiz, &attempts)))
}

/// Begins an attempt; the one that goes on, where there is one.
#[utoipa::path(path = "/api/v1/chapters/{chapter}/quiz/attempts", operation_id = "begin_quiz_attempt", tag = "quizzes",
    params(("chapter" = i64, Path), LocaleQuery),
    responses((status = 200, body = AttemptView, description = "it goes on"), (status = 201, body = AttemptView), Problems))]
#[post("/chapters/{chapter}/quiz/attempts")]
pub async fn begin(
    TraineeOfChapter(reader): TraineeOfChapter,
    query: Query<LocaleQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Problem> {
    let quiz = quiz_of(&site, &reader).await?;
    let mut known = attempts(&site, &reader).await?;
    let locale = query.or_of(&reader.me.person);
    let last = known.last().map_or(0, |attempt| attempt.number);
    if let Some(row) = known.pop_if(|attempt| attempt.submitted_at.is_none()) {
        return Ok(HttpResponse::Ok().json(view(&site, &OwnAttempt { me: reader.me, row }, locale).await?));
    }
    if attempts_left(&quiz, &known) == Some(0) {
        return Err(NO_ATTEMPTS_LEFT.problem().with("limit", quiz.rules.attempts.unwrap_or_default()));
    }
    let (now, user, chapter) = (Ts::now(), reader.me.person.id, reader.chapter.chapter());
    let attempt = NewAttempt {
        user_id: user,
        chapter_id: chapter.id,
        chapter_version_id: chapter.version,
        number: last + 1,
        seed: rand::random(),
        started_at: now,
        due_at: quiz.rules.minutes.map(|minutes| now + TimeDelta::minutes(minutes.into())),
    };
    // Two tabs at once: one of them begins it, and both are shown the same.
    let begun = site.db.write(move |tx| {
        let new = model::begin(tx, &attempt)? > 0;
        Ok::<_, Problem>((new, model::attempts_of(tx, user, attempt.chapter_id)?.pop()))
    });
    let (new, row) = begun.await?;
    let row = row.ok_or(&NOT_FOUND)?;
    let mut response = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(view(&site, &OwnAttempt { me: reader.me, row }, locale).await?))
}

/// An attempt of one's own.
#[utoipa::path(path = "/api/v1/quiz-attempts/{attempt}", operation_id = "get_quiz_attempt", tag = "quizzes",
    params(("attempt" = i64, Path), LocaleQuery), responses((status = 200, body = AttemptView), Problems))]
#[get("/quiz-attempts/{attempt}")]
pub async fn open(
    attempt: OwnAttempt,
    query: Query<LocaleQuery>,
    site: Data<Site>,
) -> Result<Json<AttemptView>, Problem> {
    let locale = query.or_of(&attempt.me.person);
    Ok(Json(view(&site, &attempt, locale).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Null takes it back; to say nothing does not.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    answer: Option<Answer>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerKept {
    answered_at: Ts,
}

/// Keeps an answer; answers when it is durable.
#[utoipa::path(path = "/api/v1/quiz-attempts/{attempt}/answers/{question}", operation_id = "answer_quiz_question",
    tag = "quizzes", params(("attempt" = i64, Path), ("question" = String, Path)), request_body = Given,
    responses((status = 200, body = AnswerKept), Problems))]
#[put("/quiz-attempts/{attempt}/answers/{question}")]
pub async fn answer(
    TakenAttempt { own: attempt, .. }: TakenAttempt,
    path: Path<(i64, String)>,
    body: Body<Given>,
    site: Data<Site>,
) -> Result<Json<AnswerKept>, Problem> {
    let quiz = closing::quiz_of(&site, &attempt.row).await?;
    let ((_, key), Given { answer }) = (path.into_inner(), body.into_inner());
    let question = quiz.questions.iter().find(|question| question.key == key).ok_or(&NOT_FOUND)?;
    if answer.as_ref().is_some_and(|answer| !question.task.admits(answer)) {
        return Err(NOT_AN_ANSWER.problem().at("/answer", "not_an_answer", ""));
    }
    let (id, at) = (attempt.row.id, Ts::now());
    let over = attempt.row.due_at.map(|due| due + closing::GRACE);
    let kept = site.db.write(move |tx| {
        // Its body may have come long after its head.
        if over.is_some_and(|over| over < Ts::now()) || !model::hold_open(tx, id)? {
            return Err(ATTEMPT_CLOSED.problem());
        }
        match answer {
            Some(answer) => model::answer(tx, id, &key, answer, at)?,
            None => model::take_back(tx, id, &key)?,
        }
        Ok(AnswerKept { answered_at: at })
    });
    Ok(Json(kept.await?))
}

/// Submits an attempt; once it is, the same answer comes again.
#[utoipa::path(path = "/api/v1/quiz-attempts/{attempt}/submission", operation_id = "submit_quiz_attempt",
    tag = "quizzes", params(("attempt" = i64, Path), LocaleQuery), responses((status = 200, body = AttemptView), Problems))]
#[post("/quiz-attempts/{attempt}/submission")]
pub async fn submit(
    TakenAttempt { own: attempt, chapter }: TakenAttempt,
    query: Query<LocaleQuery>,
    site: Data<Site>,
) -> Result<Json<AttemptView>, Problem> {
    let locale = query.or_of(&attempt.me.person);
    let quiz = closing::quiz_of(&site, &attempt.row).await?;
    let (row, user, id) = (attempt.row.clone(), attempt.me.person.id, attempt.row.id);
    let written = site.db.write(move |tx| {
        closing::submit(tx, &quiz, Some(&chapter), &row)?;
        Ok::<_, Problem>(model::own(tx, user, id)?)
    });
    let row = written.await?.ok_or(&NOT_FOUND)?;
    Ok(Json(view(&site, &OwnAttempt { row, ..attempt }, locale).await?))
}

async fn quiz_of(site: &Site, reader: &ReaderOfChapter) -> Result<std::sync::Arc<Quiz>, Problem> {
    let quiz = site.catalogue.quiz(&site.db, reader.chapter.chapter().version).await?;
    quiz.ok_or_else(|| NOT_FOUND.problem())
}

/// One's attempts at the quiz of a chapter; those whose time is over are closed first.
async fn attempts(site: &Site, reader: &ReaderOfChapter) -> Result<Vec<model::AttemptRow>, Problem> {
    let (user, chapter) = (reader.me.person.id, reader.chapter.chapter().id);
    let find = move |db: &mut _| Ok::<_, Problem>(model::attempts_of(db, user, chapter)?);
    let found = site.db.read(find).await?;
    match found.iter().find(|attempt| closing::is_overdue(attempt)) {
        None => Ok(found),
        Some(overdue) => {
            closing::close(site, overdue).await?;
            site.db.read(find).await
        }
    }
}

async fn view(site: &Site, attempt: &OwnAttempt, locale: Locale) -> Result<AttemptView, Problem> {
    let quiz = closing::quiz_of(site, &attempt.row).await?;
    let (user, chapter, id) = (attempt.me.person.id, attempt.row.chapter_id, attempt.row.id);
    let read =
        site.db.read(move |db| Ok::<_, Problem>((model::attempts_of(db, user, chapter)?, model::answers_of(db, id)?)));
    let (attempts, answers) = read.await?;
    Ok(AttemptView::new(&quiz, &attempt.row, &attempts, answers, locale))
}
