//! A hub that does what its story says. It speaks the part of JupyterHub's REST API that the site uses; the real one
//! is met in the hub's own tests and in the browser's.

mod own_server;

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, delete, get, post};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::plan::Plan;

const TOKEN: &str = "the-site-shows-this-token-to-the-hub-0123456789";

pub struct FakeHub {
    port: u16,
    users: Users,
    illness: Data<Illness>,
    server: ServerHandle,
}

/// While it lasts, whatever is asked is refused, and counted.
#[derive(Default)]
struct Illness {
    lasts: AtomicBool,
    refused: AtomicUsize,
}

type Users = Data<Mutex<HashMap<String, User>>>;

#[derive(Default)]
struct User {
    server: Option<Server>,
    /// How often a server was really started, and stopped.
    spawns: usize,
    stops: usize,
    /// The hub learns of the user from somebody else, between two questions of the site.
    is_raced: bool,
    /// What is saved in the working folder.
    files: HashMap<String, File>,
    passes: Vec<Pass>,
    /// Which chapters' notebooks its server was asked for, and where.
    opened: Vec<(i64, String)>,
    /// Renamings that its server will hear of when it is asked for a chapter.
    moves: Vec<(String, String)>,
    /// What it answers instead, when it is asked for one.
    opens_oddly: Option<(u16, String)>,
    /// Its server takes its time with a file; of how many at once.
    is_slow: bool,
    reading: usize,
    most_reading: usize,
}

/// What the user's server answers when it is asked for a file.
#[derive(Clone)]
enum File {
    Saved(String),
    /// A server that was made to answer this instead.
    Odd(u16, String),
}

/// A token for one user's server.
struct Pass {
    token: String,
    asked: Value,
    revoked: bool,
}

struct Server {
    ready: bool,
    stopping: bool,
    progress: watch::Sender<Told>,
}

/// What the progress stream has said so far, and whether that is all.
#[derive(Default, Clone)]
struct Told {
    lines: Vec<Value>,
    over: bool,
}

