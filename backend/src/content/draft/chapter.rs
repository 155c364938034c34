//! One chapter's folder: its texts, its notebook, its images.

use std::collections::{BTreeMap, BTreeSet};

use super::digest::Digest;
use super::{COURSE_FILE, ChapterDraft, FileDraft, Folder};
use crate::content::assignment::{self, AssignmentDraft};
use crate::content::folder::{IMAGE_LIMIT, NOTEBOOK_LIMIT, TEXT_LIMIT};
use crate::content::format::{Chapter, Kind, Locale};
use crate::content::html::{self, Rendered, Setting, Size};
use crate::content::notebook::{Earlier, Notebook};
use crate::content::quiz::{self, QuizDraft};
use crate::content::report::{Notes, Position, Report};
use crate::content::{image, markdown, sanitise};

const ASSIGNMENT: &str = "assignment.yaml";
const CHECKS: &str = "checks.py";
const SOLUTION: &str = "solution.ipynb";

/// Files of chapters that are for others than trainees and readers.
const OTHERS: &[&str] = &["quiz.yaml", ASSIGNMENT, CHECKS, SOLUTION, "README.md"];

pub struct Reading<'a> {
    pub chapter: &'a Chapter,
    pub languages: &'a [Locale],
    pub keys: &'a BTreeSet<&'a str>,
    pub folder: &'a Folder,
    pub digest: &'a mut Digest,
    pub report: &'a mut Report,
}

