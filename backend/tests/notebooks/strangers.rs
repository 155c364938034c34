//! A program of somebody else at a port where site and hub are looked for: neither shows it anything.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};

use super::with_hub::{can_listen, environment, learners_may_take_any_port, process, with_hub};
use crate::support::program::free_address;
use crate::support::{Plan, within};

/// What is asked of whoever listens there, up to the empty line.
async fn next_request(listener: &UnixListener) -> String {
    let (stream, _) = within(Duration::from_secs(20), "somebody comes", async || listener.accept().ok()).await;
    stream.set_nonblocking(false).expect("it can be read");
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn token_in(request: &str) -> &str {
    let line = request.lines().find(|line| line.starts_with("authorization: token ")).expect("a token");
    line.rsplit(' ').next().expect("a token")
}

/// Stands where the hub's proxy would.
fn in_place_of_the_proxy(socket: &str) -> UnixListener {
    let _ = std::fs::remove_file(socket);
    let listener = UnixListener::bind(socket).expect("it can be there");
    listener.set_nonblocking(true).expect("it can be asked");
    listener
}

fn end(mut site: Child) {
    kill(Pid::from_raw(site.id().cast_signed()), Signal::SIGTERM).expect("ours to end");
    assert!(site.wait().expect("it ends").success());
}

fn token(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join("hub").join(name)).expect("a token")
}

#[tokio::test]
async fn who_listens_at_the_hubs_port_is_not_shown_the_sites_token_and_each_hub_has_another() {
    let (site, hub) = (free_address(), free_address());
    let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
    let folder = plan.dir.path();
    let internal = format!("http://{hub}/jupyterhub/");
    let settings = [("TENARAI_HUB_URL", &*internal), ("TENARAI_HUB_INTERNAL_URL", &*internal)];
    let child = with_hub(&plan, &settings).spawn().expect("it starts");
    let told = environment(&plan).await;
    // The hub of this story never listens, so that its port is free.
    let stranger = TcpListener::bind(&hub).expect("nobody is there");
    stranger.set_nonblocking(true).expect("it can be asked");
    let proxy = in_place_of_the_proxy(&told["TENARAI_HUB_PROXY_SOCKET"]);
    let first = token_in(&next_request(&proxy).await).to_owned();
    assert_eq!(first, token(folder, "lms-at-hub.token"));
    let first_of_hub = token(folder, "hub-at-lms.token");

    let fallen = process(&plan, "hub.pid", None).await;
    kill(fallen, Signal::SIGKILL).expect("ours to kill");
    process(&plan, "hub.pid", Some(fallen)).await;
    let second = within(Duration::from_secs(20), "the new token is shown", async || {
        let shown = token_in(&next_request(&proxy).await).to_owned();
        (shown != first).then_some(shown)
    })
    .await;
    assert_eq!(second, token(folder, "lms-at-hub.token"));
    assert_ne!(first_of_hub, token(folder, "hub-at-lms.token"));
    let heard = stranger.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(heard, Err(ErrorKind::WouldBlock), "somebody spoke to the stranger");
    end(child);
}

/// A process as a learner may leave it: without a word in its environment of where it comes from.
fn left_behind(uid: u32, group: &str) -> Child {
    let uid = uid.to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &uid, "--regid", &uid, "--groups", group, "env", "-i", "sleep", "600"]);
    command.process_group(0).spawn().expect("it starts")
}

/// The group that marks the learners of a site, as the spawner reckons it.
fn group_of(learners: &Path) -> String {
    let script = "import hashlib, os, sys; \
                  print(100_000_000 + int.from_bytes(hashlib.sha256(os.fsencode(sys.argv[1])).digest()[:3], 'big'))";
    let output = Command::new("python3").args(["-c", script]).arg(learners).output().expect("it runs");
    String::from_utf8(output.stdout).expect("a number").trim().to_owned()
}

#[tokio::test]
async fn what_a_learner_left_behind_ends_with_the_site_though_the_hub_had_fallen() {
    if !Uid::effective().is_root() {
        return;
    }
    let (site, hub) = (free_address(), free_address());
    let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
    let child =
        with_hub(&plan, &[("TENARAI_HUB_URL", &format!("http://{hub}/jupyterhub/"))]).spawn().expect("it starts");
    let fallen = process(&plan, "hub.pid", None).await;
    let ours = group_of(&plan.dir.path().join("learners"));
    let (alone, beside) = (left_behind(209_907, &ours), left_behind(209_908, &ours));
    // Another site's learner of the same number.
    let mut neighbour = left_behind(209_908, "100000000");
    for left in [&alone, &beside, &neighbour] {
        let environment = format!("/proc/{}/environ", left.id());
        let is_itself = async || std::fs::read(&environment).is_ok_and(|text| text.is_empty()).then_some(());
        within(Duration::from_secs(20), "it is a learner's", is_itself).await;
    }
    kill(fallen, Signal::SIGKILL).expect("ours to kill");
    end(child);
    assert!(neighbour.try_wait().expect("ours to ask").is_none(), "the neighbour goes on");
    neighbour.kill().expect("ours to kill");
    neighbour.wait().expect("it ends");
    for mut left in [alone, beside] {
        assert!(left.try_wait().expect("ours to ask").is_some(), "it goes on");
    }
}

/// The status of an answer to the hub's question whether this person is signed in.
fn asked_at(socket: &str, token: &str) -> String {
    let mut stream = UnixStream::connect(socket).expect("the site listens");
    write!(
        stream,
        "GET /internal/v1/users/u1/sessions HTTP/1.1\r\nHost: site\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\n\r\n"
    )
    .expect("it is sent");
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).expect("an answer");
    line.split(' ').nth(1).expect("a status").to_owned()
}

#[tokio::test]
async fn the_hub_finds_the_site_where_nobody_else_can_be_and_learners_servers_do_too() {
    let (site, hub) = (free_address(), free_address());
    let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
    let url = format!("http://{hub}/jupyterhub/");
    let mut inner = Vec::new();
    for _ in 0..2 {
        let child = with_hub(&plan, &[("TENARAI_HUB_URL", &url)]).spawn().expect("it starts");
        let told = environment(&plan).await;
        let socket = &told["TENARAI_INTERNAL_SOCKET"];
        let around = Path::new(socket).parent().expect("a folder");
        assert_eq!(std::fs::metadata(around).expect("a folder").permissions().mode() & 0o777, 0o700);
        let of_hub = token(plan.dir.path(), "hub-at-lms.token");
        // Nobody has that number yet.
        assert_eq!(asked_at(socket, &of_hub), "404");
        assert_eq!(asked_at(socket, "a guess"), "401");
        inner.push(told["TENARAI_INTERNAL_URL"].clone());
        end(child);
        assert!(UnixStream::connect(socket).is_err(), "nobody is there");
        std::fs::remove_file(plan.dir.path().join("hub/env")).expect("ours to remove");
    }
    assert_eq!(inner[0], inner[1], "servers that outlive the site find it again");
    let port: u16 = inner[0].rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    if Uid::effective().is_root() && !learners_may_take_any_port() {
        assert!(can_listen(0, port) && !can_listen(200_001, port));
    } else {
        assert_eq!(inner[0], format!("http://{site}"));
    }
}