impl FakeHub {
    pub fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").expect("a free port"), Data::new(Mutex::default()))
    }

    /// The same hub, after it was away.
    pub fn again(&self) -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", self.port)).expect("its port is free"), self.users.clone())
    }

    fn on(listener: TcpListener, users: Users) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let (data, illness) = (users.clone(), Data::new(Illness::default()));
        let ill = illness.clone();
        let server = HttpServer::new(move || App::new().app_data(data.clone()).app_data(ill.clone()).configure(routes));
        let server = server.workers(1).disable_signals().listen(listener).expect("it listens").run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { port, users, illness, server: handle }
    }

    /// The settings of a site that has this hub.
    pub fn serves(&self, plan: Plan) -> Plan {
        let file = plan.dir.path().join("hub-token");
        std::fs::write(&file, TOKEN).expect("the folder takes files");
        let url = format!("http://127.0.0.1:{}/jupyterhub/", self.port);
        plan.with(|settings| (settings.hub_url, settings.hub_token_file) = (Some(url), Some(file)))
    }

    /// It answers, but does nothing it is asked for.
    pub fn falls_ill(&self) {
        self.illness.lasts.store(true, Ordering::Relaxed);
    }

    pub fn recovers(&self) {
        self.illness.lasts.store(false, Ordering::Relaxed);
    }

    /// How often it was asked in vain.
    pub fn refusals(&self) -> usize {
        self.illness.refused.load(Ordering::Relaxed)
    }

    pub async fn goes_away(&self) {
        self.server.stop(false).await;
    }

    /// Says this on the way to a server that is ready.
    pub fn tells(&self, name: &str, progress: Value) {
        self.with(name, |user| {
            let server = user.server.as_ref().expect("it is starting");
            server.progress.send_modify(|told| told.lines.push(progress));
        });
    }

    pub fn becomes_ready(&self, name: &str) {
        self.tells(name, json!({ "progress": 100, "message": "Server ready", "ready": true }));
        self.with(name, |user| {
            let server = user.server.as_mut().expect("it is starting");
            server.ready = true;
            server.progress.send_modify(|told| told.over = true);
        });
    }

    pub fn fails(&self, name: &str, message: &str) {
        self.tells(name, json!({ "progress": 100, "message": message, "failed": true }));
        self.with(name, |user| {
            let server = user.server.take().expect("it is starting");
            server.progress.send_modify(|told| told.over = true);
        });
    }

    /// The culler found it idle.
    pub fn culls(&self, name: &str) {
        self.with(name, |user| user.server = None);
    }

    /// It is being stopped, which takes a while: until it is culled.
    pub fn is_stopping(&self, name: &str) {
        self.with(name, |user| {
            let server = user.server.as_mut().expect("it runs");
            (server.ready, server.stopping) = (false, true);
        });
    }

    /// Another process makes this user known at the same moment as the site does.
    pub fn hears_of_twice(&self, name: &str) {
        self.with(name, |user| user.is_raced = true);
    }

    /// Somebody's server runs.
    pub fn runs(&self, name: &str) {
        self.with(name, |user| {
            user.server = Some(Server { ready: true, stopping: false, progress: watch::Sender::default() })
        });
    }

    /// This is saved in somebody's working folder.
    pub fn keeps(&self, name: &str, path: &str, text: &str) {
        let file = File::Saved(text.to_owned());
        self.with(name, |user| user.files.insert(path.to_owned(), file));
    }

    /// Somebody's server, which is theirs to change, answers this when it is asked for the file.
    pub fn answers_oddly(&self, name: &str, path: &str, status: u16, body: &str) {
        let file = File::Odd(status, body.to_owned());
        self.with(name, |user| user.files.insert(path.to_owned(), file));
    }

    /// A publication gave files other names, of which the server will hear when it is asked for a chapter.
    pub fn will_move(&self, name: &str, moves: &[(String, String)]) {
        self.with(name, |user| user.moves.extend_from_slice(moves));
    }

    /// Somebody's server answers this when it is asked for a chapter's notebook.
    pub fn opens_oddly(&self, name: &str, status: u16, body: &str) {
        self.with(name, |user| user.opens_oddly = Some((status, body.to_owned())));
    }

    /// Which chapters' notebooks the server was asked for, and where.
    pub fn opened(&self, name: &str) -> Vec<(i64, String)> {
        self.with(name, |user| user.opened.clone())
    }

    /// From now on the server takes its time with a file.
    pub fn is_slow(&self, name: &str) {
        self.with(name, |user| user.is_slow = true);
    }

    /// How many files it was asked for at once, at most.
    pub fn most_reading(&self, name: &str) -> usize {
        self.with(name, |user| user.most_reading)
    }

    /// What was asked of each token for somebody's server, and whether it has been revoked.
    pub fn passes(&self, name: &str) -> Vec<(Value, bool)> {
        self.with(name, |user| user.passes.iter().map(|pass| (pass.asked.clone(), pass.revoked)).collect())
    }

    pub fn spawns(&self, name: &str) -> usize {
        self.with(name, |user| user.spawns)
    }

    pub fn stops(&self, name: &str) -> usize {
        self.with(name, |user| user.stops)
    }

    fn with<T>(&self, name: &str, work: impl FnOnce(&mut User) -> T) -> T {
        work(lock(&self.users).entry(name.to_owned()).or_default())
    }
}

fn lock(users: &Users) -> MutexGuard<'_, HashMap<String, User>> {
    users.lock().expect("nobody panics with the users in hand")
}

fn routes(config: &mut ServiceConfig) {
    let api = actix_web::web::scope("/jupyterhub/hub/api");
    config.service(
        api.service(answer_version)
            .service(answer_active)
            .service(answer_progress)
            .service(answer_start)
            .service(answer_stop)
            .service(answer_user)
            .service(answer_mint)
            .service(answer_revoke)
            .service(answer_add),
    );
    config.configure(own_server::routes);
}

fn refused(request: &HttpRequest) -> Option<HttpResponse> {
    let illness = request.app_data::<Data<Illness>>().expect("every hub has it");
    if illness.lasts.load(Ordering::Relaxed) {
        illness.refused.fetch_add(1, Ordering::Relaxed);
        return Some(HttpResponse::ServiceUnavailable().finish());
    }
    let shown = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    (shown != Some(&format!("token {TOKEN}")))
        .then(|| HttpResponse::Forbidden().json(json!({ "status": 403, "message": "who are you?" })))
}

fn no_such_user() -> HttpResponse {
    HttpResponse::NotFound().json(json!({ "status": 404, "message": "No such user" }))
}

#[get("/")]
async fn answer_version() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "version": "6.1.1" }))
}

#[get("/users")]
async fn answer_active(request: HttpRequest, query: Query<HashMap<String, String>>, users: Users) -> HttpResponse {
    if let Some(refused) = refused(&request) {
        return refused;
    }
    assert_eq!(query.get("state").map(String::as_str), Some("active"));
    let users = lock(&users);
    let names = users.iter().filter(|(_, user)| user.server.is_some()).map(|(name, _)| json!({ "name": name }));
    HttpResponse::Ok().json(names.collect::<Vec<_>>())
}

