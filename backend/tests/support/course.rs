//! Small courses, written as an author would and published as an author does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use diesel::prelude::*;
use serde_json::{Value, json};
use tenarai::content::{self, PublishError};
use tenarai::db::schema::chapters;
use tenarai::db::types::{ChapterId, CourseId, PublicationId};

use super::site::TestSite;

/// A course on its author's disk. The usual one has a text (`hello`), a coding chapter (`values`, with the code cells
/// `one` and `two`), a text the trainee marks (`own`) and a quiz that has a name only.
#[derive(Debug, Clone)]
pub struct CourseDraft {
    pub slug: String,
    pub title: String,
    pub completion: String,
    /// `ja`, `en` or both.
    pub languages: &'static [&'static str],
    pub chapters: Vec<ChapterDraft>,
}

#[derive(Debug, Clone)]
pub struct ChapterDraft {
    pub key: String,
    /// The key it had before.
    pub was: Option<String>,
    pub look: Look,
    pub title: String,
    /// What stands in the text.
    pub words: String,
}

#[derive(Debug, Clone)]
pub enum Look {
    /// Completed by reading.
    Text,
    /// Completed by reading and by running all code cells, which are named.
    Coding(Vec<&'static str>),
    /// Completed by one's own mark.
    Own,
    /// Completed by reading, or by one's own mark.
    ReadOrOwn,
    /// In the outline only.
    Quiz,
    /// Completed by passing: what stands in `quiz.yaml`.
    Questions(String),
    /// Completed by passing: what stands in `assignment.yaml`; its notebook has the code cells `one` and `two`.
    Task(String),
}

/// A published course.
#[derive(Debug, Clone)]
pub struct Course {
    pub id: CourseId,
    pub slug: String,
    pub publication: PublicationId,
    chapters: BTreeMap<String, ChapterId>,
}

impl Course {
    /// `/api/v1/chapters/{id}`.
    pub fn chapter(&self, key: &str) -> String {
        format!("/api/v1/chapters/{}", self.chapter_id(key))
    }

    pub fn chapter_id(&self, key: &str) -> ChapterId {
        *self.chapters.get(key).unwrap_or_else(|| panic!("no chapter {key}"))
    }

    /// Path of a chapter's notebook.
    pub fn notebook(&self, key: &str) -> String {
        format!("{}/{key}.ipynb", self.slug)
    }
}

impl ChapterDraft {
    pub fn new(key: &str, look: Look) -> Self {
        Self {
            key: key.to_owned(),
            was: None,
            look,
            title: format!("About {key}"),
            words: format!("Words about {key}."),
        }
    }
}

impl CourseDraft {
    pub fn new(slug: &str) -> Self {
        let chapters = vec![
            ChapterDraft::new("hello", Look::Text),
            ChapterDraft::new("values", Look::Coding(vec!["one", "two"])),
            ChapterDraft::new("own", Look::Own),
            ChapterDraft::new("quiz", Look::Quiz),
        ];
        Self {
            slug: slug.to_owned(),
            title: format!("Course {slug}"),
            completion: "all".to_owned(),
            languages: &["ja", "en"],
            chapters,
        }
    }

    pub fn chapter_mut(&mut self, key: &str) -> &mut ChapterDraft {
        self.chapters.iter_mut().find(|chapter| chapter.key == key).expect("a chapter of the draft")
    }

