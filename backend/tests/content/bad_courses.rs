//! Everything that can be wrong with a course, and what its author is told.

use std::os::unix::fs::symlink;

use tenarai::content;

use super::course::{Course, OUTLINE, PIXEL};

const QUIZ: &str = "questions: [{key: a, kind: true_false, text: x, answer: true}]\n";

/// What is done to a good course, and to what.
type Damage = (&'static str, fn(&Course));

fn told(damages: &[Damage]) -> String {
    let mut all = String::new();
    for (name, damage) in damages {
        let course = Course::good();
        damage(&course);
        let report = content::check(course.path()).to_string();
        // The folder's own name is made up.
        let report = report.replace(&course.path().display().to_string(), "[course]");
        all.push_str(&format!("== {name}\n{report}\n\n"));
    }
    all
}

#[test]
fn a_good_course_has_nothing_wrong() {
    let report = content::check(Course::good().path());
    assert!(report.items.is_empty(), "{report}");
}

#[test]
fn outlines() {
    insta::assert_snapshot!(told(&[
        ("no course.yaml", |c| _ = c.remove("course.yaml")),
        ("empty", |c| _ = c.write("course.yaml", "")),
        ("not YAML", |c| _ = c.write("course.yaml", "slug: [tiny\ntitle: x")),
        ("tab", |c| _ = c.write("course.yaml", "slug: tiny\n\tx: 1\n")),
        ("a list", |c| _ = c.write("course.yaml", "- slug: tiny\n")),
        ("same field twice", |c| _ = c.edit("course.yaml", "languages:", "slug: other\nlanguages:")),
        ("aliases", |c| _ = c.write("course.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nslug: *b\n")),
        ("aliases of aliases", |c| {
            let bomb = ('b'..='t')
                .zip('a'..)
                .map(|(name, of)| format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 9].join(", ")));
            _ = c.write("course.yaml", &format!("a: &a x\n{}slug: *t\n", bomb.collect::<String>()));
        }),
        ("not UTF-8", |c| _ = c.write_bytes("course.yaml", b"slug: tiny\ntitle: \x83\x65\n")),
        ("all at once", |c| {
            _ = c.write("course.yaml", "slug: Tiny Course\nlanguages: [ja, fr, ja]\ncolour: red\n\
            title: {ja: 小, en: Small}\nsummary: {ja: 5}\nprofile: {memory_mb: 12, cpu: many, gpu: 1}\n\
            completion: {chapters: 0%}\nsections:\n  - title: {ja: ''}\n    chapters:\n      - {key: 01_Read, kind: novel, \
            title: {ja: 読}, minutes: 0}\n      - {kind: text, key: a, minutes: 5.5}\n")
        }),
        ("missing language", |c| _ = c.edit("course.yaml", "title: {ja: 読む, en: Read}", "title: {ja: 読む}")),
        ("keys", |c| _ = c.edit("course.yaml", "key: 03-quiz", "key: 01-read")),
        ("rules", |c| _ = c.edit(
            "course.yaml",
            "        minutes: 5\n      - key: 02-run",
            "        minutes: 5\n        completion: {read: false, cells: 50%}\n      - key: 02-run"
        )),
        ("never completed", |c| _ =
            c.edit("course.yaml", "cells: 80%", "cells: none").edit("course.yaml", "read: true", "read: false")),
        ("percent", |c| _ = c.edit("course.yaml", "cells: 80%", "cells: 101%")),
        ("was", |c| _ = c.edit("course.yaml", "- key: 02-run", "- key: 02-run\n        was: 01-read").edit(
            "course.yaml",
            "- key: 03-quiz",
            "- key: 03-quiz\n        was: ../x"
        )),
        ("no chapters", |c| _ = c.write(
            "course.yaml",
            &OUTLINE[..OUTLINE.find("sections:").unwrap()].to_owned().replace("completion", "sections: []\ncompletion")
        )),
        ("too long", |c| _ = c.edit("course.yaml", "Tiny course", &"x".repeat(201))),
        ("unseen", |c| _ = c.edit("course.yaml", "Tiny course", "\"Tiny\\0course\"")),
    ]));
}