#[get("/users/{name}")]
async fn answer_user(request: HttpRequest, name: Path<String>, users: Users) -> HttpResponse {
    if let Some(refused) = refused(&request) {
        return refused;
    }
    let users = lock(&users);
    let Some(user) = users.get(name.as_str()) else { return no_such_user() };
    let servers = user.server.as_ref().map(|server| {
        let pending = (!server.ready).then_some(if server.stopping { "stop" } else { "spawn" });
        json!({ "": { "ready": server.ready, "pending": pending, "started": "2026-11-24T01:00:00Z" } })
    });
    HttpResponse::Ok().json(json!({ "name": *name, "servers": servers.unwrap_or_else(|| json!({})) }))
}

#[post("/users/{name}")]
async fn answer_add(request: HttpRequest, name: Path<String>, users: Users) -> HttpResponse {
    if let Some(refused) = refused(&request) {
        return refused;
    }
    let mut users = lock(&users);
    if let Some(user) = users.get_mut(name.as_str()) {
        user.is_raced = false;
        return HttpResponse::Conflict().json(json!({ "status": 409, "message": "User already exists" }));
    }
    users.entry(name.into_inner()).or_default();
    HttpResponse::Created().finish()
}

#[post("/users/{name}/server")]
async fn answer_start(request: HttpRequest, name: Path<String>, users: Users) -> HttpResponse {
    if let Some(refused) = refused(&request) {
        return refused;
    }
    let mut users = lock(&users);
    let Some(user) = users.get_mut(name.as_str()).filter(|user| !user.is_raced) else { return no_such_user() };
    if user.server.is_some() {
        return HttpResponse::BadRequest().json(json!({ "status": 400, "message": "is pending spawn" }));
    }
    user.server = Some(Server { ready: false, stopping: false, progress: watch::Sender::default() });
    user.spawns += 1;
    HttpResponse::Accepted().finish()
}

#[delete("/users/{name}/server")]
async fn answer_stop(request: HttpRequest, name: Path<String>, users: Users) -> HttpResponse {
    if let Some(refused) = refused(&request) {
        return refused;
    }
    let mut users = lock(&users);
    let Some(user) = users.get_mut(name.as_str()) else { return no_such_user() };
    user.server = None;
    user.stops += 1;
    HttpResponse::NoContent().finish()
}

#[get("/users/{name}/server/progress")]
async fn answer_progress(request: HttpRequest, name: Path<String>, users: Users) -> HttpResponse {
    if let Some(refused) = refused(&request) {
        return refused;
    }
    let told = lock(&users).get(name.as_str()).and_then(|user| Some(user.server.as_ref()?.progress.subscribe()));
    let Some(told) = told else { return HttpResponse::NotFound().finish() };
    HttpResponse::Ok().content_type("text/event-stream").streaming(stream::unfold((told, 0), next_line))
}

async fn next_line(
    (mut told, said): (watch::Receiver<Told>, usize),
) -> Option<(Result<Bytes, Infallible>, (watch::Receiver<Told>, usize))> {
    loop {
        let now = told.borrow_and_update().clone();
        if let Some(line) = now.lines.get(said) {
            return Some((Ok(Bytes::from(format!("data: {line}\r\n\r\n"))), (told, said + 1)));
        }
        if now.over || told.changed().await.is_err() {
            return None;
        }
    }
}

#[post("/users/{name}/tokens")]
async fn answer_mint(
    request: HttpRequest,
    name: Path<String>,
    asked: actix_web::web::Json<Value>,
    users: Users,
) -> HttpResponse {
    if let Some(refused) = refused(&request) {
        return refused;
    }
    let mut users = lock(&users);
    let Some(user) = users.get_mut(name.as_str()) else { return no_such_user() };
    let id = format!("a{}", user.passes.len());
    let token = format!("pass-{name}-{id}");
    user.passes.push(Pass { token: token.clone(), asked: asked.into_inner(), revoked: false });
    HttpResponse::Created().json(json!({ "id": id, "token": token }))
}

#[delete("/users/{name}/tokens/{id}")]
async fn answer_revoke(request: HttpRequest, path: Path<(String, String)>, users: Users) -> HttpResponse {
    if let Some(refused) = refused(&request) {
        return refused;
    }
    let mut users = lock(&users);
    let pass = path.1.strip_prefix('a').and_then(|id| id.parse::<usize>().ok());
    let pass = pass.and_then(|id| users.get_mut(&path.0)?.passes.get_mut(id));
    let Some(pass) = pass else { return HttpResponse::NotFound().finish() };
    pass.revoked = true;
    HttpResponse::NoContent().finish()
}
