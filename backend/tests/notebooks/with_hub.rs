//! `serve --with-hub`: what the hub is told, and where it cannot be run.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};

use crate::support::program::{complaint, free_address, tenarai};
use crate::support::{Plan, within};

/// The program with a hub that writes down what it was told, starts a learner's server and never stops it.
pub fn with_hub(plan: &Plan, settings: &[(&str, &str)]) -> Command {
    let dir = plan.dir.path();
    let program = dir.join("venv/bin/jupyterhub");
    std::fs::create_dir_all(program.parent().expect("a folder")).expect("the folder takes files");
    let script = r#"#!/bin/sh
HOME=$TENARAI_LEARNERS_DIR/u1 TENARAI_START_ID=1 setsid sleep 100 & echo $! > server
env > env.new && mv env.new env
exec sleep 600
"#;
    std::fs::write(&program, script).expect("the folder takes files");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("ours to change");
    std::fs::write(dir.join("config.py"), "").expect("the folder takes files");
    let mut command = tenarai(plan, &["serve", "--with-hub"]);
    command.env("TENARAI_HUB_VENV", dir.join("venv")).env("TENARAI_HUB_CONFIG", dir.join("config.py"));
    command.envs(settings.iter().copied());
    command
}

/// What the hub was told.
pub async fn environment(plan: &Plan) -> HashMap<String, String> {
    let file: PathBuf = plan.dir.path().join("hub/env");
    let text = within(Duration::from_secs(60), "the hub starts", async || std::fs::read_to_string(&file).ok()).await;
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.into(), value.into())).collect()
}

/// What the hub of a site is told that is ended at once.
async fn told(plan: &Plan, settings: &[(&str, &str)]) -> HashMap<String, String> {
    let mut child = with_hub(plan, settings).spawn().expect("it starts");
    let told = environment(plan).await;
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("it is ours to end");
    // Told to stop while it still waits for the hub, it stops in order.
    assert!(child.wait().expect("it ends").success());
    told
}

#[tokio::test]
async fn a_hub_of_this_machine_listens_where_browsers_find_it() {
    let (site, hub) = (free_address(), free_address());
    let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
    let url = format!("http://{hub}/jupyterhub/");
    let environment = told(&plan, &[("TENARAI_HUB_URL", &url), ("A_SECRET", "of ours"), ("TZ", "Asia/Tokyo")]).await;
    // Of what is set for the site it gets what it needs.
    assert_eq!(environment["TZ"], "Asia/Tokyo");
    assert!(!environment.contains_key("A_SECRET") && !environment.contains_key("TENARAI_DATABASE_URL"));
    assert_eq!(environment["TENARAI_HUB_URL"], format!("http://{hub}/jupyterhub/"));
    assert!(!environment.contains_key("TENARAI_HUB_LISTEN"));
}

#[tokio::test]
async fn a_hub_behind_a_proxy_listens_where_it_is_told() {
    let (site, hub) = (free_address(), free_address());
    let port = site.rsplit(':').next().expect("a port");
    let plan = Plan::on_sqlite().with(|settings| settings.listen = format!("0.0.0.0:{port}"));
    let url = "https://hub.learn.example.com/jupyterhub/";
    let environment = told(&plan, &[("TENARAI_HUB_URL", url), ("TENARAI_HUB_LISTEN", &hub)]).await;
    // Who listens everywhere is found at home.
    assert!(environment["TENARAI_INTERNAL_URL"].starts_with("http://127.0.0.1:"));
    assert_eq!((&*environment["TENARAI_HUB_URL"], &environment["TENARAI_HUB_LISTEN"]), (url, &hub));
}

/// The process id in one of the hub's files, once there is one other than `before`.
pub async fn process(plan: &Plan, file: &str, before: Option<Pid>) -> Pid {
    let file = plan.dir.path().join("hub").join(file);
    within(Duration::from_secs(60), "a process id", async || {
        let text = std::fs::read_to_string(&file).ok()?;
        let pid = Pid::from_raw(text.trim().parse().ok()?);
        (Some(pid) != before).then_some(pid)
    })
    .await
}