impl Reading<'_> {
    pub fn read(&mut self, earlier: &[Earlier]) -> ChapterDraft {
        let (images, sizes) = self.images();
        let notebook = self.notebook();
        let cells = notebook.as_ref().map(Notebook::cell_ids);
        let has_notebook = self.folder.has(&self.path("notebook.ipynb"));
        let mut texts = Vec::new();
        let Some(&language) = self.languages.first() else { return ChapterDraft::default() };
        let setting = Setting { language, images: &sizes, chapters: self.keys, cells: cells.as_ref(), has_notebook };
        let quiz = self.quiz(&setting);
        let (assignment, checks) = self.assignment(&setting);
        for &language in self.languages {
            let setting = Setting { language, ..setting };
            if let Some(text) = self.text(&setting) {
                texts.push((language, text));
            }
        }
        self.complete(&texts);
        let asked = quiz.iter().flat_map(QuizDraft::images).chain(assignment.iter().flat_map(AssignmentDraft::images));
        let shown = texts.iter().flat_map(|(_, text)| &text.images).chain(asked).collect();
        self.unused(&shown, &sizes);
        ChapterDraft {
            available: !texts.is_empty() || quiz.is_some(),
            texts,
            handout: notebook.map(|notebook| notebook.hand_out(earlier)),
            quiz,
            assignment,
            checks,
            images,
        }
    }

    fn path(&self, file: &str) -> String {
        format!("chapters/{}/{file}", self.chapter.key)
    }

    /// Notes something about the chapter where `course.yaml` names it.
    fn about(&mut self, code: &'static str, message: String) {
        self.report.error(COURSE_FILE, self.chapter.at, code, message);
    }

    fn images(&mut self) -> (Vec<FileDraft>, BTreeMap<String, Option<Size>>) {
        let folder = self.path("images");
        let (mut files, mut sizes) = (Vec::new(), BTreeMap::new());
        for path in self.folder.under(&folder) {
            let name = &path[folder.len() + 1..];
            if !sanitise::is_file_name(name) {
                let message = "an image's name may have letters, digits, dots, hyphens and underscores; no folders";
                Notes { file: path, report: self.report }.error(Position::START, "bad_file_name", message);
                continue;
            }
            let Some(bytes) = self.folder.read(path, IMAGE_LIMIT, self.report) else { continue };
            let size = image::check(name, &bytes, &mut Notes { file: path, report: self.report });
            sizes.insert(name.to_owned(), size);
            let blob = self.digest.add(path, &bytes);
            files.push(FileDraft { path: path.to_owned(), blob, size: bytes.len() as u64 });
        }
        (files, sizes)
    }

    fn notebook(&mut self) -> Option<Notebook> {
        let path = self.path("notebook.ipynb");
        let key = &self.chapter.key;
        match (self.chapter.kind, self.folder.has(&path)) {
            (kind, true) if kind.has_notebook() => {}
            (Kind::Coding, false) => {
                let message = format!("the coding chapter `{key}` has no notebook: {path} is missing");
                self.about("missing_file", message);
                return None;
            }
            (Kind::Text, true) => {
                let message = format!("the chapter `{key}` is of kind text but has a notebook: make it coding");
                self.about("unexpected_notebook", message);
                return None;
            }
            (_, _) => return None,
        }
        let text = self.folder.read_text(&path, NOTEBOOK_LIMIT, self.report)?;
        self.digest.add(&path, text.as_bytes());
        Notebook::read(&text, &mut Notes { file: &path, report: self.report })
    }

    fn quiz(&mut self, setting: &Setting) -> Option<QuizDraft> {
        let path = self.path("quiz.yaml");
        let Chapter { kind, key, .. } = self.chapter;
        if !self.folder.has(&path) {
            if *kind == Kind::Quiz && self.has_begun() {
                self.about("missing_file", format!("the quiz `{key}` has no {path}"));
            }
            return None;
        }
        if *kind != Kind::Quiz {
            let message = format!("the chapter `{key}` is of kind {kind} but has a quiz: make it a chapter of its own");
            self.about("unexpected_quiz", message);
            return None;
        }
        let text = self.folder.read_text(&path, TEXT_LIMIT, self.report)?;
        self.digest.add(&path, text.as_bytes());
        quiz::read(&text, self.languages, setting, &mut Notes { file: &path, report: self.report })
    }

    /// A chapter of which nothing is there yet is a label in the outline.
    fn has_begun(&self) -> bool {
        let folder = self.path("");
        self.folder.under(folder.trim_end_matches('/')).next().is_some()
    }

    /// The assignment, and the file of its checks. What is handed in has to be there before.
    fn assignment(&mut self, setting: &Setting) -> (Option<AssignmentDraft>, Option<FileDraft>) {
        let path = self.path(ASSIGNMENT);
        let Chapter { kind, key, .. } = self.chapter;
        if !self.folder.has(&path) {
            if *kind == Kind::Assignment && self.has_begun() {
                self.about("missing_file", format!("the assignment `{key}` has no {path}"));
            }
            return (None, None);
        }
        if *kind != Kind::Assignment {
            let message = format!("the chapter `{key}` is of kind {kind} but has an assignment.yaml");
            self.about("unexpected_assignment", message);
            return (None, None);
        }
        if !setting.has_notebook {
            self.about("missing_file", format!("the assignment `{key}` has no {}", self.path("notebook.ipynb")));
        }
        let checks = self.checks();
        let Some(text) = self.folder.read_text(&path, TEXT_LIMIT, self.report) else { return (None, None) };
        self.digest.add(&path, text.as_bytes());
        let mut notes = Notes { file: &path, report: self.report };
        let python = checks.as_ref().map(|(python, _)| python.as_str());
        let draft = assignment::read(&text, python, self.languages, setting, &mut notes);
        (draft, checks.map(|(_, file)| file))
    }

    fn checks(&mut self) -> Option<(String, FileDraft)> {
        let path = self.path(CHECKS);
        if !self.folder.has(&path) {
            return None;
        }
        let python = self.folder.read_text(&path, TEXT_LIMIT, self.report)?;
        let blob = self.digest.add(&path, python.as_bytes());
        let size = python.len() as u64;
        Some((python, FileDraft { path, blob, size }))
    }

    fn text(&mut self, setting: &Setting) -> Option<Rendered> {
        let markdown = self.path(&format!("text.{}.md", setting.language));
        let html = self.path(&format!("text.{}.html", setting.language));
        let path = match (self.folder.has(&markdown), self.folder.has(&html)) {
            (true, true) => {
                let message = format!("there is {markdown} too: keep one of them");
                self.report.error(&html, Position::START, "two_texts", message);
                return None;
            }
            (true, false) => markdown,
            (false, true) => html,
            (false, false) => return None,
        };
        let text = self.folder.read_text(&path, TEXT_LIMIT, self.report)?;
        self.digest.add(&path, text.as_bytes());
        let mut notes = Notes { file: &path, report: self.report };
        if text.trim().is_empty() {
            notes.error(Position::START, "empty", "this text is empty");
        }
        Some(if path.ends_with(".md") {
            markdown::render(&text, setting, &mut notes)
        } else {
            html::render(&text, setting, &mut notes)
        })
    }

    /// Every language of the course, or, where it needs no text, none.
    fn complete(&mut self, texts: &[(Locale, Rendered)]) {
        let may_have_none = match self.chapter.kind {
            Kind::Quiz => true,
            Kind::Assignment => !self.folder.has(&self.path(ASSIGNMENT)),
            Kind::Text | Kind::Coding => false,
        };
        if may_have_none && texts.is_empty() {
            return;
        }
        for language in self.languages {
            let stem = self.path(&format!("text.{language}"));
            // One that is there but could not be rendered has been noted.
            if !self.folder.has(&format!("{stem}.md")) && !self.folder.has(&format!("{stem}.html")) {
                let message = format!("the chapter `{}` has no {stem}.md (or .html)", self.chapter.key);
                self.about("missing_file", message);
            }
        }
    }

    fn unused(&mut self, shown: &BTreeSet<&String>, images: &BTreeMap<String, Option<Size>>) {
        let folder = self.path("");
        for path in self.folder.under(folder.trim_end_matches('/')) {
            let name = &path[folder.len()..];
            let text = self
                .languages
                .iter()
                .any(|language| name == format!("text.{language}.md") || name == format!("text.{language}.html"));
            let message = match name.strip_prefix("images/") {
                Some(image) if images.contains_key(image) && !shown.contains(&image.to_owned()) => {
                    "no text of the chapter shows this image"
                }
                None if !text && name != "notebook.ipynb" && !OTHERS.contains(&name) => {
                    "this file is not part of the course format and is left out"
                }
                _ => continue,
            };
            self.report.warning(path, Position::START, "unused_file", message);
        }
    }
}

/// Folders of chapters that `course.yaml` does not name.
pub fn unlisted(folder: &Folder, keys: &BTreeSet<&str>, report: &mut Report) {
    let named = |path: &str| path.split('/').nth(1).map(str::to_owned);
    let found: BTreeSet<String> = folder.under("chapters").filter_map(named).collect();
    for key in found.iter().filter(|key| !keys.contains(key.as_str())) {
        let message = "course.yaml has no chapter with this key: it is left out";
        report.warning(&format!("chapters/{key}"), Position::START, "unlisted_chapter", message);
    }
}
