//! One's own account.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, patch, put};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::display_name::{self, NameError};
use super::problems::{SAME_PASSWORD, WRONG_PASSWORD};
use super::{Locale, model, password};
use crate::http::problem::{INVALID_FIELDS, Problem};
use crate::http::{Body, Problems};
use crate::live::{Limit, News};
use crate::sessions::problems::SESSION_ENDED;
use crate::sessions::{self, Me, SignedIn};
use crate::site::Site;

pub fn routes(api: &mut ServiceConfig) {
    api.service(change_password).service(change_profile);
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 200)]
    new_password: SecretString,
}

/// Changes my password and signs my other browsers out.
#[utoipa::path(path = "/api/v1/me/password", operation_id = "change_password", tag = "account",
    request_body = PasswordChange, responses((status = 204), Problems))]
#[put("/me/password")]
async fn change_password(me: SignedIn, body: Body<PasswordChange>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let PasswordChange { current_password, new_password } = body.into_inner();
    check_new(&new_password)?;
    // What cannot be a password is not hashed.
    if current_password.expose_secret().chars().count() > password::LONGEST {
        return Err(WRONG_PASSWORD.problem().at("/current_password", "wrong_password", ""));
    }
    let same = new_password.expose_secret() == current_password.expose_secret();
    let user = me.person.id;
    let limit = Limit { key: format!("password:{user}"), most: site.config.settings.sign_in_failures_per_account };
    site.live.limits.count(&limit).await?;
    let known = site.db.read(move |db| Ok::<_, Problem>(model::secret_of(db, user)?)).await?;
    if !password::verify(password::turn().await, current_password, known.clone()).await {
        return Err(WRONG_PASSWORD.problem().at("/current_password", "wrong_password", ""));
    }
    site.live.limits.forget(&limit).await;
    if same {
        return Err(SAME_PASSWORD.problem().at("/new_password", "same_password", ""));
    }
    let (hash, keep) = (password::hash(new_password).await, me.session);
    let ended = site
        .db
        .write(move |tx| {
            // Hashing takes its time. Whoever set another password or ended this session meanwhile, an operator say, was
            // before us.
            model::touch(tx, user)?;
            if model::secret_of(tx, user)? != known {
                return Err(WRONG_PASSWORD.problem().at("/current_password", "wrong_password", ""));
            }
            if !sessions::lives(tx, keep)? {
                return Err(SESSION_ENDED.problem());
            }
            model::set_password(tx, user, &hash)?;
            Ok::<_, Problem>(sessions::end_all(tx, user, Some(keep), "password_changed")?)
        })
        .await?;
    sessions::announce_end(&site, user, &ended).await;
    Ok(HttpResponse::NoContent().finish())
}

fn check_new(new: &SecretString) -> Result<(), Problem> {
    let length = new.expose_secret().chars().count();
    if length < password::SHORTEST {
        return Err(INVALID_FIELDS.problem().at(
            "/new_password",
            "too_short",
            format!("{} – {}", password::SHORTEST, password::LONGEST),
        ));
    }
    if length > password::LONGEST {
        return Err(INVALID_FIELDS.problem().at(
            "/new_password",
            "too_long",
            format!("{} – {}", password::SHORTEST, password::LONGEST),
        ));
    }
    Ok(())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    locale: Option<Locale>,
    #[schema(min_length = 1, max_length = 100)]
    display_name: Option<String>,
}

/// Changes my language or name.
#[utoipa::path(path = "/api/v1/me", operation_id = "change_profile", tag = "account", request_body = ProfileChange,
    responses((status = 200, body = Me), Problems))]
#[patch("/me")]
async fn change_profile(me: SignedIn, body: Body<ProfileChange>, site: Data<Site>) -> Result<Json<Me>, Problem> {
    let ProfileChange { locale, display_name } = body.into_inner();
    let display_name = display_name.as_deref().map(display_name::checked).transpose().map_err(|error| match error {
        NameError::Length => INVALID_FIELDS.problem().at("/display_name", "length", "1 – 100"),
        NameError::Unseen => INVALID_FIELDS.problem().at("/display_name", "unseen_characters", ""),
    })?;
    let user = me.person.id;
    site.db.write(move |tx| Ok::<_, Problem>(model::set_profile(tx, user, locale, display_name.as_deref())?)).await?;
    site.people.forget(user).await;
    site.live.tell(News::PersonChanged { user }).await;
    let person = site.people.get(&site.db, user).await?;
    Ok(Json(Me::new(&person, me.session, me.token_expires)))
}
