//! Signing in, staying signed in, signing out.

use actix_web::http::header::USER_AGENT;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{self, RefreshSecret, Refreshed, Session};
use super::planted;
use super::problems::{ACCOUNT_DISABLED, INVALID_CREDENTIALS, NOT_SIGNED_IN, SESSION_ENDED, SESSION_EXPIRED};
use super::signed_in::SignedIn;
use super::tokens::REFRESH_COOKIE;
use super::{announce_end, keys::Jwk};
use crate::accounts::{self, Grant, Locale, Person, password};
use crate::db::types::{OrganisationId, SessionId, Ts, UserId};
use crate::http::page::Page;
use crate::http::problem::{INVALID_FIELDS, NOT_FOUND, Problem};
use crate::http::{Body, Problems};
use crate::http::{client_address, network_of};
use crate::live::Limit;
use crate::site::Site;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[schema(example = "taro@example.com", max_length = 320)]
    email: String,
    #[schema(value_type = String, format = Password, max_length = 200)]
    password: SecretString,
}

/// The person who is signed in.
#[derive(Serialize, ToSchema)]
pub struct Me {
    pub user: MyUser,
    pub organisation: MyOrganisation,
    pub roles: Vec<Grant>,
    pub session: MySession,
}

#[derive(Serialize, ToSchema)]
pub struct MyUser {
    pub id: UserId,
    pub email: String,
    pub display_name: String,
    pub locale: Locale,
}

#[derive(Serialize, ToSchema)]
pub struct MyOrganisation {
    pub id: OrganisationId,
    pub slug: String,
    pub name: String,
}

#[derive(Serialize, ToSchema)]
pub struct MySession {
    pub id: SessionId,
    /// When the present token runs out; refresh before.
    pub expires_at: Ts,
}

impl Me {
    pub fn new(person: &Person, session: SessionId, token_expires: i64) -> Self {
        Self {
            user: MyUser {
                id: person.id,
                email: person.email.clone(),
                display_name: person.display_name.clone(),
                locale: person.locale,
            },
            organisation: MyOrganisation {
                id: person.organisation,
                slug: person.organisation_slug.clone(),
                name: person.organisation_name.clone(),
            },
            roles: person.grants.clone(),
            session: MySession {
                id: session,
                expires_at: chrono::DateTime::from_timestamp(token_expires, 0).unwrap_or_default().into(),
            },
        }
    }
}

/// Signs in with e-mail and password; sets the session's cookies.
#[utoipa::path(path = "/api/v1/session", operation_id = "sign_in", tag = "session", request_body = SignIn,
    responses((status = 200, body = Me), Problems))]
#[post("/session")]
pub async fn sign_in(request: HttpRequest, body: Body<SignIn>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let SignIn { email, password } = body.into_inner();
    check_lengths(&email, &password)?;
    let address = client_address(&request, site.config.settings.proxies);
    let by_account = Limit {
        key: format!("sign-in:account:{}", accounts::email_key(&email)),
        most: site.config.settings.sign_in_failures_per_account,
    };
    let by_address = Limit {
        key: format!("sign-in:address:{}", network_of(&address)),
        most: site.config.settings.sign_in_failures_per_address,
    };
    // An account's tries are counted beforehand, so that many at once do not slip through. An address counts its
    // failures only: a whole company may sign in from behind one.
    site.live.limits.allows(&by_address).await?;
    site.live.limits.count(&by_account).await?;
    let account = match site.db.read(move |db| Ok::<_, Problem>(accounts::by_email(db, &email)?)).await {
        Ok(account) => account,
        Err(unavailable) => {
            // Nobody has looked at the password.
            site.live.limits.forget(&by_account).await;
            return Err(unavailable);
        }
    };
    let hash = account.as_ref().and_then(|account| account.hash.clone());
    let turn = password::turn().await;
    // Once more: of many at once, the first have failed meanwhile.
    site.live.limits.allows(&by_address).await?;
    let fits = password::verify(turn, password, hash).await;
    let Some(account) = account.filter(|_| fits) else {
        // That this was one too many, the next one hears.
        let _ = site.live.limits.count(&by_address).await;
        return Err(INVALID_CREDENTIALS.problem());
    };
    if account.disabled {
        return Err(ACCOUNT_DISABLED.problem());
    }
    site.live.limits.forget(&by_account).await;
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("").to_owned();
    // Who signs in over a session, on a shared computer say, leaves it: nobody has its secret any more.
    let left: Vec<RefreshSecret> =
        planted::values(&request, REFRESH_COOKIE).into_iter().map(RefreshSecret::from_cookie).collect();
    let (session, secret, left) = site
        .db
        .write(move |tx| {
            // Holds the person: whoever changes the password meanwhile either was before us, and the old one is good
            // for nothing any more, or comes after us and ends this session with the others.
            accounts::touch(tx, account.user)?;
            if accounts::secret_of(tx, account.user)? != account.hash {
                return Err(INVALID_CREDENTIALS.problem());
            }
            let left = model::leave(tx, &left)?;
            let (session, secret) = model::start(tx, account.user, &agent, &address)?;
            Ok::<_, Problem>((session, secret, left))
        })
        .await?;
    for session in left {
        announce_end(&site, session.user_id, &[session.id]).await;
    }
    answer(&site, &session, Some(secret)).await
}

