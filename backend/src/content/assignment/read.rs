//! Reads `assignment.yaml` beside its `checks.py`, and notes everything that is wrong with them.

use std::collections::BTreeMap;

use super::{AssignmentDraft, Check, Criterion, HandInRules, Level};
use crate::content::format::Locale;
use crate::content::html::Setting;
use crate::content::report::{Notes, Position};
use crate::content::words::Reader;
use crate::content::yaml::{self, Fields, Node};

const MOST_CRITERIA: usize = 20;
const MOST_CHECKS: usize = 100;
/// One key each at the tutor's desk.
const LEVELS: std::ops::RangeInclusive<usize> = 2..=5;
const MOST_POINTS: i64 = 1_000;
const LONGEST_NAME: usize = 100;
/// What is asked for where nothing is said.
const PASS_PERCENT: u8 = 60;

/// Reads the file in every language of its course. `checks` is the text of `checks.py`, where there is one.
pub fn read(
    text: &str,
    checks: Option<&str>,
    languages: &[Locale],
    setting: &Setting,
    notes: &mut Notes,
) -> Option<AssignmentDraft> {
    let root = yaml::parse(text, notes)?;
    let mut reader = Reader::new(text, languages, setting, notes);
    let fields =
        root.fields("assignment.yaml", &["attempts", "pass", "late", "blind", "rubric", "checks"], reader.notes)?;
    let rules = rules(&fields, &mut reader);
    let rubric = all(&fields, "rubric", MOST_CRITERIA, &mut reader, criterion);
    let listed = all(&fields, "checks", MOST_CHECKS, &mut reader, check);
    let (rubric, listed) = (rubric?, listed?);
    unique("key", rubric.iter().map(|(criterion, at)| (criterion.key.as_str(), *at)), reader.notes);
    unique("test", listed.iter().map(|(check, at)| (check.test.as_str(), *at)), reader.notes);
    if rubric.is_empty() && listed.is_empty() {
        reader.notes.error(root.at, "no_points", "an assignment needs a `rubric`, `checks`, or both");
    }
    compare(&listed, checks, root.at, reader.notes);
    Some(AssignmentDraft {
        rules,
        rubric: rubric.into_iter().map(|(criterion, _)| criterion).collect(),
        checks: listed.into_iter().map(|(check, _)| check).collect(),
        texts: reader.into_texts(),
    })
}

fn rules(fields: &Fields, reader: &mut Reader) -> HandInRules {
    let late = reader.one_of(fields, "late");
    let notes = &mut *reader.notes;
    let attempts = fields.optional("attempts").and_then(|node| node.whole("`attempts`", 1..=100, notes));
    let pass = fields.optional("pass").and_then(|node| node.share("`pass`", &[("all", 100)], notes));
    let blind = fields.optional("blind").and_then(|node| node.flag("`blind`", notes));
    HandInRules {
        attempts: attempts.and_then(|attempts| u32::try_from(attempts).ok()),
        pass_percent: pass.unwrap_or(PASS_PERCENT),
        late,
        blind: blind.unwrap_or_default(),
    }
}

/// The items of a list that may be missing, each with its place; nothing where one of them is wrong.
fn all<T>(
    fields: &Fields,
    name: &str,
    most: usize,
    reader: &mut Reader,
    read: impl Fn(&Node, &mut Reader) -> Option<T>,
) -> Option<Vec<(T, Position)>> {
    let Some(node) = fields.optional(name) else { return Some(Vec::new()) };
    let items = node.list(&format!("`{name}`"), reader.notes)?;
    if items.len() > most {
        reader.notes.error(node.at, "too_long", format!("`{name}` may have at most {most} entries"));
        return None;
    }
    let read: Vec<_> = items.iter().filter_map(|item| Some((read(item, reader)?, item.at))).collect();
    (read.len() == items.len()).then_some(read)
}

