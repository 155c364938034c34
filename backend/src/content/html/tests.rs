use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;

use super::*;
use crate::content::format::Locale;
use crate::content::report::Report;
use crate::db::types::ChapterId;

fn rendered(text: &str) -> (String, Vec<Heading>, Report) {
    let images = BTreeMap::from([("a.png".to_owned(), Some(Size { width: 10, height: 20 }))]);
    let chapters = BTreeSet::from(["01-first"]);
    let setting =
        Setting { language: Locale::En, images: &images, chapters: &chapters, cells: None, has_notebook: false };
    let mut report = Report::default();
    let rendered = render(text, &setting, &mut Notes { file: "text.en.html", report: &mut report });
    (rendered.html.fill(ChapterId(7), |_| Some(ChapterId(1))), rendered.headings, report)
}

#[test]
fn a_text_in_html_gets_what_markdown_gets() {
    let (html, headings, report) = rendered(
        "<h2>First &amp; last</h2>\n<p>See <a href=\"https://example.com\">there</a>, <a href=\"chapter:01-first\">back</a>\
         and <a href=\"#own\">below</a>.</p>\n<img src=\"images/a.png\" alt=\"A\">\n<h3 id=\"own\">Own</h3>\n\
         <table><tr><td align=\"right\">1</td></tr></table>\n<math><mi>x</mi><mspace width=\"1em\"/><mo>&lt;</mo></math>",
    );
    assert!(report.items.is_empty(), "{report}");
    assert_snapshot!(html);
    insta::assert_debug_snapshot!(headings);
}

#[test]
fn what_would_be_taken_away_is_an_error_with_its_place() {
    let (_, _, report) = rendered(
        "<!DOCTYPE html>\n<html><body>\n<h1>Title</h1>\n  <p onclick=\"x()\" style=\"color: red\">日本語<script>if (a < b) {}</script>\n\
         <figure data-cell=\"fit\">x</figure><a href=\"file:///etc/passwd\">x</a><img src=\"x.png\">",
    );
    assert_snapshot!(report.to_string());
}
