use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::content::html::Setting;
use crate::content::report::{Notes, Report};

const CHECKS: &str = "import pytest\n\ndef test_split(nb):\n    assert nb.has('x')\n\n\ndef helper():\n    pass\n";

fn read_with(yaml: &str, checks: Option<&str>) -> (Option<AssignmentDraft>, Vec<String>) {
    let mut report = Report::default();
    let (images, chapters) = (BTreeMap::new(), BTreeSet::new());
    let setting =
        Setting { language: Locale::Ja, images: &images, chapters: &chapters, cells: None, has_notebook: true };
    let mut notes = Notes { file: "assignment.yaml", report: &mut report };
    let draft = read(yaml, checks, &[Locale::Ja, Locale::En], &setting, &mut notes);
    let told = report
        .items
        .iter()
        .map(|item| format!("{}:{} {} {}", item.position.line, item.position.column, item.code, item.message));
    (draft, told.collect())
}

fn criterion(levels: &str) -> String {
    format!("rubric:\n- key: reasons\n  title: {{ja: 理由, en: Reasons}}\n  levels: {levels}\n")
}

#[test]
fn criteria_and_checks_make_up_all_points() {
    let yaml = "pass: 50%\nattempts: 3\nlate: refused\nrubric:\n- key: reasons\n  title: {ja: 理由, en: Reasons}\n  \
                levels:\n  - {points: 0, text: {ja: なし, en: None}}\n  - {points: 7, text: {ja: あり, en: Given}}\n\
                checks:\n- test: test_split\n  points: 5\n  title: {ja: 分割, en: Split}\n  hint: 見て\n  visible: true\n";
    let (draft, told) = read_with(yaml, Some(CHECKS));
    assert_eq!(told, Vec::<String>::new());
    let assignment = draft.expect("a draft").fill(None, ChapterId(1), |_| None);
    assert_eq!(assignment.points(), 12);
    assert_eq!(assignment.rules, HandInRules { attempts: Some(3), pass_percent: 50, late: Late::Refused, blind: false });
    let words = assignment.words_in(Locale::En);
    assert!(words.of(assignment.rubric[0].levels[1].text).contains("Given"));
    assert!(assignment.checks[0].visible);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let levels = "[{points: 3, text: a}, {points: 3, text: b}]";
    for (yaml, checks, expected) in [
        ("pass: 60%\n", None, "1:1 no_points an assignment needs a `rubric`, `checks`, or both"),
        (
            &criterion(levels) as &str,
            None,
            "4:11 levels levels stand in order: each has more points than the one before",
        ),
        (&criterion("[{points: 3, text: a}]"), None, "4:11 levels a criterion has 2 to 5 levels"),
        (
            "checks:\n- {test: test_split, points: 1, title: a}\n",
            None,
            "1:1 missing_file `checks` names tests, but there is no checks.py beside this file",
        ),
        (
            "checks:\n- {test: test_split, points: 1, title: a}\n- {test: test_no, points: 1, title: a}\n",
            Some(CHECKS),
            "3:3 unknown_test checks.py has no function `test_no`",
        ),
        (
            "checks:\n- {test: helper, points: 1, title: a}\n",
            Some(CHECKS),
            "2:10 bad_test `test` names a function of checks.py that begins with `test_`, unlike `helper`",
        ),
        (
            "checks:\n- {test: test_split, points: 1, title: a}\n- {test: test_split, points: 1, title: a}\n",
            Some(CHECKS),
            "3:3 duplicate_key the test `test_split` is taken by the entry at line 2",
        ),
        ("late: maybe\nrubric: []\n", None, "1:7 unknown_word `late`: `maybe` is none of accepted, refused"),
    ] {
        let (_, told) = read_with(yaml, checks);
        assert!(told.iter().any(|told| told == expected), "{yaml}\n{told:#?}");
    }
}

#[test]
fn a_test_that_is_not_listed_is_noticed() {
    let levels = "[{points: 0, text: a}, {points: 3, text: b}]";
    let (_, told) = read_with(&criterion(levels), Some(CHECKS));
    assert_eq!(told, ["1:1 unlisted_test `test_split` of checks.py is not listed in `checks`: it is never run"]);
}