fn lives(pid: Pid) -> bool {
    // Nobody may be there to bury it.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
}

#[tokio::test]
async fn a_hub_that_falls_is_started_again_after_longer_and_longer_pauses_and_the_site_says_so() {
    let (site, hub) = (free_address(), free_address());
    let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
    let log = plan.dir.path().join("site.log");
    let mut command = with_hub(&plan, &[("TENARAI_HUB_URL", &format!("http://{hub}/jupyterhub/"))]);
    let mut child = command.stderr(std::fs::File::create(&log).expect("a log")).spawn().expect("it starts");
    let first = process(&plan, "hub.pid", None).await;
    kill(first, Signal::SIGKILL).expect("ours to kill");
    let second = process(&plan, "hub.pid", Some(first)).await;
    kill(second, Signal::SIGKILL).expect("ours to kill");
    process(&plan, "hub.pid", Some(second)).await;
    let said = std::fs::read_to_string(&log).expect("a log");
    let falls: Vec<&str> = said.lines().filter(|line| line.contains("the hub does not run any more")).collect();
    assert_eq!(falls.len(), 2, "{said}");
    for (line, pause) in falls.iter().zip(["again_in=1s", "again_in=2s"]) {
        assert!(line.contains("SIGKILL") && line.contains(pause) && line.contains("hub.log"), "{line}");
    }
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("ours to end");
    assert!(child.wait().expect("it ends").success());
}

/// Whether learners have uids of their own, and may yet listen at every port: in many containers.
pub fn learners_may_take_any_port() -> bool {
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    Uid::effective().is_root() && first.is_ok_and(|first| first.trim().parse::<u16>().is_ok_and(|first| first < 1024))
}

#[tokio::test]
async fn servers_that_a_fallen_hub_left_end_with_the_site() {
    let (site, hub) = (free_address(), free_address());
    let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
    let url = format!("http://{hub}/jupyterhub/");
    let mut child = with_hub(&plan, &[("TENARAI_HUB_URL", &url)]).spawn().expect("it starts");
    let fallen = process(&plan, "hub.pid", None).await;
    let server = process(&plan, "server", None).await;
    // Somebody who lives in the same folder, but was not started by a hub.
    let home = within(Duration::from_secs(60), "the server is itself", async || {
        let environment = std::fs::read_to_string(format!("/proc/{server}/environ")).ok()?;
        environment.split('\0').find_map(|entry| entry.strip_prefix("HOME=")).map(str::to_owned)
    })
    .await;
    let mut neighbour = Command::new("sleep").arg("100").env("HOME", home).spawn().expect("it starts");
    kill(fallen, Signal::SIGKILL).expect("ours to kill");
    process(&plan, "server", Some(server)).await;
    // The next hub finds it again, unless meanwhile it would speak to whoever has the hub's port.
    assert_eq!(lives(server), !learners_may_take_any_port());
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("ours to end");
    assert!(child.wait().expect("it ends").success());
    assert!(!lives(server));
    assert!(neighbour.try_wait().expect("ours to ask").is_none(), "the neighbour goes on");
    neighbour.kill().expect("ours to kill");
    neighbour.wait().expect("it ends");
}

/// At which ports the hub was told to be reached by servers and by its proxy.
fn ports(told: &HashMap<String, String>) -> [u16; 2] {
    ["TENARAI_HUB_PORT_INTERNAL", "TENARAI_HUB_PROXY_API_PORT"].map(|name| told[name].parse().expect("a port"))
}

/// Whether a program of this uid can listen there.
pub fn can_listen(uid: u32, port: u16) -> bool {
    let script = format!("import socket; socket.create_server(('127.0.0.1', {port}))");
    let mut command = Command::new("python3");
    command.args(["-c", &script]).current_dir("/").uid(uid).gid(uid).stderr(Stdio::null());
    command.status().expect("it runs").success()
}