/// What cannot be an account is neither counted, which would keep it in memory, nor hashed.
fn check_lengths(email: &str, password: &SecretString) -> Result<(), Problem> {
    let too_long = |field| INVALID_FIELDS.problem().at(field, "too_long", "");
    if email.chars().count() > accounts::LONGEST_EMAIL {
        return Err(too_long("/email"));
    }
    if password.expose_secret().chars().count() > password::LONGEST {
        return Err(too_long("/password"));
    }
    Ok(())
}

/// A new session token for the refresh cookie, which is replaced too.
#[utoipa::path(path = "/api/v1/session/refresh", operation_id = "refresh_session", tag = "session",
    responses((status = 200, body = Me), Problems))]
#[post("/session/refresh")]
pub async fn refresh(request: HttpRequest, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let secrets = planted::values(&request, REFRESH_COOKIE).into_iter().map(RefreshSecret::from_cookie);
    let mut secrets = secrets.filter(|secret| planted::is_meant(&request, secret.session()));
    let secret = secrets.next().ok_or(&NOT_SIGNED_IN)?;
    if secrets.next().is_some() {
        return Err(SESSION_EXPIRED.problem());
    }
    match site.db.write(move |tx| Ok::<_, Problem>(model::refresh(tx, &secret)?)).await? {
        Refreshed::Goes { session, next } => {
            let user = session.user_id;
            // By itself: a change of the password holds the person and then ends sessions, the other way round.
            if let Err(error) = site.db.write_one(move |db| Ok::<_, Problem>(accounts::touch(db, user)?)).await {
                tracing::warn!(?error, %user, "it is not noted that they were here");
            }
            answer(&site, &session, next).await
        }
        Refreshed::Reused(session) => {
            tracing::warn!(session = %session.id, user = %session.user_id, "a replaced refresh secret was used again");
            announce_end(&site, session.user_id, &[session.id]).await;
            Err(SESSION_ENDED.problem())
        }
        Refreshed::Unknown => Err(SESSION_ENDED.problem()),
    }
}

async fn answer(site: &Site, session: &Session, secret: Option<RefreshSecret>) -> Result<HttpResponse, Problem> {
    let person = site.people.get(&site.db, session.user_id).await?;
    if person.disabled {
        return Err(ACCOUNT_DISABLED.problem());
    }
    let token = site.tokens.session(session.user_id, session.id)?;
    let mut response = HttpResponse::Ok();
    response.cookie(site.tokens.session_cookie(token));
    if let Some(secret) = secret {
        response.cookie(site.tokens.refresh_cookie(secret.text, model::LIFETIME));
    }
    Ok(response.json(Me::new(&person, session.id, Ts::now().seconds() + super::tokens::SESSION_SECONDS)))
}

/// Who is signed in.
#[utoipa::path(path = "/api/v1/session", operation_id = "get_session", tag = "session",
    responses((status = 200, body = Me), Problems))]
#[get("/session")]
pub async fn who(me: SignedIn) -> Json<Me> {
    Json(Me::new(&me.person, me.session, me.token_expires))
}

/// Signs this browser out.
#[utoipa::path(path = "/api/v1/session", operation_id = "sign_out", tag = "session",
    responses((status = 204), Problems))]
