//! The API's own documentation, served from here alone.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::middleware::locale_of;
use crate::accounts::Locale;

/// `/api/openapi.json`, `/api/docs/` and `/docs/problems`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(document)
        .service(problems)
        .service(web::redirect("/api/docs", "/api/docs/"))
        .service(SwaggerUi::new("/api/docs/{_:.*}").config(Config::from("/api/openapi.json").validator_url("none")));
}

#[get("/api/openapi.json")]
async fn document() -> HttpResponse {
    match super::openapi().to_pretty_json() {
        Ok(json) => HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(json),
        Err(error) => HttpResponse::from_error(super::problem::INTERNAL.caused_by(error)),
    }
}

/// What `type` of a problem points to: each code is an anchor. In the reader's language, without a script.
#[get("/docs/problems")]
async fn problems(request: HttpRequest) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((VARY, "accept-language"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ))
        .body(problems_page(locale_of(&request)))
}

const STYLE: &str = "body{max-width:45rem;margin:2rem auto;padding:0 1rem;font-family:system-ui,sans-serif;line-height:1.7}\
    h2{margin:2.5rem 0 0}:target{outline:2px solid;outline-offset:.5rem}:root{color-scheme:light dark}";

fn problems_page(locale: Locale) -> String {
    let (title, about) = match locale {
        Locale::Ja => (
            "エラーの一覧",
            "サイトが返すエラーを、コードごとに説明します。コードは変わりません。「…」には、その時の値が入ります。",
        ),
        Locale::En => (
            "Problems",
            "What the site answers when something is wrong, by its code, which is stable. \u{2026} stands for what it was.",
        ),
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{locale}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} – Tenarai</title>\n\
         <style>{STYLE}</style>\n<main>\n<h1>{title}</h1>\n<p>{about}</p>\n"
    );
    for kind in super::kinds() {
        let (code, words) = (kind.code, kind.words(locale));
        page.push_str(&format!(
            "<section id=\"{code}\">\n<h2>{}</h2>\n<p><a href=\"#{code}\"><code>{code}</code></a> · {}</p>\n\
             <p>{}</p>\n</section>\n",
            escaped(words.title),
            kind.status,
            escaped(&without_names(words.detail)),
        ));
    }
    page + "</main>\n"
}

/// The places that are filled from a problem's arguments.
fn without_names(detail: &str) -> String {
    let mut parts = detail.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "…" + part.split_once('}').map_or(part, |(_, rest)| rest))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
