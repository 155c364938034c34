//! Reads `course.yaml` and notes everything that is wrong with it.

use std::collections::BTreeMap;

use super::{Chapter, ChapterRule, Course, CourseRule, Kind, Locale, Localised, Profile, Section, is_slug};
use crate::content::report::{Notes, Position};
use crate::content::yaml::{self, Fields, Node};

const LONGEST_TITLE: usize = 200;
const LONGEST_SUMMARY: usize = 2_000;
const LONGEST_NAME: usize = 64;
const MOST_CHAPTERS: usize = 500;

/// Reads the file; `None` when it has no fields at all.
pub fn read(text: &str, notes: &mut Notes) -> Option<Course> {
    let root = yaml::parse(text, notes)?;
    let known = ["slug", "languages", "title", "summary", "profile", "completion", "sections"];
    let fields = root.fields("course.yaml", &known, notes)?;
    let slug = fields.required("slug", notes).and_then(|node| name(node, "`slug`", "bad_slug", notes));
    let languages = fields.required("languages", notes).and_then(|node| languages(node, notes));
    let spoken = languages.unwrap_or_default();
    let spoken = &spoken;
    let title = localised(&fields, "title", LONGEST_TITLE, spoken, notes);
    let summary = localised(&fields, "summary", LONGEST_SUMMARY, spoken, notes);
    let profile = fields.optional("profile").map_or(Some(Profile::default()), |node| profile(node, notes));
    let completion = fields.required("completion", notes).and_then(|node| course_rule(node, notes));
    let sections = fields.required("sections", notes).and_then(|node| sections(node, spoken, notes));
    // What is missing has been noted; the chapters can be read all the same.
    Some(Course {
        slug: slug.unwrap_or_default(),
        languages: spoken.languages.clone(),
        title: title.unwrap_or_default(),
        summary: summary.unwrap_or_default(),
        profile: profile.unwrap_or_default(),
        completion: completion.unwrap_or(CourseRule { chapters_percent: 100 }),
        sections: sections.unwrap_or_default(),
    })
}

/// The languages of the course, as far as they could be read.
#[derive(Default)]
struct Spoken {
    languages: Vec<Locale>,
    /// Whether the list is right, so that a text in another language is a mistake.
    certain: bool,
}

/// Slugs and keys: lower case letters, digits and single hyphens. They become parts of addresses and file names.
pub fn name(node: &Node, what: &str, code: &'static str, notes: &mut Notes) -> Option<String> {
    let text = node.text(what, LONGEST_NAME, notes)?;
    if !is_slug(text) {
        let rule = "may have lower case letters, digits and single hyphens between them";
        notes.error(node.at, code, format!("{what} {rule}, unlike `{text}`"));
        return None;
    }
    Some(text.to_owned())
}

fn languages(node: &Node, notes: &mut Notes) -> Option<Spoken> {
    let items = node.list("`languages`", notes)?;
    if items.is_empty() {
        notes.error(node.at, "empty", "`languages` must name at least one of ja, en");
    }
    let mut spoken = Spoken { languages: Vec::new(), certain: !items.is_empty() };
    for item in items {
        let language = item.text("a language", LONGEST_NAME, notes).and_then(|text| match text.parse() {
            Ok(language) if spoken.languages.contains(&language) => {
                notes.error(item.at, "duplicate", format!("`{text}` is in the list already"));
                None
            }
            Ok(language) => Some(language),
            Err(_) => {
                notes.error(item.at, "unknown_language", format!("`{text}` is none of ja, en"));
                None
            }
        });
        match language {
            Some(language) => spoken.languages.push(language),
            None => spoken.certain = false,
        }
    }
    Some(spoken)
}

fn localised(
    fields: &Fields,
    field: &'static str,
    longest: usize,
    spoken: &Spoken,
    notes: &mut Notes,
) -> Option<Localised> {
    let node = fields.required(field, notes)?;
    let known: Vec<&str> = match spoken.certain {
        true => spoken.languages.iter().map(|&language| language.into()).collect(),
        false => vec!["ja", "en"],
    };
    let fields = node.fields(field, &known, notes)?;
    let mut texts = Localised::new();
    for &language in &spoken.languages {
        let text = fields.required(language.into(), notes);
        if let Some(text) = text.and_then(|node| node.text(&format!("`{field}.{language}`"), longest, notes)) {
            texts.insert(language, text.to_owned());
        }
    }
    Some(texts)
}

fn profile(node: &Node, notes: &mut Notes) -> Option<Profile> {
    let fields = node.fields("profile", &["memory_mb", "cpu"], notes)?;
    let memory = fields.required("memory_mb", notes).and_then(|n| n.whole("`profile.memory_mb`", 256..=65_536, notes));
    let cpu = fields.required("cpu", notes).and_then(|n| n.decimal("`profile.cpu`", 0.1..=32.0, notes));
    Some(Profile { memory_mb: u32::try_from(memory?).ok()?, cpu: cpu? })
}

fn course_rule(node: &Node, notes: &mut Notes) -> Option<CourseRule> {
    let fields = node.fields("completion", &["chapters"], notes)?;
    let chapters = fields.required("chapters", notes)?;
    Some(CourseRule { chapters_percent: chapters.share("`completion.chapters`", &[("all", 100)], notes)? })
}