#[tokio::test]
async fn the_ports_inside_are_the_same_for_the_next_hub_and_the_next_site_and_no_learner_can_have_them() {
    let (site, hub) = (free_address(), free_address());
    let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
    let url = format!("http://{hub}/jupyterhub/");
    let first = ports(&told(&plan, &[("TENARAI_HUB_URL", &url)]).await);
    std::fs::remove_file(plan.dir.path().join("hub/env")).expect("ours to remove");
    let second = ports(&told(&plan, &[("TENARAI_HUB_URL", &url)]).await);
    assert!(second == first || learners_may_take_any_port());
    // Those who are not root have one uid for all.
    if Uid::effective().is_root() && !learners_may_take_any_port() {
        assert!(can_listen(0, first[0]) && can_listen(0, first[1]));
        assert!(!can_listen(200_001, first[0]) && !can_listen(200_001, first[1]));
    }
}

#[tokio::test]
async fn servers_that_know_a_port_which_somebody_else_took_end_before_the_hub_has_another() {
    let (site, hub) = (free_address(), free_address());
    let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
    let url = format!("http://{hub}/jupyterhub/");
    // As an earlier site left them; none of those that the sites of other tests choose.
    let list = plan.dir.path().join("hub/ports");
    std::fs::create_dir_all(plan.dir.path().join("hub")).expect("the folder takes folders");
    std::fs::write(&list, if Uid::effective().is_root() { "571 572" } else { "19571 19572" }).expect("it is written");
    let mut child = with_hub(&plan, &[("TENARAI_HUB_URL", &url)]).spawn().expect("it starts");
    let fallen = process(&plan, "hub.pid", None).await;
    let server = process(&plan, "server", None).await;
    let before = std::fs::read_to_string(&list).expect("the ports");
    let port: u16 = before.split(' ').next().and_then(|port| port.parse().ok()).expect("a port");
    let _thief = std::net::TcpListener::bind(("127.0.0.1", port)).expect("the hub of this test leaves it alone");
    kill(fallen, Signal::SIGKILL).expect("ours to kill");
    process(&plan, "server", Some(server)).await;
    assert!(!lives(server), "it would speak to the thief");
    assert!(!std::fs::read_to_string(&list).expect("the ports").contains(&port.to_string()));
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("ours to end");
    assert!(child.wait().expect("it ends").success());
}

/// A process with such a name in its command line, which listens there and works in that folder.
fn lookalike(name: &str, listen: &str, folder: &std::path::Path) -> Child {
    std::fs::create_dir_all(folder).expect("a folder");
    let script = "import socket, sys, time; host, port = sys.argv[2].split(':'); \
                  s = socket.create_server((host, int(port))); print('ready', flush=True); time.sleep(600)";
    let mut command = Command::new("python3");
    command.args(["-c", script, name, listen]).current_dir(folder).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("it speaks");
    child
}

#[tokio::test]
async fn what_a_killed_site_left_is_ended_and_gives_its_port_back() {
    for (name, file) in [("tenarai-hub-proxy", "proxy.pid"), ("jupyterhub", "hub.pid")] {
        let (site, hub) = (free_address(), free_address());
        let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
        let state = plan.dir.path().join("hub");
        let mut orphan = lookalike(name, &hub, &state);
        std::fs::write(state.join(file), orphan.id().to_string()).expect("the folder takes files");
        told(&plan, &[("TENARAI_HUB_URL", &format!("http://{hub}/jupyterhub/"))]).await;
        assert!(!orphan.wait().expect("it was ended").success());
    }
}

