//! Reading what one was told, and having seen it.

use actix_web::web::{Data, Json, Query};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model;
use super::view::NoticeView;
use crate::accounts::Locale;
use crate::db::types::{NotificationId, UserId};
use crate::http::page::{Page, PageQuery};
use crate::http::problem::{NOT_FOUND, Problem};
use crate::http::{Body, Problems, id_in};
use crate::sessions::SignedIn;
use crate::site::Site;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NoticeQuery {
    /// Locale of the titles; the user's own unless told.
    locale: Option<Locale>,
    /// `next` of the page before.
    after: Option<String>,
    /// At most 200; 50 unless told.
    limit: Option<u16>,
}

/// What I was told, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticePage {
    pub items: Vec<NoticeView>,
    /// Pass it as `after` for the next page; null at the end.
    pub next: Option<String>,
    /// How many I have not seen, on all pages.
    pub unseen: i64,
}

/// How many I have not seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unseen {
    pub unseen: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// This one and all before it.
    #[schema(value_type = i64)]
    up_to: NotificationId,
}

/// What I was told, newest first.
#[utoipa::path(path = "/api/v1/notifications", operation_id = "list_notifications", tag = "notifications",
    params(NoticeQuery), responses((status = 200, body = NoticePage), Problems))]
#[get("/notifications")]
pub async fn list(me: SignedIn, query: Query<NoticeQuery>, site: Data<Site>) -> Result<Json<NoticePage>, Problem> {
    let locale = query.locale.unwrap_or(me.person.locale);
    let page = PageQuery::new(query.after.clone(), query.limit);
    let (after, limit, user) = (page.after()?, page.limit(), me.person.id);
    let before = (after > 0).then_some(NotificationId(after));
    let (rows, unseen) = site
        .db
        .read(move |db| Ok::<_, Problem>((model::page(db, user, before, limit + 1)?, model::unseen(db, user)?)))
        .await?;
    let Page { items: rows, next } = Page::cut(rows, limit, |row| row.id.0);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        // The catalogue is in memory.
        items.push(NoticeView::of(&site, row, locale).await?);
    }
    Ok(Json(NoticePage { items, next, unseen }))
}

/// I have seen all up to one. Saying it again changes nothing.
#[utoipa::path(path = "/api/v1/notifications/seen", operation_id = "see_notifications", tag = "notifications",
    request_body = Seen, responses((status = 200, body = Unseen), Problems))]
#[post("/notifications/seen")]
pub async fn see(me: SignedIn, body: Body<Seen>, site: Data<Site>) -> Result<Json<Unseen>, Problem> {
    let (user, last) = (me.person.id, body.into_inner().up_to);
    let (changed, unseen) = site
        .db
        .write(move |tx| Ok::<_, Problem>((model::see_up_to(tx, user, last)?, model::unseen(tx, user)?)))
        .await?;
    Ok(answer(&site, user, changed, unseen).await)
}

/// I have seen this one. Saying it again changes nothing.
#[utoipa::path(path = "/api/v1/notifications/{notification}/seen", operation_id = "see_notification",
    tag = "notifications", params(("notification" = i64, Path)), responses((status = 200, body = Unseen), Problems))]
#[post("/notifications/{notification}/seen")]
pub async fn see_one(me: SignedIn, request: HttpRequest, site: Data<Site>) -> Result<Json<Unseen>, Problem> {
    let (user, id) = (me.person.id, NotificationId(id_in(&request, "notification")?));
    let (changed, unseen) = site
        .db
        .write(move |tx| {
            let changed = model::see(tx, user, id)?.ok_or(&NOT_FOUND)?;
            Ok::<_, Problem>((changed, model::unseen(tx, user)?))
        })
        .await?;
    Ok(answer(&site, user, changed, unseen).await)
}

/// Other pages of theirs show how many are left, too.
async fn answer(site: &Site, user: UserId, changed: usize, unseen: i64) -> Json<Unseen> {
    if changed > 0 {
        site.live.tell(super::news_for(user)).await;
    }
    Json(Unseen { unseen })
}
