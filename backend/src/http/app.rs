//! The application: which rooms answer where.

use actix_web::dev::Server;
use actix_web::error::{PathError, QueryPayloadError};
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::web::{Data, PathConfig, PayloadConfig, QueryConfig, scope as scope_at};
use actix_web::{App, HttpServer};
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};

use super::listen::Listener;
use super::problem::{INVALID_QUERY, NOT_FOUND, Problem};
use super::{docs, health, middleware, site_info, spa};
use crate::site::Site;
use crate::{
    accounts, assignments, courses, grading, mail, notebooks, notifications, organisations, quizzes, sessions, study,
};

/// Largest JSON body; the only larger ones are declared uploads.
pub const MOST_JSON: usize = 1024 * 1024;

/// Everything under `/api/v1`.
fn api_v1(api: &mut ServiceConfig) {
    // Tried in this order, for the answer and once more for its name in the log: what is asked most comes first.
    study::routes(api);
    quizzes::routes(api);
    assignments::routes(api);
    grading::routes(api);
    sessions::routes(api);
    api.service(site_info::site);
    notifications::routes(api);
    accounts::routes(api);
    mail::routes(api);
    organisations::routes(api);
    courses::routes(api);
    notebooks::routes(api);
    api.service(health::operator_health);
}

/// All documented services, in one place for the application and for the document.
///
/// Handlers name their whole path; utoipa would put the prefix before it once more, were the scopes its own.
pub(super) fn services(config: &mut ServiceConfig) {
    config
        .service(scope::scope(scope_at("/api/v1")).configure(api_v1))
        .service(scope::scope(scope_at("/internal/v1")).configure(sessions::internal_routes))
        .service(scope::scope(scope_at("/content/v1")).configure(courses::content_routes))
        .service(sessions::jwks)
        .service(health::healthz)
        .service(health::readyz)
        .service(health::metrics);
}

/// Answers requests at these places until told to stop.
pub fn serve(
    site: Site,
    listeners: impl IntoIterator<Item = Listener>,
    metrics: PrometheusHandle,
) -> std::io::Result<Server> {
    let workers = match site.config.settings.workers {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        some => some,
    };
    // Threads that wait for a connection would wake each other up in vain.
    let connections = site.config.settings.database_connections as usize;
    let site = Data::new(site);
    let metrics = Data::new(metrics);
    let policy = spa::content_security_policy(&site.config);
    let server = HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add(("x-content-type-options", "nosniff"))
            .add(("referrer-policy", "strict-origin-when-cross-origin"))
            .add(("cross-origin-opener-policy", "same-origin"))
            .add(("cross-origin-resource-policy", "same-origin"))
            .add(("permissions-policy", "camera=(), microphone=(), geolocation=()"))
            .add(("content-security-policy", policy.as_str()));
        let (app, _) = App::new()
            .into_utoipa_app()
            .app_data(site.clone())
            .app_data(metrics.clone())
            .app_data(QueryConfig::default().error_handler(|error, _| query_problem(&error).into()))
            .app_data(PathConfig::default().error_handler(|error, _| path_problem(&error).into()))
            .app_data(PayloadConfig::new(MOST_JSON))
            .configure(services)
            .split_for_parts();
        app.configure(docs::routes)
            .default_service(actix_web::web::to(spa::page))
            .wrap(from_fn(middleware::same_origin_only))
            .wrap(Compress::default())
            .wrap(from_fn(middleware::observe))
            // Outermost: problems are written out by `observe`, and need them as well.
            .wrap(from_fn(sessions::sweep))
            .wrap(headers)
    });
    // We take Ctrl-C ourselves: the hub has to be stopped with us.
    let server = server
        .workers(workers)
        .worker_max_blocking_threads(connections.div_ceil(workers))
        .disable_signals()
        .shutdown_timeout(5);
    let server = listeners.into_iter().try_fold(server, |server, listener| match listener {
        Listener::Tcp(listener) => server.listen(listener),
        Listener::Unix(listener) => server.listen_uds(listener),
    });
    Ok(server?.run())
}

fn query_problem(error: &QueryPayloadError) -> Problem {
    INVALID_QUERY.problem().with("reason", error)
}

/// An id that is no id names nothing.
fn path_problem(_: &PathError) -> Problem {
    NOT_FOUND.problem()
}