#[test]
fn a_stranger_with_the_process_id_of_our_proxy_is_left_alone() {
    let hub = free_address();
    let plan = Plan::on_sqlite().with(|settings| settings.listen = free_address());
    let state = plan.dir.path().join("hub");
    let mut stranger = lookalike("tenarai-hub-proxy", &hub, &plan.dir.path().join("hub/of/another"));
    std::fs::write(state.join("proxy.pid"), stranger.id().to_string()).expect("the folder takes files");
    let mut command = with_hub(&plan, &[("TENARAI_HUB_URL", &format!("http://{hub}/jupyterhub/"))]);
    let said = complaint(&command.output().expect("it runs"));
    assert!(said.contains("is taken by"), "{said}");
    assert!(stranger.try_wait().expect("ours to ask").is_none());
    stranger.kill().expect("ours to end");
    stranger.wait().expect("it ends");
}

#[tokio::test]
async fn two_with_a_hub_on_one_data_folder_are_one_too_many() {
    let plan = Plan::on_sqlite().with(|settings| settings.listen = free_address());
    let file = plan.dir.path().join("hub/env");
    let listen = |hub: String| [("TENARAI_HUB_URL", format!("http://{hub}/jupyterhub/"))];
    let start = |settings: &[(&str, String)]| {
        with_hub(&plan, &settings.iter().map(|(name, value)| (*name, &**value)).collect::<Vec<_>>())
    };
    let mut first = start(&listen(free_address())).spawn().expect("it starts");
    within(Duration::from_secs(60), "the hub starts", async || file.is_file().then_some(())).await;
    let mut second = start(&listen(free_address()));
    let said = complaint(&second.env("TENARAI_LISTEN", free_address()).output().expect("it runs"));
    let why = format!("this data folder is in use by pid {};", first.id());
    assert!(said.contains(&why) && said.lines().count() == 1, "{said}");
    assert!(first.try_wait().expect("ours to ask").is_none());
    first.kill().expect("ours to end");
    first.wait().expect("it ends");
}

#[test]
fn where_the_hub_cannot_be_run_one_line_says_why() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = held.local_addr().expect("an address").to_string();
    let url = "TENARAI_HUB_URL";
    for (settings, why) in [
        (vec![(url, "https://hub.example.com/jupyterhub/")], "set hub_listen to ADDRESS:PORT"),
        (vec![(url, "http://hub.example.com:8000/")], "set hub_listen to ADDRESS:PORT"),
        (vec![(url, "hub")], "hub_url: expected http://"),
        (vec![("TENARAI_HUB_LISTEN", "localhost:8000")], "hub_listen: expected ADDRESS:PORT"),
        (vec![("TENARAI_HUB_LISTEN", &taken)], "is taken by"),
        (vec![("TENARAI_LISTEN", "127.0.0.1:0")], "listen: expected ADDRESS:PORT with a port of its own"),
        (vec![("TENARAI_HUB_TOKEN_FILE", "token")], "--with-hub makes its own; leave them out"),
    ] {
        let plan = Plan::on_sqlite().with(|settings| settings.listen = free_address());
        let said = complaint(&with_hub(&plan, &settings).output().expect("it runs"));
        assert!(said.contains(why) && said.lines().count() == 1, "{settings:?}: {said}");
    }
}

/// The site does with small pages; what is computed in a notebook is faster in large ones.
#[tokio::test]
async fn the_hub_gets_the_pages_that_the_machine_gives() {
    let (site, hub) = (free_address(), free_address());
    let plan = Plan::on_sqlite().with(|settings| settings.listen = site.clone());
    let mut child =
        with_hub(&plan, &[("TENARAI_HUB_URL", &format!("http://{hub}/jupyterhub/"))]).spawn().expect("it starts");
    let hub = process(&plan, "hub.pid", None).await;
    let site = Pid::from_raw(child.id().cast_signed());
    let large = |process: Pid| {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it is there");
        let line = status.lines().find_map(|line| line.strip_prefix("THP_enabled:")).map(str::trim);
        line.map(|word| word == "1")
    };
    let (here, of_site, of_hub) = (large(Pid::this()), large(site), large(hub));
    kill(site, Signal::SIGTERM).expect("ours to end");
    assert!(child.wait().expect("it ends").success());
    // A kernel without large pages has no such line.
    assert_eq!((of_site, of_hub), (here.map(|_| false), here));
}
