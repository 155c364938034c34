//! What a user's own server does, behind the hub's proxy, for whoever shows a pass for it.

use actix_web::http::StatusCode;
use actix_web::web::{Json, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde_json::{Value, json};

use super::{File, TOKEN, User, Users, lock};

/// Of a server that is slow.
const TIME_IT_TAKES: std::time::Duration = std::time::Duration::from_millis(200);

pub fn routes(config: &mut ServiceConfig) {
    config.service(answer_file).service(answer_open);
}

#[get("/jupyterhub/user/{name}/api/contents/{path:.*}")]
async fn answer_file(request: HttpRequest, path: Path<(String, String)>, users: Users) -> HttpResponse {
    if let Err(refused) = with_pass(&request, &path.0, &users, |_| ()) {
        return HttpResponse::new(refused);
    }
    takes_time(&path.0, &users).await;
    let users = lock(&users);
    let Some(user) = users.get(&path.0) else { return HttpResponse::NotFound().finish() };
    match user.files.get(&path.1) {
        None => HttpResponse::NotFound().json(json!({ "message": "No such file" })),
        Some(File::Saved(text)) => {
            HttpResponse::Ok().json(json!({ "type": "file", "format": "text", "content": text }))
        }
        Some(File::Odd(status, body)) => {
            let status = StatusCode::from_u16(*status).expect("a status");
            HttpResponse::build(status).insert_header(("location", "/jupyterhub/hub/api/")).body(body.clone())
        }
    }
}

/// The room's question for one chapter's notebook, which is where a server hears of what has moved.
#[post("/jupyterhub/user/{name}/tenarai/api/open")]
async fn answer_open(request: HttpRequest, name: Path<String>, asked: Json<Value>, users: Users) -> HttpResponse {
    let opened = with_pass(&request, &name, &users, |user| {
        let (path, chapter) = (asked["path"].as_str().expect("a path"), asked["chapter_id"].as_i64().expect("whose"));
        user.opened.push((chapter, path.to_owned()));
        let moves = std::mem::take(&mut user.moves);
        let moved: Vec<_> = moves.into_iter().filter_map(|(from, to)| Some((to, user.files.remove(&from)?))).collect();
        user.files.extend(moved);
        (user.opens_oddly.clone(), user.files.contains_key(path))
    });
    match opened {
        Err(status) => HttpResponse::new(status),
        Ok((Some((status, body)), _)) => {
            HttpResponse::build(StatusCode::from_u16(status).expect("a status")).body(body)
        }
        Ok((None, true)) => HttpResponse::Ok().json(json!({ "path": asked["path"], "moved": [] })),
        Ok((None, false)) => HttpResponse::NotFound().json(json!({ "code": "not_found" })),
    }
}

/// Whoever shows a pass is let in; the site's own token is never shown here.
fn with_pass<T>(
    request: &HttpRequest,
    name: &str,
    users: &Users,
    work: impl FnOnce(&mut User) -> T,
) -> Result<T, StatusCode> {
    let shown = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(!shown.contains(TOKEN) && request.headers().get("cookie").is_none());
    let mut users = lock(users);
    let user = users.get_mut(name).ok_or(StatusCode::NOT_FOUND)?;
    if user.server.as_ref().is_none_or(|server| !server.ready) {
        return Err(StatusCode::FAILED_DEPENDENCY);
    }
    let known = user.passes.iter().any(|pass| !pass.revoked && shown == format!("token {}", pass.token));
    if known { Ok(work(user)) } else { Err(StatusCode::FORBIDDEN) }
}

async fn takes_time(name: &str, users: &Users) {
    let is_slow = lock(users).get_mut(name).is_some_and(|user| {
        user.reading += 1;
        user.most_reading = user.most_reading.max(user.reading);
        user.is_slow
    });
    if is_slow {
        tokio::time::sleep(TIME_IT_TAKES).await;
    }
    if let Some(user) = lock(users).get_mut(name) {
        user.reading -= 1;
    }
}
