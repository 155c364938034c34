//! The command line.

use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::accounts::{self, UserCommand};
use crate::allocator;
use crate::blobs::Blobs;
use crate::config::{Config, Settings};
use crate::db::{self, Db};
use crate::http::Listener;
use crate::notebooks::{HubPlan, Supervisor};
use crate::organisations::{Enrolment, OrganisationCommand};
use crate::rendering::{self, NotebookCommand};
use crate::site::Site;
use crate::{content, demo, http, organisations, sessions, telemetry};

/// E-learning where the text of a chapter stands beside a live Jupyter notebook.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site; settings come from TENARAI_… and the file TENARAI_CONFIG.
    Serve {
        /// Also run JupyterHub on this machine.
        #[arg(long)]
        with_hub: bool,
    },
    /// Bring the database up to this version.
    Migrate,
    /// Check and publish courses.
    #[command(subcommand)]
    Content(ContentCommand),
    /// See notebooks as tutors see them.
    #[command(subcommand)]
    Notebook(NotebookCommand),
    /// Manage people.
    #[command(subcommand)]
    User(UserCommand),
    /// Manage organisations and their licences.
    #[command(subcommand)]
    Organisation(OrganisationCommand),
    /// Enrol a person in a course.
    Enrol(Enrolment),
    /// Jobs that a scheduler runs.
    #[command(subcommand)]
    Job(JobCommand),
    /// Publish the course in DIR and add demo people to it.
    Demo {
        dir: PathBuf,
        /// Where the accounts are written.
        #[arg(long)]
        accounts: Option<PathBuf>,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Settings.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Subcommand)]
enum ContentCommand {
    /// Report every mistake in the course in DIR.
    Check { dir: PathBuf },
    /// Publish the course in DIR; a course with mistakes changes nothing.
    Publish {
        dir: PathBuf,
        /// E-mail address of whoever publishes, for the record.
        #[arg(long)]
        by: Option<String>,
    },
    /// List the publications of a course: number, moment, commit, by whom.
    History { course: String },
    /// Show readers an earlier publication again; what they did meanwhile stays.
    RollBack { course: String, number: i64 },
}

#[derive(Debug, Subcommand)]
enum JobCommand {
    /// Make a new signing key; the old one stays valid until its tokens have expired.
    RotateKeys,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every setting with its default, as a file for TENARAI_CONFIG.
    Example,
    /// Check the present settings.
    Check,
}

type Failure = Box<dyn std::error::Error>;

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    allocator::use_small_pages();
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(code) => code,
        // Whoever read what we print has had enough: `tenarai user list | head`.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("tenarai: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Prints a line. `println!` would panic where nobody reads any more.
