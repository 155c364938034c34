//! A mail server of a story's own. It speaks as much SMTP as it takes, and answers as the story wants.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use mailparse::{MailHeaderMap, ParsedMail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::plan::Plan;
use super::within;

const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct PostOffice {
    address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    held: watch::Sender<bool>,
}

#[derive(Default)]
struct Desk {
    /// What is said to a command in place of yes.
    answers: HashMap<&'static str, &'static str>,
    /// Came in whole, whatever was said to it.
    offered: Vec<String>,
    /// Was taken: the other side has our word.
    taken: Vec<Taken>,
    /// The next whole mail never gets an answer.
    silent: bool,
}

#[derive(Debug, Clone)]
pub struct Taken {
    pub to: String,
    pub raw: String,
}

impl PostOffice {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let office = Self { address, desk: Arc::default(), held: watch::Sender::new(false) };
        let ours = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let ours = ours.clone();
                // Who breaks off in the middle has nothing to complain of.
                tokio::spawn(async move { drop(ours.talk(stream).await) });
            }
        });
        office
    }

    /// A site that sends its mail here.
    pub fn serves(&self, plan: Plan) -> Plan {
        let url = format!("smtp://{}", self.address);
        self.at(plan, url)
    }

    /// One that shows itself with a password.
    pub fn serves_with_password(&self, plan: Plan) -> Plan {
        let url = format!("smtp://tenarai:the-password@{}", self.address);
        self.at(plan, url)
    }

    fn at(&self, plan: Plan, url: String) -> Plan {
        plan.with(|settings| {
            settings.smtp_url = Some(url.into());
            settings.mail_from = Some("no-reply@learn.example.com".to_owned());
        })
    }

    /// From now on this is said to `RCPT`, `AUTH` or `DATA` (to the whole mail).
    pub fn says(&self, to: &'static str, answer: &'static str) {
        self.desk().answers.insert(to, answer);
    }

    /// Takes everything again.
    pub fn takes(&self) {
        self.desk().answers.clear();
    }

    /// Whole mails get no answer until [`Self::goes_on`].
    pub fn holds(&self) {
        self.held.send_replace(true);
    }

    pub fn goes_on(&self) {
        self.held.send_replace(false);
    }

    /// The next whole mail never gets an answer.
    pub fn forgets_the_next(&self) {
        self.desk().silent = true;
    }

    /// What was taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.desk().taken.clone()
    }

    /// Message-IDs of what came in, taken or not.
    pub fn offered(&self) -> Vec<String> {
        self.desk().offered.clone()
    }

    pub async fn has_taken(&self, count: usize) -> Vec<Taken> {
        let enough = async || (self.desk().taken.len() >= count).then_some(());
        within(PATIENCE, "the mails are sent", enough).await;
        self.taken()
    }

    pub async fn was_offered(&self, count: usize) {
        within(PATIENCE, "a mail comes in", async || (self.desk().offered.len() >= count).then_some(())).await;
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("nobody panics at the desk")
    }

    fn answer(&self, to: &str, yes: &str) -> String {
        self.desk().answers.get(to).map_or_else(|| yes.to_owned(), |no| (*no).to_owned())
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut say = async |words: String| write.write_all(format!("{words}\r\n").as_bytes()).await;
        say("220 stories".to_owned()).await?;
        let mut to = String::new();
        while let Some(line) = lines.next_line().await? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => say("250-stories\r\n250-8BITMIME\r\n250 AUTH PLAIN".to_owned()).await?,
                "AUTH" => say(self.answer("AUTH", "235 welcome")).await?,
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    say(self.answer("RCPT", "250 fine")).await?;
                }
                "DATA" => {
                    say("354 go on".to_owned()).await?;
                    let mut raw = String::new();
                    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                        raw.push_str("\r\n");
                    }
                    let taken = Taken { to: to.clone(), raw };
                    self.desk().offered.push(taken.header("Message-ID"));
                    if std::mem::take(&mut self.desk().silent) {
                        return std::future::pending().await;
                    }
                    let mut held = self.held.subscribe();
                    let _ = held.wait_for(|held| !held).await;
                    let answer = self.answer("DATA", "250 taken");
                    // Before the answer: who hears it may ask at once.
                    if answer.starts_with('2') {
                        self.desk().taken.push(taken);
                    }
                    say(answer).await?;
                }
                "QUIT" => return say("221 bye".to_owned()).await,
                _ => say("250 fine".to_owned()).await?,
            }
        }
        Ok(())
    }
}

impl Taken {
    fn read<T>(&self, ask: impl FnOnce(&ParsedMail) -> T) -> T {
        ask(&mailparse::parse_mail(self.raw.as_bytes()).expect("a mail"))
    }

    /// A header, its words decoded; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        self.read(|mail| mail.headers.get_first_value(name).unwrap_or_default())
    }

    /// Names of all headers, in order.
    pub fn headers(&self) -> Vec<String> {
        self.read(|mail| mail.headers.iter().map(|header| header.get_key()).collect())
    }

    /// The part of this type, decoded.
    pub fn part(&self, kind: &str) -> String {
        self.read(|mail| {
            let part = mail.subparts.iter().find(|part| part.ctype.mimetype == kind).expect("there is such a part");
            part.get_body().expect("it can be read").replace("\r\n", "\n")
        })
    }
}
