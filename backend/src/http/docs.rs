//! The API's own documentation, served from here alone.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, get, web};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// `/api/openapi.json` and `/api/docs/`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(document)
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
