//! Which mails somebody wants.

use actix_web::web::{Data, Json};
use actix_web::{get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Kind, model};
use crate::db::AnyConnection;
use crate::http::problem::Problem;
use crate::http::{Body, Problems};
use crate::sessions::SignedIn;
use crate::site::Site;

/// The mails I get.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailSettings {
    /// False where this site sends no mail at all.
    pub sends: bool,
    /// What became of work I handed in.
    pub feedback: bool,
}

/// What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailChange {
    feedback: Option<bool>,
}

/// Which mails I get.
#[utoipa::path(path = "/api/v1/account/mail", operation_id = "get_mail_settings", tag = "account",
    responses((status = 200, body = MailSettings), Problems))]
#[get("/account/mail")]
pub async fn settings(me: SignedIn, site: Data<Site>) -> Result<Json<MailSettings>, Problem> {
    let (user, sends) = (me.person.id, site.mail.sends());
    site.db.read(move |db| settings_of(db, user, sends)).await.map(Json)
}

/// Turns mails on or off. What waits and is not wanted any more is not sent.
#[utoipa::path(path = "/api/v1/account/mail", operation_id = "change_mail_settings", tag = "account",
    request_body = MailChange, responses((status = 200, body = MailSettings), Problems))]
#[put("/account/mail")]
pub async fn change(me: SignedIn, body: Body<MailChange>, site: Data<Site>) -> Result<Json<MailSettings>, Problem> {
    let MailChange { feedback } = body.into_inner();
    let (user, sends) = (me.person.id, site.mail.sends());
    site.db
        .write(move |tx| {
            if let Some(wanted) = feedback {
                model::set_wanted(tx, user, Kind::Feedback, wanted)?;
            }
            settings_of(tx, user, sends)
        })
        .await
        .map(Json)
}

fn settings_of(db: &mut AnyConnection, user: crate::db::types::UserId, sends: bool) -> Result<MailSettings, Problem> {
    Ok(MailSettings { sends, feedback: !model::refuses(db, user, Kind::Feedback)? })
}
