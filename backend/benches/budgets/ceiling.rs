//! The least an endpoint has to do, in handlers without anything around them.

use std::net::TcpListener;

use actix_web::web::Data;
use actix_web::web::Path;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get, put};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double};
use tenarai::db::schema::{chapter_progress, chapter_texts, submissions};
use tenarai::db::types::sql::Moment;
use tenarai::db::types::{ChapterId, ChapterVersionId, CourseId, PublicationId, SubmissionId, Ts, UserId};
use tenarai::db::{AnyConnection, Cached, Error};
use tenarai::site::Site;

#[derive(Clone)]
struct Bare {
    site: Site,
    chapter: ChapterId,
    version: ChapterVersionId,
    course: CourseId,
}

/// Serves them with one worker; their address.
pub fn serve(site: Site, chapter: ChapterId, version: ChapterVersionId, course: CourseId) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let bare = Data::new(Bare { site, chapter, version, course });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(bare.clone())
            .service(read)
            .service(read_known)
            .service(read_text)
            .service(write)
            .service(claim)
    });
    tokio::spawn(server.workers(1).disable_signals().listen(listener).expect("it listens").run());
    url
}

#[derive(Clone, serde::Deserialize)]
struct Claims {
    sub: String,
}

/// Whose token this is, by its signature.
fn user(request: &HttpRequest, bare: &Bare) -> UserId {
    let cookie = request.cookie("tenarai_session").expect("the load has a token");
    let claims: Claims = bare.site.tokens.keys().verify(cookie.value(), "tenarai").expect("a good token");
    UserId(claims.sub.parse().expect("a user"))
}

/// The same by the site's own check, which remembers tokens it has verified.
fn known_user(request: &HttpRequest, bare: &Bare) -> UserId {
    let cookie = request.cookie("tenarai_session").expect("the load has a token");
    let claims = bare.site.tokens.verify_session(cookie.value()).expect("a good token");
    claims.user().expect("a user")
}

#[get("/read")]
async fn read(request: HttpRequest, bare: Data<Bare>) -> HttpResponse {
    read_percent(user(&request, &bare), &bare).await
}

#[get("/read-known")]
async fn read_known(request: HttpRequest, bare: Data<Bare>) -> HttpResponse {
    read_percent(known_user(&request, &bare), &bare).await
}

async fn read_percent(user: UserId, bare: &Bare) -> HttpResponse {
    let chapter = bare.chapter;
    let percent = bare.site.db.read(move |db| {
        let row = chapter_progress::table.find((user, chapter)).select(chapter_progress::percent);
        Ok::<_, Error>(row.first::<i64>(db).optional()?)
    });
    HttpResponse::Ok().json(percent.await.expect("it is read"))
}

/// The chapter's own text as the row that is read, sent as it is: what any server of it has to move.
#[get("/text")]
async fn read_text(request: HttpRequest, bare: Data<Bare>) -> HttpResponse {
    let (_, version) = (known_user(&request, &bare), bare.version);
    let text = bare.site.db.read(move |db| {
        let row = chapter_texts::table.find((version, "en")).select(chapter_texts::html);
        Ok::<_, Error>(row.first::<String>(db)?)
    });
    HttpResponse::Ok().body(text.await.expect("it is read"))
}

/// A GET, for the load has nothing to say: the least of a request, too.
#[get("/write")]
async fn write(request: HttpRequest, bare: Data<Bare>) -> HttpResponse {
    let (user, chapter, course) = (known_user(&request, &bare), bare.chapter, bare.course);
    let work = move |db: &mut AnyConnection| Ok::<_, Error>(upsert(db, user, chapter, course)?);
    // On PostgreSQL one statement is a transaction by itself.
    let written = match bare.site.db.name() {
        "sqlite" => bare.site.db.write(work).await,
        _ => bare.site.db.read(work).await,
    };
    HttpResponse::Ok().json(written.expect("it is written"))
}

/// One durable update by primary key: the least that a claim can be.
#[put("/claim/{id}")]
async fn claim(request: HttpRequest, id: Path<i64>, bare: Data<Bare>) -> HttpResponse {
    let (user, id) = (known_user(&request, &bare), SubmissionId(id.into_inner()));
    let work = move |db: &mut AnyConnection| {
        let held = (submissions::holder_id.eq(user), submissions::held_until.eq(Ts::now()));
        Ok::<_, Error>(diesel::update(submissions::table.find(id)).set(held).execute(db)?)
    };
    let written = match bare.site.db.name() {
        "sqlite" => bare.site.db.write(work).await,
        _ => bare.site.db.read(work).await,
    };
    HttpResponse::Ok().json(written.expect("it is written"))
}

fn upsert(db: &mut AnyConnection, user: UserId, chapter: ChapterId, course: CourseId) -> QueryResult<usize> {
    let query = diesel::sql_query(
        "INSERT INTO chapter_progress AS p (user_id, chapter_id, course_id, publication_id, scroll, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, chapter_id) DO UPDATE SET \
         scroll = excluded.scroll, updated_at = excluded.updated_at",
    )
    .bind::<BigInt, _>(user)
    .bind::<BigInt, _>(chapter)
    .bind::<BigInt, _>(course)
    .bind::<BigInt, _>(PublicationId(1))
    .bind::<Double, _>(0.42)
    .bind::<Moment, _>(Ts::now());
    Cached(query).execute(db)
}
