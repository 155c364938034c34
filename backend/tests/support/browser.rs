//! A browser: it keeps cookies and says where its requests come from.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cookie_store::CookieStore;
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use url::Url;

use super::answer::Answer;
use super::within;

#[derive(Clone)]
pub struct Browser {
    client: Client,
    /// Where requests go, in turn.
    servers: Vec<String>,
    turn: Arc<AtomicUsize>,
    /// The site's address as the browser knows it.
    origin: String,
    cookies: Arc<Mutex<CookieStore>>,
}

impl Browser {
    pub fn at(server: &str, origin: &str) -> Self {
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Self {
            client: client.expect("a client without TLS"),
            servers: vec![server.to_owned()],
            turn: Arc::default(),
            origin: origin.to_owned(),
            cookies: Arc::default(),
        }
    }

    /// The same browser, with its cookies, talking to another process of the site.
    pub fn via(&self, server: &str) -> Self {
        Self { servers: vec![server.to_owned()], ..self.clone() }
    }

    /// The same browser, whose requests also go to this process of the site, every second one.
    pub fn and_via(mut self, server: &str) -> Self {
        self.servers.push(server.to_owned());
        self
    }

    /// Another browser that got hold of this one's cookies.
    pub fn stolen(&self) -> Self {
        let copy = self.jar().clone();
        Self { cookies: Arc::new(Mutex::new(copy)), ..self.clone() }
    }

    /// The session ended: each process knows it within a second, and refuses the token.
    #[track_caller]
    pub fn is_signed_out(&self) -> impl Future<Output = ()> {
        let known = within(Duration::from_secs(1), "the session ended", async || {
            let mut answers = Vec::new();
            for _process in &self.servers {
                answers.push(self.get("/api/v1/session").await.status);
            }
            answers.iter().all(|&status| status == 401).then_some(())
        });
        async {
            known.await;
            self.get("/api/v1/session").await.refused(401, "session_ended");
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// A request without a body.
    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.ask(Method::POST, path, None).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    /// As a page of the site itself asks.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.as_page(method, path);
        self.send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// The headers a browser adds for a page of the site itself.
    pub fn as_page(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.bare(method.clone(), path).header("sec-fetch-site", "same-origin");
        if method == Method::GET { request } else { request.header("origin", &self.origin) }
    }

    /// With the cookies, and nothing that says where it comes from.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let url = format!("{}{path}", self.servers[turn % self.servers.len()]);
        let cookies = self.cookies_for(path);
        let request = self.client.request(method, url).header("accept-language", "en");
        if cookies.is_empty() { request } else { request.header(COOKIE, cookies) }
    }

    /// Sends it and keeps the cookies that come back.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = Answer::read(request.send().await.expect("the site answers")).await;
        self.keep(&answer);
        answer
    }

    /// Sends it and hands the answer over while it is still coming.
    pub async fn stream(&self, path: &str) -> reqwest::Response {
        // As browsers do; this one could not read what is compressed.
        let request = self.as_page(Method::GET, path).header("accept-encoding", "gzip, deflate, br, zstd");
        request.send().await.expect("the site answers")
    }

    fn keep(&self, answer: &Answer) {
        let here = self.address("");
        let mut jar = self.jar();
        for cookie in answer.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            // A jar refuses what a browser would refuse; deletion of an unknown cookie is no event.
            let _ = jar.parse(cookie, &here);
        }
    }

    /// Where a path is by the browser's lights: cookies are kept by that, wherever requests really go.
    fn address(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.origin)).expect("an address")
    }

    /// What the browser sends along to this path.
    pub fn cookies_for(&self, path: &str) -> String {
        let url = self.address(path);
        let jar = self.jar();
        let pairs = jar.get_request_values(&url).map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// The names of the cookies it sends along to any address, in order.
    pub fn cookies_at(&self, url: &str) -> Vec<String> {
        let url = Url::parse(url).expect("an address");
        let jar = self.jar();
        let mut names: Vec<_> = jar.get_request_values(&url).map(|(name, _)| name.to_owned()).collect();
        names.sort_unstable();
        names
    }

    /// The value of a cookie, whatever its path.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let jar = self.jar();
        jar.iter_unexpired().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
    }

    /// Puts a cookie in by hand, as somebody does who forges one.
    pub fn plant(&self, cookie: &str) {
        let here = self.address("");
        self.jar().parse(cookie, &here).expect("a cookie the jar takes");
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, CookieStore> {
        self.cookies.lock().expect("nobody panics with the jar in hand")
    }
}
