//! Images of texts for readers, and the trainee tree for their notebook servers.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::reader::{ReaderOfChapter, readable};
use crate::blobs::BlobId;
use crate::content::media_type;
use crate::db::types::{ChapterId, CourseId};
use crate::http::Problems;
use crate::http::etag;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::sessions::NotebookServerOf;
use crate::site::Site;

/// An image of the chapter's text.
#[utoipa::path(path = "/api/v1/chapters/{chapter}/images/{file}", operation_id = "get_chapter_image", tag = "courses",
    params(("chapter" = i64, Path), ("file" = String, Path)),
    responses((status = 200, content_type = "image/*", body = Vec<u8>), Problems))]
#[get("/chapters/{chapter}/images/{file}")]
pub async fn image(
    reader: ReaderOfChapter,
    path: Path<(i64, String)>,
    site: Data<Site>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let name = &path.1;
    let chapter = reader.chapter.chapter().id;
    let file = reader
        .chapter
        .publication
        .files
        .iter()
        .find(|file| {
            file.kind == "image"
                && file.chapter_id == Some(chapter)
                && file.path.rsplit('/').next().is_some_and(|last| last == name)
        })
        .ok_or(&NOT_FOUND)?;
    if let Some(answer) = etag::unchanged(&request, &file.sha256) {
        return Ok(answer);
    }
    let bytes = site.blobs.get(&file.sha256.parse::<BlobId>()?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type(name).unwrap_or("application/octet-stream")))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header(etag::header(&file.sha256))
        // An SVG that is opened by itself must not run anything.
        .insert_header(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"))
        .body(bytes))
}

/// All files a trainee's notebook server should have.
#[derive(Serialize, ToSchema)]
pub struct Manifest {
    pub courses: Vec<ManifestCourse>,
}

#[derive(Serialize, ToSchema)]
pub struct ManifestCourse {
    pub slug: String,
    /// Number of the publication.
    pub publication: i64,
    pub files: Vec<ManifestFile>,
}

#[derive(Serialize, ToSchema)]
pub struct ManifestFile {
    /// Below the working folder.
    pub path: String,
    pub sha256: String,
    pub size: i64,
    #[schema(example = "handout")]
    pub kind: String,
    /// Whose handout it is: a chapter that gets another name takes the trainee's copy with it.
    pub chapter_id: Option<ChapterId>,
}

/// The trainee tree of the courses this person may read: handouts and data, no answers, no checks.
#[utoipa::path(path = "/content/v1/manifest", operation_id = "content_manifest", tag = "content",
    responses((status = 200, body = Manifest), Problems))]
#[get("/manifest")]
pub async fn manifest(
    server: NotebookServerOf,
    site: Data<Site>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut courses = Vec::new();
    for course in courses_of(&server, &site).await? {
        if let Some(publication) = site.catalogue.publication(&site.db, course).await? {
            courses.push(ManifestCourse {
                slug: publication.slug.clone(),
                publication: publication.number,
                files: publication
                    .files
                    .iter()
                    .filter(|file| file.kind != "image")
                    .map(|file| ManifestFile {
                        path: file.path.clone(),
                        sha256: file.sha256.clone(),
                        size: file.size,
                        kind: file.kind.clone(),
                        chapter_id: file.chapter_id,
                    })
                    .collect(),
            });
        }
    }
    Ok(etag::json(&request, &Manifest { courses }))
}

/// One file of the manifest.
#[utoipa::path(path = "/content/v1/blobs/{sha256}", operation_id = "content_blob", tag = "content",
    params(("sha256" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), Problems))]
#[get("/blobs/{sha256}")]
pub async fn blob(server: NotebookServerOf, sha256: Path<String>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let wanted: BlobId = sha256.parse().map_err(|_| NOT_FOUND.problem())?;
    for course in courses_of(&server, &site).await? {
        let publication = site.catalogue.publication(&site.db, course).await?;
        let has = publication
            .is_some_and(|found| found.files.iter().any(|file| file.kind != "image" && file.sha256 == wanted.as_str()));
        if has {
            let bytes = site.blobs.get(&wanted).await?;
            return Ok(HttpResponse::Ok().content_type("application/octet-stream").body(bytes));
        }
    }
    Err(NOT_FOUND.problem())
}

async fn courses_of(server: &NotebookServerOf, site: &Site) -> Result<Vec<CourseId>, Problem> {
    let person = Arc::clone(&server.0);
    site.db.read(move |db| Ok(readable(db, &person)?)).await
}
