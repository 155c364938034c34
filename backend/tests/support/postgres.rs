//! One PostgreSQL server a test run, and a database for each story, cloned from a migrated template.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tenarai::db::{AnyConnection, Target, migrate};

use super::keeper::{Kept, folder};

const TEMPLATE: &str = "tenarai_template";

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

struct Server {
    socket: PathBuf,
    databases: AtomicU32,
    _kept: Kept,
}

/// Stories need no durability, and are told faster without.
static DURABLE: AtomicBool = AtomicBool::new(false);

/// What is committed is on the disk, as in production. To be said before the first database.
#[allow(dead_code, reason = "said by the bench, which shares these words")]
pub fn keep_everything() {
    DURABLE.store(true, Ordering::Relaxed);
}

/// A migrated database of its own, as a URL.
pub fn database() -> String {
    let number = SERVER.databases.fetch_add(1, Ordering::Relaxed);
    let name = format!("story_{number}");
    SERVER.run(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
    SERVER.url(&name)
}

/// A database with nothing in it.
pub fn empty_database() -> String {
    let name = format!("empty_{}", SERVER.databases.fetch_add(1, Ordering::Relaxed));
    SERVER.run(&format!("CREATE DATABASE {name}"));
    SERVER.url(&name)
}

/// Nobody gets in any more, and who is in is thrown out: what a server that goes away looks like to one story.
pub fn lock_out(url: &str) {
    let name = url.rsplit('/').next().unwrap_or_default();
    SERVER.run(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    SERVER.run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
}

/// The way in again after [`lock_out`].
pub fn let_in(url: &str) {
    let name = url.rsplit('/').next().unwrap_or_default();
    SERVER.run(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
}

impl Server {
    fn start() -> Self {
        let bin = programs();
        let dir = folder("tenarai-postgres-");
        let data = dir.join("data");
        let user = unprivileged();
        if let Some(user) = &user {
            chown(&dir, Some(user.uid), Some(user.gid)).expect("root may give a folder away");
        }
        let initdb = bin.join("initdb");
        let mut init = as_user(user.as_ref(), &[text(&initdb), "-D", text(&data), "-U", "postgres", "-A", "trust"]);
        init.extend(["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"].map(str::to_owned));
        let output = Command::new(&init[0]).args(&init[1..]).current_dir(&dir).output().expect("initdb starts");
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        let postgres = bin.join("postgres");
        let mut serve = as_user(user.as_ref(), &[text(&postgres), "-D", text(&data), "-k", text(&dir)]);
        let durable = DURABLE.load(Ordering::Relaxed);
        let lasting = if durable { ["fsync=on", "full_page_writes=on"] } else { ["fsync=off", "full_page_writes=off"] };
        let settings = ["listen_addresses=", "max_connections=300"].into_iter().chain(lasting);
        serve.extend(settings.flat_map(|setting| ["-c".to_owned(), setting.to_owned()]));
        let serve: Vec<&str> = serve.iter().map(String::as_str).collect();
        let server = Self { _kept: Kept::start(&serve, "QUIT", &dir), socket: dir, databases: AtomicU32::new(0) };
        server.wait();
        server.run(&format!("CREATE DATABASE {TEMPLATE}"));
        migrate::run(&Target::Postgres(server.url(TEMPLATE))).expect("the template migrates");
        server
    }

    fn url(&self, database: &str) -> String {
        let socket = text(&self.socket).replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }

    fn wait(&self) {
        let begun = Instant::now();
        while let Err(error) = PgConnection::establish(&self.url("postgres")) {
            let log = std::fs::read_to_string(self.socket.join("server.log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {error}\n{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn run(&self, sql: &str) {
        let mut connection = PgConnection::establish(&self.url("postgres")).expect("the server takes connections");
        connection.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// Where PostgreSQL's programs are; distributions keep most of them out of the PATH.
fn programs() -> PathBuf {
    let asked = Command::new("pg_config").arg("--bindir").output().ok().filter(|output| output.status.success());
    let asked = asked.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    found.sort();
    found.extend(asked);
    let found = found.into_iter().rev().find(|dir| dir.join("initdb").is_file());
    found.expect("the stories need PostgreSQL: install it (Debian: postgresql)")
}

struct User {
    name: &'static str,
    uid: u32,
    gid: u32,
}

/// PostgreSQL refuses to run as root; then it runs as somebody with less.
fn unprivileged() -> Option<User> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok().filter(|output| output.status.success())?;
        String::from_utf8_lossy(&output.stdout).trim().parse::<u32>().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let user = ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| Some(User { name, uid: id(&["-u", name])?, gid: id(&["-g", name])? }));
    Some(user.expect("there is a user `postgres` or `nobody`"))
}

fn as_user(user: Option<&User>, program: &[&str]) -> Vec<String> {
    let change = user.map(|user| {
        let (uid, gid) = (format!("--reuid={}", user.name), format!("--regid={}", user.gid));
        ["setpriv".to_owned(), uid, gid, "--clear-groups".to_owned(), "--".to_owned()]
    });
    change.into_iter().flatten().chain(program.iter().map(|&part| part.to_owned())).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// How many wait for what somebody else holds.
pub fn waiting(database: &mut AnyConnection) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        waiting: i64,
    }
    let query = diesel::sql_query("SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted");
    query.get_result::<Count>(database).expect("PostgreSQL says who waits").waiting
}
