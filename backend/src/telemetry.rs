//! Logs, figures, and reports of errors.

use std::io::IsTerminal;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use sentry::integrations::tracing::ErrorLayer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::config::{LogFormat, Settings};

/// Seconds; from a cache hit to a slow call of the hub.
const BUCKETS: &[f64] = &[0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Seconds; from a server on this machine to one for which a cluster has to add a node and pull an image.
const SPAWN_BUCKETS: &[f64] =
    &[1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0];

/// Keep it until the end: reports are sent when it is dropped.
pub struct Telemetry {
    pub metrics: PrometheusHandle,
    _sentry: Option<sentry::ClientInitGuard>,
}

/// Starts logging and counting; once a process.
pub fn start(settings: &Settings) -> Result<Telemetry, BuildError> {
    let reports = settings.sentry_dsn.as_deref().map(|dsn| sentry::init((dsn, sentry_options(settings))));
    let usual = match settings.log_format {
        LogFormat::Text => "info,access=off,actix_server=warn",
        LogFormat::Json => "info,actix_server=warn",
    };
    let filter = EnvFilter::new(settings.log_filter.as_deref().unwrap_or(usual));
    let lines = match settings.log_format {
        LogFormat::Text => fmt::layer()
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr)
            .boxed(),
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        // The log line of a failed request is its one report; no breadcrumbs, they could carry what users typed.
        .with(reports.is_some().then(|| ErrorLayer::new().with_filter(LevelFilter::ERROR)))
        .init();
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)?
        .set_buckets_for_metric(Matcher::Full("tenarai_spawn_seconds".to_owned()), SPAWN_BUCKETS)?
        .install_recorder()?;
    metrics::describe_histogram!("tenarai_request_seconds", metrics::Unit::Seconds, "Time to answer a request");
    metrics::describe_histogram!(
        "tenarai_database_seconds",
        metrics::Unit::Seconds,
        "Time of a read or of a durable write"
    );
    metrics::describe_histogram!(
        "tenarai_spawn_seconds",
        metrics::Unit::Seconds,
        "From a start asked for to a server that is ready"
    );
    metrics::describe_histogram!("tenarai_hub_seconds", metrics::Unit::Seconds, "Time the hub took to answer us");
    metrics::describe_counter!("tenarai_mails_total", "What came of mails: sent, put off, failed, dropped");
    Ok(Telemetry { metrics, _sentry: reports })
}

fn sentry_options(settings: &Settings) -> sentry::ClientOptions {
    let mut options = sentry::ClientOptions::default();
    options.release = Some(concat!("tenarai@", env!("CARGO_PKG_VERSION")).into());
    options.environment = Some(settings.sentry_environment.clone().into());
    options.attach_stacktrace = true;
    // A host's name is nobody's business but the operator's.
    options.server_name = Some("tenarai".into());
    options.before_send = Some(std::sync::Arc::new(|mut event| {
        event.user = None;
        event.request = None;
        Some(event)
    }));
    options
}