fn sections(node: &Node, spoken: &Spoken, notes: &mut Notes) -> Option<Vec<Section>> {
    let items = node.list("`sections`", notes)?;
    let sections: Vec<Section> = items.iter().filter_map(|item| section(item, spoken, notes)).collect();
    let chapters: Vec<&Chapter> = sections.iter().flat_map(|section| &section.chapters).collect();
    if chapters.is_empty() {
        notes.error(node.at, "empty", "a course needs at least one chapter");
    }
    if chapters.len() > MOST_CHAPTERS {
        notes.error(node.at, "too_long", format!("a course may have at most {MOST_CHAPTERS} chapters"));
    }
    unique_keys(&chapters, notes);
    Some(sections)
}

fn section(node: &Node, spoken: &Spoken, notes: &mut Notes) -> Option<Section> {
    let fields = node.fields("a section", &["title", "chapters"], notes)?;
    let title = localised(&fields, "title", LONGEST_TITLE, spoken, notes);
    let items = fields.required("chapters", notes)?.list("`chapters`", notes)?;
    let chapters = items.iter().filter_map(|item| chapter(item, spoken, notes)).collect();
    Some(Section { title: title.unwrap_or_default(), chapters })
}

fn chapter(node: &Node, spoken: &Spoken, notes: &mut Notes) -> Option<Chapter> {
    let known = ["key", "was", "kind", "title", "minutes", "completion"];
    let fields = node.fields("a chapter", &known, notes)?;
    let key_node = fields.required("key", notes);
    let key = key_node.and_then(|node| name(node, "`key`", "bad_key", notes));
    let was = fields.optional("was").and_then(|node| name(node, "`was`", "bad_key", notes));
    let kind = fields.required("kind", notes).and_then(|node| kind(node, notes));
    let title = localised(&fields, "title", LONGEST_TITLE, spoken, notes);
    let minutes = fields.required("minutes", notes).and_then(|node| node.whole("`minutes`", 1..=600, notes));
    let completion = fields.optional("completion").map(|node| chapter_rule(node, kind, notes));
    let kind = kind?;
    Some(Chapter {
        key: key?,
        was,
        kind,
        title: title.unwrap_or_default(),
        minutes: minutes.and_then(|minutes| u16::try_from(minutes).ok()).unwrap_or(1),
        completion: completion.unwrap_or_else(|| ChapterRule::default_of(kind)),
        at: key_node.map_or(node.at, |node| node.at),
    })
}

fn kind(node: &Node, notes: &mut Notes) -> Option<Kind> {
    let text = node.text("`kind`", LONGEST_NAME, notes)?;
    let kind = text.parse().ok();
    if kind.is_none() {
        notes.error(node.at, "unknown_kind", format!("`{text}` is none of text, coding, quiz, assignment"));
    }
    kind
}

fn chapter_rule(node: &Node, kind: Option<Kind>, notes: &mut Notes) -> ChapterRule {
    let mut rule = ChapterRule::default_of(kind.unwrap_or(Kind::Text));
    let Some(fields) = node.fields("completion", &["read", "cells", "passed", "self_mark"], notes) else { return rule };
    if let Some(read) = fields.optional("read").and_then(|node| node.flag("`completion.read`", notes)) {
        rule.read = read;
    }
    if let Some(own) = fields.optional("self_mark").and_then(|node| node.flag("`completion.self_mark`", notes)) {
        rule.self_mark = own;
    }
    if let Some(node) = fields.optional("passed")
        && let Some(passed) = node.flag("`completion.passed`", notes)
    {
        if passed && kind.is_some_and(|kind| !matches!(kind, Kind::Quiz | Kind::Assignment)) {
            notes.error(node.at, "no_quiz", "only a chapter of kind quiz or assignment can be passed");
        }
        rule.passed = passed;
    }
    let words = [("all", 100), ("none", 0)];
    let cells = fields.optional("cells");
    if let Some(percent) = cells.and_then(|node| node.share("`completion.cells`", &words, notes)) {
        rule.cells_percent = percent;
    }
    if let (Some(cells), Some(kind)) = (cells, kind)
        && rule.cells_percent > 0
        && !kind.has_notebook()
    {
        notes.error(cells.at, "no_cells", format!("a chapter of kind {kind} has no notebook: `cells` must be none"));
    }
    if kind.is_some() && !rule.read && rule.cells_percent == 0 && !rule.passed && !rule.self_mark {
        let message = "nothing completes this chapter: ask for `read`, `cells` or `passed`, or allow `self_mark`";
        notes.error(node.at, "never_completed", message);
    }
    rule
}

fn unique_keys(chapters: &[&Chapter], notes: &mut Notes) {
    let mut seen: BTreeMap<&str, Position> = BTreeMap::new();
    for chapter in chapters {
        match seen.get(chapter.key.as_str()) {
            Some(first) => {
                let message = format!("the key `{}` is taken by the chapter at line {}", chapter.key, first.line);
                notes.error(chapter.at, "duplicate_key", message);
            }
            None => {
                seen.insert(&chapter.key, chapter.at);
            }
        }
    }
    let mut renamed: BTreeMap<&str, &str> = BTreeMap::new();
    for chapter in chapters {
        let Some(was) = &chapter.was else { continue };
        if seen.contains_key(was.as_str()) {
            let message = format!("`was: {was}` names a chapter that is still in the course");
            notes.error(chapter.at, "was_in_use", message);
        } else if let Some(other) = renamed.insert(was, &chapter.key) {
            let message = format!("`was: {was}` is claimed by the chapter `{other}` too");
            notes.error(chapter.at, "was_in_use", message);
        }
    }
}
