//! Load by wrk, on the loopback alone, for a few seconds.

use std::fmt::Write;
use std::process::Command;
use std::time::Duration;

const CONNECTIONS: &str = "-c32";

pub struct Load {
    url: String,
    script: tempfile::NamedTempFile,
}

/// Ends the bench with a sentence where wrk is missing.
pub fn needs_wrk() {
    // Without arguments it says how it is used, and fails.
    if Command::new("wrk").output().is_err() {
        eprintln!("bench: the load comes from wrk, which is not installed (Debian: apt-get install wrk)");
        std::process::exit(1);
    }
}

impl Load {
    pub fn get(url: &str, path: &str, tokens: &[String]) -> Self {
        Self::new(url, path, tokens, "GET", "nil", "")
    }

    pub fn post(url: &str, path: &str, tokens: &[String], event: &str, count: usize) -> Self {
        let body = format!("body({count}, [==[{event}]==])");
        Self::new(url, path, tokens, "POST", &body, BODY)
    }

    /// Claims, of each person on submissions of their own, one after the other; where they begin is the clock's to say,
    /// so that a round seldom meets what another has claimed.
    pub fn claims(url: &str, path: &str, tokens: &[String], first: i64, count: usize) -> Self {
        let load = Self::new(url, "/", tokens, "PUT", "'{}'", "local turn = os.time() * 7919");
        let script = std::fs::read_to_string(load.script.path()).expect("the script");
        let (share, path) = (count / tokens.len(), path.replace("ID", "' .. string.format('%d', id) .. '"));
        let next = format!(
            "turn = turn + 1\n  local id = {first} + (n - 1) * {share} + math.floor(turn / #heads) % {share}\n  \
             return wrk.format('PUT', '{path}'"
        );
        let script = script.replace("return wrk.format('PUT', '/'", &next);
        Self { script: written(&script), ..load }
    }

    fn new(url: &str, path: &str, tokens: &[String], method: &str, body: &str, more: &str) -> Self {
        let mut script = format!("math.randomseed(os.time())\n{more}\nlocal heads = {{\n");
        for token in tokens {
            let _ = writeln!(
                script,
                "  {{ ['Cookie'] = 'tenarai_session={token}', ['Sec-Fetch-Site'] = 'same-origin', \
                 ['Content-Type'] = 'application/json' }},"
            );
        }
        let _ = write!(
            script,
            "}}\nlocal n = 0\nrequest = function()\n  n = n % #heads + 1\n  \
             return wrk.format('{method}', '{path}', heads[n], {body})\nend\n"
        );
        Self { url: url.to_owned(), script: written(&script) }
    }

    /// The same, taking compressed answers.
    pub fn accepting(self, coding: &str) -> Self {
        let script = std::fs::read_to_string(self.script.path()).expect("the script");
        let script = script.replace("['Content-Type']", &format!("['Accept-Encoding'] = '{coding}', ['Content-Type']"));
        Self { script: written(&script), ..self }
    }

    /// Requests a second. Every answer has to be a success.
    pub async fn run(&self, time: Duration) -> f64 {
        let mut wrk = Command::new("wrk");
        wrk.args(["-t1", CONNECTIONS, &format!("-d{}s", time.as_secs().max(1)), "-s"]);
        wrk.arg(self.script.path()).arg(&self.url);
        let output =
            tokio::task::spawn_blocking(move || wrk.output()).await.expect("it is waited for").expect("wrk runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(!said.contains("Non-2xx") && !said.contains("Socket errors"), "{}: {said}", self.url);
        let rate = said.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")?.trim().parse().ok());
        rate.unwrap_or_else(|| panic!("no rate in: {said} {}", String::from_utf8_lossy(&output.stderr)))
    }
}

fn written(script: &str) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".lua").tempfile().expect("a temporary file");
    std::fs::write(file.path(), script).expect("it is written");
    file
}

/// Events that were never told before: a random id in each.
const BODY: &str = r#"
local function id()
  local r = math.random
  return string.format("%08x-%04x-4%03x-8%03x-%06x%06x", r(0, 0x7fffffff), r(0, 0xffff), r(0, 0xfff), r(0, 0xfff),
    r(0, 0xffffff), r(0, 0xffffff))
end
local function body(count, event)
  local events = {}
  for i = 1, count do events[i] = event:gsub('"ID"', '"' .. id() .. '"') end
  return '{"events":[' .. table.concat(events, ",") .. "]}"
end
"#;
