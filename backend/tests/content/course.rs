//! A small course on disk, to be bent by tests.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// A PNG of one pixel.
pub const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6,
    0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d,
    0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

pub const OUTLINE: &str = "\
slug: tiny
languages: [ja, en]
title: {ja: 小さな講座, en: Tiny course}
summary: {ja: 例です。, en: An example.}
profile: {memory_mb: 512, cpu: 0.5}
completion: {chapters: all}
sections:
  - title: {ja: はじめ, en: Start}
    chapters:
      - key: 01-read
        kind: text
        title: {ja: 読む, en: Read}
        minutes: 5
      - key: 02-run
        kind: coding
        title: {ja: 動かす, en: Run}
        minutes: 10
        completion: {read: true, cells: 80%, self_mark: false}
  - title: {ja: おわり, en: End}
    chapters:
      - key: 03-quiz
        kind: quiz
        title: {ja: 確認, en: Quiz}
        minutes: 5
";

pub const NOTEBOOK: &str = r##"{
 "cells": [
  {"cell_type": "markdown", "id": "intro", "metadata": {}, "source": "# Run"},
  {"cell_type": "code", "id": "fit", "metadata": {}, "execution_count": 3, "outputs": [], "source": "x = 1"},
  {"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": "print(x, 'a cell without an id')"}
 ],
 "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}}, "nbformat": 4, "nbformat_minor": 5
}
"##;

/// A course in a folder of its own, which goes when it is dropped.
pub struct Course(TempDir);

impl Course {
    /// One that can be published.
    pub fn good() -> Self {
        let course = Self(tempfile::tempdir().unwrap());
        course.write("course.yaml", OUTLINE);
        for language in ["ja", "en"] {
            course.write(
                &format!("chapters/01-read/text.{language}.md"),
                "## One\n\nGo on to [the next](chapter:02-run).\n\n![A pixel](images/pixel.png)\n",
            );
            course.write(&format!("chapters/02-run/text.{language}.md"), "## Two\n\n```python cell=fit\nx = 1\n```\n");
        }
        course.write_bytes("chapters/01-read/images/pixel.png", PIXEL);
        course.write("chapters/02-run/notebook.ipynb", NOTEBOOK);
        course.write("data/rent.csv", "area,rent\n20,80000\n");
        course
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, path: &str, text: &str) -> &Self {
        self.write_bytes(path, text.as_bytes())
    }

    pub fn write_bytes(&self, path: &str, bytes: &[u8]) -> &Self {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
        self
    }

    /// A file of so many bytes that takes no room.
    pub fn grow(&self, path: &str, bytes: u64) {
        fs::File::create(self.path().join(path)).unwrap().set_len(bytes).unwrap();
    }

    pub fn remove(&self, path: &str) -> &Self {
        let path = self.path().join(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap()
        } else {
            fs::remove_file(path).unwrap()
        }
        self
    }

    /// Changes words in a file; they have to be there.
    pub fn edit(&self, path: &str, from: &str, to: &str) -> &Self {
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        assert!(text.contains(from), "{path} does not contain {from}");
        self.write(path, &text.replacen(from, to, 1))
    }

    pub fn rename(&self, from: &str, to: &str) -> &Self {
        fs::rename(self.path().join(from), self.path().join(to)).unwrap();
        self
    }
}