fn say(line: impl std::fmt::Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve { with_hub } => serve(with_hub).await,
            Command::Migrate => migrate().await,
            Command::Content(command) => content(command).await,
            Command::Notebook(command) => {
                say(rendering::run_command(command)?)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::User(command) => {
                say(accounts::run_command(&database().await?, command).await?)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Organisation(command) => {
                say(organisations::run_command(&database().await?, command).await?)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Enrol(enrolment) => {
                say(organisations::enrol_command(&database().await?, enrolment).await?)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Job(JobCommand::RotateKeys) => {
                sessions::keys::rotate(&database().await?).await?;
                say("a new key is published and will sign in ten minutes")?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Demo { dir, accounts } => make_demo(dir, accounts).await,
            Command::Openapi => {
                say(http::openapi().to_pretty_json()?)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Config(ConfigCommand::Example) => {
                say(crate::config::example().trim_end())?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Config(ConfigCommand::Check) => {
                Config::load()?;
                say("the settings are fine")?;
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

/// The same for a site that serves: it goes on when nobody reads.
fn announce(line: impl std::fmt::Display) {
    let _ = say(line);
}

/// The settings for commands that have nothing to do with the hub: its tokens may not be written yet.
fn without_hub() -> Result<Config, Failure> {
    let settings = Settings { hub_url: None, hub_token_file: None, lms_token_file: None, ..Settings::load()? };
    Ok(Config::check(settings)?)
}

/// The database of the settings, migrated.
async fn database() -> Result<Db, Failure> {
    let config = without_hub()?;
    migrated(&config).await
}

async fn migrated(config: &Config) -> Result<Db, Failure> {
    if let db::Target::Sqlite(path) = &config.database
        && let Some(parent) = std::path::Path::new(path).parent().filter(|parent| !parent.as_os_str().is_empty())
    {
        std::fs::create_dir_all(parent)?;
    }
    db::migrate::run(&config.database)?;
    Ok(Db::open(&config.database, 4)?)
}

async fn migrate() -> Result<ExitCode, Failure> {
    let config = without_hub()?;
    let steps = db::migrate::run(&config.database)?;
    match steps.len() {
        0 => say("the database is up to date")?,
        _ => say(format!("done: {}", steps.join(", ")))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn content(command: ContentCommand) -> Result<ExitCode, Failure> {
    let verdict = match command {
        ContentCommand::Check { dir } => content::cli::check(&dir),
        ContentCommand::Publish { dir, by } => {
            let config = without_hub()?;
            let (db, blobs) = (migrated(&config).await?, Blobs::in_folder(&config.blobs_dir())?);
            let by = match by {
                Some(email) => Some(accounts::find(&db, &email).await?),
                None => None,
            };
            content::cli::publish(&db, &blobs, &dir, by).await?
        }
        ContentCommand::History { course } => {
            say(content::cli::history(&database().await?, &course).await?)?;
            return Ok(ExitCode::SUCCESS);
        }
        ContentCommand::RollBack { course, number } => {
            say(content::cli::roll_back(&database().await?, &course, number).await?)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    say(verdict.text)?;
    Ok(if verdict.fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn make_demo(dir: PathBuf, accounts: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let config = without_hub()?;
    let (db, blobs) = (migrated(&config).await?, Blobs::in_folder(&config.blobs_dir())?);
    let published = content::publish(&db, &blobs, &dir, None, None).await?;
    let file = accounts.unwrap_or_else(|| config.settings.data_dir.join("demo-accounts.json"));
    let people = demo::seed(&db, published.course, &file).await?;
    say(format!(
        "course published as number {}, {}",
        published.number,
        content::counted(published.chapters, "chapter")
    ))?;
    say(format!("people to sign in as, with their passwords (kept in {}):", file.display()))?;
    for account in people {
        say(format!("  {:<16} {:<28} {}", account.role, account.email, account.password))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(with_hub: bool) -> Result<ExitCode, Failure> {
    let mut told = std::pin::pin!(until_told_to_stop()?);
    let mut settings = Settings::load()?;
    let telemetry = telemetry::start(&settings)?;
    let mut listeners: Vec<Listener> = listen(&settings)?.into_iter().map(Listener::Tcp).collect();
    let mut plan = if with_hub { Some(plan_hub(&mut settings)?) } else { None };
    let mut config = Config::check(settings)?;
    if let Some(plan) = &mut plan {
        config.meet_hub_at(plan.doors.clone());
        listeners.extend(plan.take_listeners());
    }
    let supervisor = plan.map(Supervisor::start).transpose()?;
    let site = Site::open(config).await?;
    let server = http::serve(site.clone(), listeners, telemetry.metrics.clone())?;
    let handle = server.handle();
    let running = tokio::spawn(server);
    tokio::select! {
        () = &mut told => {}
        () = say_where_it_is(&site) => told.await,
    }
    let with = if supervisor.is_some() { ", with JupyterHub and its notebook servers" } else { "" };
    announce(format!("stopping{with}"));
    let hub = tokio::task::spawn_blocking(move || supervisor.map(Supervisor::stop));
    let ((), hub_stopped) = tokio::join!(handle.stop(true), hub);
    hub_stopped?;
    running.await??;
    announce("stopped");
    Ok(ExitCode::SUCCESS)
}

fn listen(settings: &Settings) -> Result<Vec<TcpListener>, Failure> {
    let address: SocketAddr =
        settings.listen.parse().map_err(|_| format!("listen: {} is not ADDRESS:PORT", settings.listen))?;
    http::listen(address).map_err(|error| http::taken(address.port(), &error).into())
}

fn plan_hub(settings: &mut Settings) -> Result<HubPlan, Failure> {
    let plan = HubPlan::prepare(settings)?;
    plan.end_orphans();
    drop(http::listen(plan.listen).map_err(|error| http::taken(plan.listen.port(), &error))?);
    settings.hub_url = Some(plan.hub_url.clone());
    settings.hub_internal_url = Some(plan.hub_internal_url.clone());
    settings.hub_token_file = Some(plan.hub_token_file.clone());
    settings.lms_token_file = Some(plan.lms_token_file.clone());
    settings.checks_python.get_or_insert_with(|| settings.hub_venv.join("bin/python"));
    announce(format!("starting JupyterHub (log: {})", plan.log_file.display()));
    Ok(plan)
}

/// Says where the site is, once a person can use it; a hub that takes its time is not waited for.
async fn say_where_it_is(site: &Site) {
    let ready = || announce(format!("ready  {}", site.config.public_origin));
    let Some(hub) = &site.hub else { return ready() };
    let mut answers = std::pin::pin!(async {
        let mut timer = tokio::time::interval(Duration::from_millis(250));
        while hub.version().await.is_err() {
            timer.tick().await;
        }
        announce(format!("hub    {}", hub.base_url()));
    });
    if tokio::time::timeout(Duration::from_secs(60), &mut answers).await.is_err() {
        announce("the hub does not answer yet; the texts can be read meanwhile");
        ready();
        return answers.await;
    }
    ready();
}

/// From now on these signals are ours; the future is there once one came.
fn until_told_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