#[test]
fn files() {
    insta::assert_snapshot!(told(&[
        ("text missing", |c| _ = c.remove("chapters/01-read/text.en.md")),
        ("folder missing", |c| _ = c.remove("chapters/02-run")),
        ("two texts", |c| _ = c.write("chapters/01-read/text.en.html", "<p>x</p>")),
        ("empty text", |c| _ = c.write("chapters/01-read/text.en.md", "\n")),
        ("text not UTF-8", |c| _ = c.write_bytes("chapters/01-read/text.ja.md", b"## ok\n\nab\x82\xa0")),
        ("text too large", |c| _ = c.write("chapters/01-read/text.ja.md", &"x".repeat((1 << 20) + 1))),
        ("outline too large", |c| _ = c.write("course.yaml", &"#".repeat((1 << 20) + 1))),
        ("notebook too large", |c| _ = c.write_bytes("chapters/02-run/notebook.ipynb", &vec![b' '; (10 << 20) + 1])),
        ("notebook in a text chapter", |c| _ = c.write("chapters/01-read/notebook.ipynb", "{}")),
        ("quiz in one language", |c| _ = c.write("chapters/03-quiz/text.ja.md", "問い")),
        ("quiz in a text chapter", |c| _ = c.write("chapters/01-read/quiz.yaml", QUIZ)),
        ("quiz without questions", |c| _ = c.write("chapters/03-quiz/quiz.yaml", "attempts: 2\n")),
        ("image not referenced", |c| _ = c.write_bytes("chapters/02-run/images/pixel.png", PIXEL)),
        ("image missing", |c| _ = c.remove("chapters/01-read/images/pixel.png")),
        ("image is no image", |c| _ = c.write("chapters/01-read/images/pixel.png", "<script>alert(1)</script>")),
        ("image of another kind", |c| _ = c.write_bytes("chapters/01-read/images/pixel.jpg", PIXEL)),
        ("image cut off", |c| _ = c.write_bytes("chapters/01-read/images/pixel.png", &PIXEL[..12])),
        ("image with a bad name", |c| _ = c.write_bytes("chapters/01-read/images/ピ クセル.png", PIXEL)),
        ("image of no known kind", |c| _ = c.write("chapters/01-read/images/x.gif", "GIF89a")),
        ("image too large", |c| _ = c.write_bytes("chapters/01-read/images/pixel.png", &vec![0; (5 << 20) + 1])),
        ("active svg", |c| _ =
            c.write("chapters/01-read/images/x.svg", "<svg xmlns='http://www.w3.org/2000/svg'>\n<script/></svg>")),
        ("data too large", |c| _ = c.write_bytes("data/big.bin", &vec![0; (20 << 20) + 1])),
        ("all data too large", |c| (0..11).for_each(|n| c.grow(&format!("data/{n:02}.bin"), 19 << 20))),
        ("data with a bad name", |c| _ = c.write("data/a:b.csv", "x")),
        ("notebook broken", |c| _ = c.edit("chapters/02-run/notebook.ipynb", "\"id\": \"fit\"", "\"id\": \"intro\"")),
        ("other files", |c| _ = c
            .write("chapters/01-read/notes.txt", "x")
            .write("chapters/99-old/text.ja.md", "x")
            .write("README.md", "x")
            .write("chapters/01-read/.DS_Store", "x")
            .write("chapters/03-quiz/quiz.yaml", QUIZ)),
    ]));
}

fn data_files(course: &Course, many: usize) {
    (0..many).for_each(|n| _ = course.write(&format!("data/{n:04}.txt"), ""));
}

#[test]
fn as_many_files_as_a_course_may_have_and_more() {
    // A good course has eight.
    let course = Course::good();
    data_files(&course, 4_992);
    assert!(content::check(course.path()).items.is_empty());
    insta::assert_snapshot!(told(&[
        ("one too many", |c| data_files(c, 4_993)),
        ("deep enough", |c| _ = c.write("data/1/2/3/4/5/6/7/8.csv", "")),
        ("too deep", |c| _ = c.write("data/1/2/3/4/5/6/7/8/9.csv", "")),
    ]));
}

#[test]
fn links_out_of_the_folder() {
    insta::assert_snapshot!(told(&[
        ("text", |c| {
            c.remove("chapters/01-read/text.en.md");
            symlink("/etc/hostname", c.path().join("chapters/01-read/text.en.md")).unwrap();
        }),
        ("folder", |c| {
            c.rename("data", "elsewhere");
            symlink("elsewhere", c.path().join("data")).unwrap();
        }),
        ("course.yaml", |c| {
            c.rename("course.yaml", "other.yaml");
            symlink("other.yaml", c.path().join("course.yaml")).unwrap();
        }),
        ("data file", |c| symlink("/etc/passwd", c.path().join("data/passwd")).unwrap()),
    ]));
}

#[test]
fn texts() {
    insta::assert_snapshot!(told(&[
        ("cell", |c| _ = c.edit("chapters/02-run/text.ja.md", "cell=fit", "cell=fot")),
        ("cell without a notebook", |c| _ =
            c.write("chapters/01-read/text.ja.md", "```python cell=fit\nx\n```\n![x](images/pixel.png)")),
        ("cell of a broken notebook", |c| _ = c.write("chapters/02-run/notebook.ipynb", "{")),
        ("many", |c| _ = c
            .edit("chapters/01-read/text.ja.md", "## One", "# 見出し\n\n式は $\\frac{1}$ と $\\foo$ です")
            .edit("chapters/01-read/text.ja.md", "chapter:02-run", "chapter:02-ran")
            .edit("chapters/01-read/text.ja.md", "![A pixel]", "![]")),
        ("path outside", |c| _ = c.edit("chapters/01-read/text.ja.md", "images/pixel.png", "../../../etc/passwd.png")),
        ("windows", |c| _ = c.write(
            "chapters/01-read/text.ja.md",
            "\u{feff}## 一\r\n\r\nこれは $\\nope$\r\n\r\n![x](images/pixel.png)\r\n"
        )),
    ]));
}
