//! What people are told: in the page at once, and by mail. Tables: `notifications`.
//!
//! Other rooms write a [`Notice`] in the transaction of what it tells of, with [`add`], and call [`tell`] after the commit.
//! A notice is ids only; its words are made when it is read, in the reader's language and with today's titles.

mod events;
mod letters;
mod model;
mod notice;
mod routes;
mod view;
mod words;

use diesel::prelude::*;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::AnyConnection;
use crate::db::types::{NotificationId, Ts, UserId};
use crate::live::News;
use crate::mail::{self, Mail, NewMail};
use crate::site::Site;

pub use events::watch;
pub use letters::Letters;
pub use notice::{Notice, NoticeKind};

pub fn routes(api: &mut ServiceConfig) {
    api.service(routes::list).service(routes::see).service(routes::see_one).service(events::watch_notices);
}

/// Tells somebody of something, and queues the mail about it: both are there after the commit, or neither.
pub fn add(tx: &mut AnyConnection, mail: &Mail, user: UserId, notice: &Notice, at: Ts) -> QueryResult<NotificationId> {
    let (kind, subject) = notice.columns()?;
    let id = model::insert(tx, user, kind, subject, at)?;
    let letter = NewMail {
        key: format!("notification:{id}"),
        to: user,
        kind: notice.mail(),
        body: notice.to_json()?,
        not_before: at,
    };
    mail::queue(tx, mail, letter)?;
    Ok(id)
}

/// Lets every open page of this person know, also those of other processes, and the mail go out: to be called after the
/// commit. What it misses, pages find out a few seconds later.
pub async fn tell(site: &Site, user: UserId) {
    site.mail.wake();
    site.live.tell(news_for(user)).await;
}

const ROOM: &str = "notifications";

fn news_for(user: UserId) -> News {
    News::OfRoom { room: ROOM.into(), body: user.0.into() }
}

fn is_for(news: &News, user: UserId) -> bool {
    matches!(news, News::OfRoom { room, body } if room == ROOM && body.as_i64() == Some(user.0))
}