    fn write(&self, dir: &Path) {
        let write = |path: &str, text: &str| {
            let path = dir.join(path);
            std::fs::create_dir_all(path.parent().expect("it is below dir")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write("course.yaml", &self.yaml());
        write("data/numbers.csv", &format!("course,n\n{},1\n", self.slug));
        for chapter in &self.chapters {
            let folder = format!("chapters/{}", chapter.key);
            match &chapter.look {
                Look::Quiz => continue,
                Look::Questions(quiz) => {
                    write(&format!("{folder}/quiz.yaml"), quiz);
                    continue;
                }
                _ => {}
            }
            write(&format!("{folder}/images/dot.svg"), DOT);
            let words = &chapter.words;
            for language in self.languages {
                let text = match *language {
                    "en" => format!("## First\n\n{words} In English.\n\n![A dot](images/dot.svg)\n"),
                    _ => format!("## はじめに\n\n{words} 日本語で。\n\n![点](images/dot.svg)\n"),
                };
                write(&format!("{folder}/text.{language}.md"), &text);
            }
            match &chapter.look {
                Look::Coding(cells) => write(&format!("{folder}/notebook.ipynb"), &notebook(cells).to_string()),
                Look::Task(assignment) => {
                    write(&format!("{folder}/notebook.ipynb"), &notebook(&["one", "two"]).to_string());
                    write(&format!("{folder}/assignment.yaml"), assignment);
                    write(&format!("{folder}/checks.py"), CHECKS);
                }
                _ => {}
            }
        }
    }

    /// In the course's languages.
    fn said(&self, japanese: &str, english: &str) -> String {
        let word = |language: &&str| format!("{language}: {}", if *language == "en" { english } else { japanese });
        format!("{{{}}}", self.languages.iter().map(word).collect::<Vec<_>>().join(", "))
    }

    fn yaml(&self) -> String {
        let mut yaml = format!(
            "slug: {}\nlanguages: [{}]\ntitle: {}\nsummary: {}\n\
             profile: {{memory_mb: 512, cpu: 0.5}}\ncompletion: {{chapters: {}}}\nsections:\n\
             - title: {}\n  chapters:\n",
            self.slug,
            self.languages.join(", "),
            self.said("講座", &self.title),
            self.said("要約", "Summary"),
            self.completion,
            self.said("部", "Part"),
        );
        for chapter in &self.chapters {
            let (kind, rule) = match chapter.look {
                Look::Text => ("text", "{read: true, cells: none, self_mark: false}"),
                Look::Coding(_) => ("coding", "{read: true, cells: all, self_mark: false}"),
                Look::Own => ("text", "{read: false, cells: none, self_mark: true}"),
                Look::ReadOrOwn => ("text", "{read: true, cells: none, self_mark: true}"),
                Look::Quiz | Look::Questions(_) => ("quiz", ""),
                Look::Task(_) => ("assignment", ""),
            };
            let (key, title) = (&chapter.key, self.said("章", &chapter.title));
            let _ = write!(yaml, "  - key: {key}\n    kind: {kind}\n    minutes: 5\n    title: {title}\n");
            if !rule.is_empty() {
                let _ = writeln!(yaml, "    completion: {rule}");
            }
            if let Some(was) = &chapter.was {
                let _ = writeln!(yaml, "    was: {was}");
            }
        }
        yaml
    }
}

const DOT: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><circle cx="1" cy="1" r="1"/></svg>"#;

/// What every assignment of these courses may list.
const CHECKS: &str =
    "def test_one(nb):\n    assert nb.has('one')\n\n\ndef test_secret(nb):\n    assert nb['two'] == 2\n";

pub fn notebook(cells: &[&str]) -> Value {
    let code = cells.iter().map(|id| {
        json!({ "cell_type": "code", "id": id, "metadata": {}, "execution_count": null, "outputs": [],
            "source": [format!("print('{id}')")] })
    });
    let title = json!({ "cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# Title"] });
    json!({ "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": std::iter::once(title).chain(code).collect::<Vec<_>>() })
}

impl TestSite {
    /// The usual course, published.
    pub async fn course(&self, slug: &str) -> Course {
        self.publish(&CourseDraft::new(slug)).await
    }

    pub async fn publish(&self, draft: &CourseDraft) -> Course {
        self.try_publish(draft).await.unwrap_or_else(|error| panic!("the draft is not published: {error:?}"))
    }

    pub async fn try_publish(&self, draft: &CourseDraft) -> Result<Course, PublishError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        draft.write(folder.path());
        let published = content::publish(&self.site.db, &self.site.blobs, folder.path(), None, None).await?;
        // What the command line does not tell a running site, a site finds out by itself; stories do not wait for it.
        self.site.catalogue.forget(published.course).await;
        let course = published.course;
        let chapters: Vec<(String, ChapterId)> = self
            .write(move |tx| {
                chapters::table.filter(chapters::course_id.eq(course)).select((chapters::key, chapters::id)).load(tx)
            })
            .await;
        Ok(Course {
            id: published.course,
            slug: draft.slug.clone(),
            publication: published.publication,
            chapters: chapters.into_iter().collect(),
        })
    }
}