fn criterion(node: &Node, reader: &mut Reader) -> Option<Criterion> {
    let fields = node.fields("a criterion", &["key", "title", "levels"], reader.notes)?;
    let key = fields.required("key", reader.notes).and_then(|node| reader.key(node));
    let title = reader.words(&fields, "title");
    let node = fields.required("levels", reader.notes)?;
    let items = node.list("`levels`", reader.notes)?;
    if !LEVELS.contains(&items.len()) {
        let message = format!("a criterion has {} to {} levels", LEVELS.start(), LEVELS.end());
        reader.notes.error(node.at, "levels", message);
        return None;
    }
    let levels: Vec<Level> = items.iter().filter_map(|item| level(item, reader)).collect();
    if levels.len() < items.len() {
        return None;
    }
    if levels.is_sorted_by(|lower, higher| lower.points < higher.points) {
        return Some(Criterion { key: key?, title: title?, levels });
    }
    reader.notes.error(node.at, "levels", "levels stand in order: each has more points than the one before");
    None
}

fn level(node: &Node, reader: &mut Reader) -> Option<Level> {
    let fields = node.fields("a level", &["points", "text"], reader.notes)?;
    let points = points(&fields, 0, reader);
    let text = reader.words(&fields, "text");
    Some(Level { points: points?, text: text? })
}

fn check(node: &Node, reader: &mut Reader) -> Option<Check> {
    let fields = node.fields("a check", &["test", "points", "title", "hint", "visible"], reader.notes)?;
    let test = fields.required("test", reader.notes).and_then(|node| test_name(node, reader.notes));
    let points = points(&fields, 1, reader);
    let title = reader.words(&fields, "title");
    let hint = reader.optional_words(&fields, "hint");
    let visible = reader.flag(&fields, "visible");
    Some(Check { test: test?, points: points?, title: title?, hint, visible })
}

fn points(fields: &Fields, least: i64, reader: &mut Reader) -> Option<u32> {
    let node = fields.required("points", reader.notes)?;
    node.whole("`points`", least..=MOST_POINTS, reader.notes).and_then(|points| u32::try_from(points).ok())
}

fn test_name(node: &Node, notes: &mut Notes) -> Option<String> {
    let name = node.text("`test`", LONGEST_NAME, notes)?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && name.starts_with("test_") {
        return Some(name.to_owned());
    }
    let message = format!("`test` names a function of checks.py that begins with `test_`, unlike `{name}`");
    notes.error(node.at, "bad_test", message);
    None
}

fn unique<'n>(what: &str, names: impl Iterator<Item = (&'n str, Position)>, notes: &mut Notes) {
    let mut seen = BTreeMap::new();
    for (name, at) in names {
        if let Some(first) = seen.insert(name, at) {
            let message = format!("the {what} `{name}` is taken by the entry at line {}", first.line);
            notes.error(at, "duplicate_key", message);
        }
    }
}

/// What is listed is there, and what is there is listed.
fn compare(listed: &[(Check, Position)], checks: Option<&str>, at: Position, notes: &mut Notes) {
    let Some(checks) = checks else {
        if !listed.is_empty() {
            notes.error(at, "missing_file", "`checks` names tests, but there is no checks.py beside this file");
        }
        return;
    };
    let functions: Vec<&str> = functions(checks).collect();
    for (Check { test, .. }, at) in listed {
        if !functions.contains(&test.as_str()) {
            notes.error(*at, "unknown_test", format!("checks.py has no function `{test}`"));
        }
    }
    for function in functions.iter().filter(|name| name.starts_with("test_")) {
        if listed.iter().all(|(check, _)| check.test != *function) {
            let message = format!("`{function}` of checks.py is not listed in `checks`: it is never run");
            notes.add(at, crate::content::report::Severity::Warning, "unlisted_test", message);
        }
    }
}

/// Names of the functions at the outermost level.
fn functions(python: &str) -> impl Iterator<Item = &str> {
    let named = |line: &'_ str| line.strip_prefix("async ").unwrap_or(line).strip_prefix("def ").map(str::len);
    python.lines().filter_map(move |line| {
        let rest = &line[line.len() - named(line)?..];
        Some(rest[..rest.find('(')?].trim())
    })
}
