//! The courses somebody may read, whether they take them or not.

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::routes::{ChapterLink, LocaleQuery, chapter_ref};
use super::{localise, reader};
use crate::db::types::CourseId;
use crate::http::Problems;
use crate::http::page::Page;
use crate::http::problem::Problem;
use crate::sessions::SignedIn;
use crate::site::Site;

/// A course to read, with the chapters that can be opened.
#[derive(Serialize, ToSchema)]
pub struct ReadableCourse {
    pub id: CourseId,
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub chapters: Vec<ChapterLink>,
}

/// All courses I may read: those I take, and those my roles let me read.
#[utoipa::path(path = "/api/v1/readable-courses", operation_id = "list_readable_courses", tag = "courses",
    params(LocaleQuery), responses((status = 200, body = Page<ReadableCourse>), Problems))]
#[get("/readable-courses")]
pub async fn list(
    me: SignedIn,
    query: Query<LocaleQuery>,
    site: Data<Site>,
) -> Result<Json<Page<ReadableCourse>>, Problem> {
    let locale = query.or_of(&me.person);
    let person = me.person.clone();
    let ids = site.db.read(move |db| Ok::<_, Problem>(reader::readable(db, &person)?)).await?;
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(publication) = site.catalogue.publication(&site.db, id).await? else { continue };
        items.push(ReadableCourse {
            id,
            slug: publication.slug.clone(),
            title: localise(&publication.title, locale).to_owned(),
            summary: localise(&publication.summary, locale).to_owned(),
            chapters: publication.available().map(|chapter| chapter_ref(chapter, locale)).collect(),
        });
    }
    Ok(Json(Page::whole(items)))
}