#[delete("/session")]
pub async fn sign_out(me: SignedIn, site: Data<Site>) -> Result<HttpResponse, Problem> {
    end_one(&site, &me, me.session).await.map_err(|problem| forgetting(&site, problem))?;
    Ok(goodbye(&site))
}

/// A browser that is signed in.
#[derive(Serialize, ToSchema)]
pub struct SessionRow {
    pub id: SessionId,
    pub current: bool,
    pub user_agent: String,
    pub address: String,
    pub created_at: Ts,
    pub last_seen_at: Ts,
}

/// Where I am signed in.
#[utoipa::path(path = "/api/v1/sessions", operation_id = "list_sessions", tag = "session",
    responses((status = 200, body = Page<SessionRow>), Problems))]
#[get("/sessions")]
pub async fn list(me: SignedIn, site: Data<Site>) -> Result<Json<Page<SessionRow>>, Problem> {
    let (user, current) = (me.person.id, me.session);
    let sessions = site.db.read(move |db| Ok::<_, Problem>(model::living(db, user)?)).await?;
    Ok(Json(Page::whole(
        sessions
            .into_iter()
            .map(|session| SessionRow {
                id: session.id,
                current: session.id == current,
                user_agent: session.user_agent,
                address: session.address,
                created_at: session.created_at,
                last_seen_at: session.last_seen_at,
            })
            .collect(),
    )))
}

/// Signs out everywhere, here included.
#[utoipa::path(path = "/api/v1/sessions", operation_id = "sign_out_everywhere", tag = "session",
    responses((status = 204), Problems))]
#[delete("/sessions")]
pub async fn sign_out_everywhere(me: SignedIn, site: Data<Site>) -> Result<HttpResponse, Problem> {
    let user = me.person.id;
    let ended =
        site.db.write(move |tx| Ok::<_, Problem>(model::end_all(tx, user, None, "signed_out_everywhere")?)).await;
    match ended {
        Ok(ended) => {
            announce_end(&site, user, &ended).await;
            Ok(goodbye(&site))
        }
        Err(problem) => {
            announce_end(&site, user, &[me.session]).await;
            Err(forgetting(&site, problem))
        }
    }
}

/// Signs one of my browsers out.
#[utoipa::path(path = "/api/v1/sessions/{id}", operation_id = "end_session", tag = "session",
    params(("id" = Uuid, Path, description = "a session of mine")), responses((status = 204), Problems))]
#[delete("/sessions/{id}")]
pub async fn end(me: SignedIn, id: Path<SessionId>, site: Data<Site>) -> Result<HttpResponse, Problem> {
    end_one(&site, &me, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn end_one(site: &Site, me: &SignedIn, id: SessionId) -> Result<(), Problem> {
    let user = me.person.id;
    let ended = site.db.write(move |tx| {
        let session = model::find(tx, id)?.filter(|session| session.user_id == user).ok_or(&NOT_FOUND)?;
        model::end(tx, session.id, "signed_out")?;
        Ok::<_, Problem>(())
    });
    let ended = ended.await;
    // One's own is over even where the disk is full: no process that runs takes it any more.
    if ended.is_ok() || id == me.session {
        announce_end(site, user, &[id]).await;
    }
    ended
}

/// On a shared computer it counts that the browser forgets, whether or not it could be written down.
fn forgetting(site: &Site, problem: Problem) -> Problem {
    site.tokens.farewell().iter().fold(problem, Problem::with_cookie)
}

fn goodbye(site: &Site) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    for cookie in site.tokens.farewell() {
        response.cookie(cookie);
    }
    response.finish()
}

#[derive(Serialize, ToSchema)]
pub struct Jwks {
    pub keys: Vec<Jwk>,
}

/// The public keys by which our tokens verify (RFC 7517).
#[utoipa::path(path = "/.well-known/jwks.json", operation_id = "jwks", tag = "session",
    responses((status = 200, body = Jwks)))]
#[get("/.well-known/jwks.json")]
pub async fn jwks(site: Data<Site>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", format!("public, max-age={}", super::keys::JWKS_MAX_AGE.as_secs())))
        .json(Jwks { keys: site.tokens.keys().jwks() })
}
