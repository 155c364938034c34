use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::content::html::Setting;
use crate::content::report::{Notes, Report};

fn read_in(languages: &[Locale], text: &str) -> (Option<Quiz>, String) {
    let (images, chapters) = (BTreeMap::new(), BTreeSet::new());
    let setting =
        Setting { language: languages[0], images: &images, chapters: &chapters, cells: None, has_notebook: false };
    let mut report = Report::default();
    let draft = read(text, languages, &setting, &mut Notes { file: "quiz.yaml", report: &mut report });
    report.tidy();
    (draft.map(|draft| draft.fill(ChapterId(7), |_| None)), report.to_string())
}

fn quiz(text: &str) -> Quiz {
    let (quiz, report) = read_in(&[Locale::Ja, Locale::En], text);
    quiz.filter(|_| report == "0 errors, 0 warnings").unwrap_or_else(|| panic!("{report}"))
}

/// What is wrong with a quiz of this one question.
fn found(question: &str) -> String {
    read_in(&[Locale::En], &format!("questions:\n{question}")).1
}

fn task(question: &str) -> Task {
    let (quiz, report) = read_in(&[Locale::En], &format!("questions:\n{question}"));
    quiz.unwrap_or_else(|| panic!("{report}")).questions.remove(0).task
}

fn credit(task: &Task, answer: serde_json::Value) -> f64 {
    let answer: Answer = serde_json::from_value(answer).unwrap();
    assert!(task.admits(&answer), "{answer:?}");
    task.score(&answer).credit
}

const WHOLE: &str = r#"
attempts: 3
minutes: 20
pass: 80%
counts: last
shuffle: true
answers: after_attempt
questions:
  - key: mean
    kind: single_choice
    points: 2
    text:
      ja: |
        $1, 2, 6$ の平均はどれですか。
      en: |
        What is the mean of $1, 2, 6$?
    options:
      - {text: 3, correct: true}
      - text: 2
        feedback: {ja: それは中央値です。, en: That is the median.}
    explanation: {ja: 合計は9です。, en: The sum is 9.}
  - key: frames
    kind: multiple_choice
    partial: true
    fixed: true
    text: {ja: 表を返すのはどれですか。, en: Which give a table?}
    options:
      - {key: head, text: "`df.head()`", correct: true}
      - {key: tail, text: "`df.tail()`", correct: true}
      - {key: shape, text: "`df.shape`"}
  - key: overfit
    kind: true_false
    text: {ja: 過学習したモデルは、訓練データでよい点を取る。, en: An overfitted model does well on its training data.}
    answer: true
    feedback_false: {ja: 覚え込んでいます。, en: It has learnt them by heart.}
  - key: area
    kind: number
    text: {ja: 20畳は何平方メートルですか。, en: How large are 20 tatami?}
    answer: 33.1
    tolerance: 2%
    unit: m²
  - key: library
    kind: short_text
    text: {ja: 表を扱うライブラリは。, en: The library for tables?}
    accept: [pandas, パンダス]
  - key: loop
    kind: code_output
    text: {ja: 何が表示されますか。, en: What does it print?}
    code: |
      for x in range(2):
          print(x)
    output: |
      0
      1
"#;

#[test]
fn a_quiz_is_read_in_all_its_languages() {
    let quiz = quiz(WHOLE);
    assert_eq!(quiz.points(), 7);
    let asked: Vec<_> = [Locale::Ja, Locale::En]
        .into_iter()
        .map(|locale| {
            let words = quiz.words_in(locale);
            let ask = |question: &Question| {
                json!({"text": words.of(question.text), "asked": question.task.ask(&question.key, Order::AS_WRITTEN, words)})
            };
            quiz.questions.iter().map(ask).collect::<Vec<_>>()
        })
        .collect();
    insta::assert_json_snapshot!(json!({"rules": quiz.rules, "asked": asked}));
}

#[test]
fn what_is_asked_does_not_tell_the_answer() {
    let quiz = quiz(WHOLE);
    let words = quiz.words_in(Locale::En);
    for question in &quiz.questions {
        let asked = serde_json::to_string(&question.task.ask(&question.key, Order::AS_WRITTEN, words)).unwrap();
        for secret in ["correct", "median", "33.1", "pandas", "\"0", "by heart", "answer", "tolerance"] {
            assert!(!asked.contains(secret), "{secret}: {asked}");
        }
    }
}

#[test]
fn a_quiz_is_the_same_after_it_was_stored() {
    let quiz = quiz(WHOLE);
    let stored = serde_json::to_string(&quiz).unwrap();
    assert_eq!(serde_json::from_str::<Quiz>(&stored).unwrap(), quiz);
}

#[test]
fn every_kind_says_what_would_have_been_right() {
    let quiz = quiz(WHOLE);
    let solutions: Vec<_> = quiz.questions.iter().map(|question| question.task.solution()).collect();
    insta::assert_json_snapshot!(solutions);
}

#[test]
fn mistakes_are_told_with_their_places() {
    let told = [
        "colour: red\nquestions: []\n",
        "counts: mean\nanswers: 3\nattempts: 0\nminutes: 1.5\npass: 101%\nshuffle: often\nquestions:\n  - {}\n",
        "questions:\n  - {key: Q1, kind: essay, text: x}\n  - {kind: number, text: x}\n  - key: a\n    text: x\n",
        "questions:\n  - {key: a, kind: true_false, text: x, answer: yes!}\n  - {key: a, kind: true_false, text: x, answer: true}\n  - {key: a, kind: true_false, text: x, answer: true}\n",
        "questions:\n  - key: a\n    kind: single_choice\n    text: |\n\n        ok\n\n        ![](images/none.png)\n    options:\n      - {text: 1, correct: true}\n      - {text: 2, correct: true}\n      - {key: a, text: [x]}\n",
        "questions:\n  - {key: a, kind: multiple_choice, text: x, options: [{text: 1}, {text: 2}]}\n  - {key: b, kind: single_choice, text: x, options: [{text: 1}]}\n",
        "questions:\n  - {key: a, kind: number, text: x, answer: 1, unit: m, units: []}\n  - {key: b, kind: number, text: x, answer: one, tolerance: -1}\n  - {key: c, kind: number, text: x, answer: 1, units: [{unit: cm, factor: 0.01}]}\n",
        "questions:\n  - {key: a, kind: short_text, text: x, accept: []}\n  - {key: b, kind: code_output, text: x}\n",
    ];
    let told: Vec<_> = told.iter().map(|text| format!("{text}---\n{}\n", read_in(&[Locale::En], text).1)).collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn a_text_in_one_language_is_not_enough() {
    let text = "questions:\n  - {key: a, kind: true_false, text: {ja: 問}, answer: true}\n";
    let (quiz, report) = read_in(&[Locale::Ja, Locale::En], text);
    assert_eq!(quiz, None);
    assert!(report.contains("quiz.yaml:2:38: error[missing_field]: text needs `en`"), "{report}");
}

#[test]
fn one_option_is_right_or_wrong_and_says_why() {
    let choice = task(
        "  - key: q\n    kind: single_choice\n    text: x\n    options: [{text: 1, correct: true}, {text: 2, feedback: no}]\n",
    );
    assert_eq!(credit(&choice, json!({"kind": "single_choice", "option": "a"})), 1.0);
    assert_eq!(credit(&choice, json!({"kind": "single_choice", "option": "b"})), 0.0);
    let wrong = Answer::SingleChoice(serde_json::from_value(json!({"option": "b"})).unwrap());
    assert_eq!(choice.score(&wrong).feedback.len(), 1);
    for answer in [json!({"kind": "single_choice", "option": "c"}), json!({"kind": "true_false", "value": true})] {
        let answer: Answer = serde_json::from_value(answer).unwrap();
        assert!(!choice.admits(&answer));
        assert_eq!(choice.score(&answer).credit, 0.0);
    }
}

#[test]
fn several_options_earn_their_parts_where_the_author_says_so() {
    let options = "options: [{text: 1, correct: true}, {text: 2, correct: true}, {text: 3}, {text: 4}]";
    let whole = task(&format!("  - key: q\n    kind: multiple_choice\n    text: x\n    {options}\n"));
    let parts =
        task(&format!("  - key: q\n    kind: multiple_choice\n    partial: true\n    text: x\n    {options}\n"));
    for (chosen, all, part) in [
        (vec!["a", "b"], 1.0, 1.0),
        (vec!["a"], 0.0, 0.5),
        (vec!["a", "b", "c"], 0.0, 0.5),
        (vec!["a", "c"], 0.0, 0.0),
        (vec!["a", "b", "c", "d"], 0.0, 0.0),
        (vec!["c", "d"], 0.0, 0.0),
        (vec![], 0.0, 0.0),
    ] {
        let answer = json!({"kind": "multiple_choice", "options": chosen});
        assert_eq!(credit(&whole, answer.clone()), all, "{chosen:?}");
        assert_eq!(credit(&parts, answer), part, "{chosen:?}");
    }
}

#[test]
fn numbers_may_be_near_enough_and_in_another_unit() {
    let number = |rest: &str| task(&format!("  - {{key: q, kind: number, text: x, {rest}}}\n"));
    let given = |task: &Task, text: &str, unit: Option<&str>| {
        let mut answer = json!({"kind": "number", "number": text});
        if let Some(unit) = unit {
            answer["unit"] = unit.into();
        }
        credit(task, answer)
    };
    let exact = number("answer: 0.3");
    assert_eq!(given(&exact, "0.30", None), 1.0);
    assert_eq!(given(&exact, "0.3000001", None), 0.0);
    assert_eq!(given(&exact, "about 0.3", None), 0.0);
    let near = number("answer: 200, tolerance: 1%, unit: 円");
    assert_eq!(given(&near, "198", None), 1.0);
    assert_eq!(given(&near, "２０２", Some("円")), 1.0);
    assert_eq!(given(&near, "197.9", None), 0.0);
    let units = number("answer: 1.5, units: [{unit: m, factor: 1}, {unit: cm, factor: 0.01}]");
    assert_eq!(given(&units, "150", Some("cm")), 1.0);
    assert_eq!(given(&units, "150", Some("m")), 0.0);
    // A number without the unit it needs is no answer to that.
    assert_eq!(given(&units, "1.5", None), 0.0);
    let foreign: Answer = serde_json::from_value(json!({"kind": "number", "number": "1", "unit": "km"})).unwrap();
    assert!(!units.admits(&foreign));
}

#[test]
fn short_texts_are_compared_as_people_read_them() {
    let text =
        |rest: &str| task(&format!("  - {{key: q, kind: short_text, text: x, accept: [パンダス, Pandas DF]{rest}}}\n"));
    let right = |task: &Task, text: &str| credit(task, json!({"kind": "short_text", "text": text})) > 0.0;
    let lenient = text("");
    for given in ["パンダス", "ぱんだす", "ﾊﾟﾝﾀﾞｽ", " ぱんダす ", "pandas df", "ＰＡＮＤＡＳ　ＤＦ"]
    {
        assert!(right(&lenient, given), "{given}");
    }
    for given in ["", "パンタス", "pandasdf"] {
        assert!(!right(&lenient, given), "{given}");
    }
    let strict = text(", case_matters: true, kana_matters: true");
    assert!(right(&strict, "Pandas DF") && !right(&strict, "pandas df"));
    assert!(right(&strict, "ﾊﾟﾝﾀﾞｽ") && !right(&strict, "ぱんだす"));
    let long: Answer = serde_json::from_value(json!({"kind": "short_text", "text": "x".repeat(2_001)})).unwrap();
    assert!(!lenient.admits(&long));
}

#[test]
fn output_is_compared_without_what_cannot_be_seen() {
    let output = task("  - key: q\n    kind: code_output\n    text: x\n    code: print(1)\n    output: \"1\\n 2\"\n");
    for (given, credited) in [("1\n 2", 1.0), ("1  \r\n 2\n\n", 1.0), ("1\n2", 0.0), ("1 2", 0.0), ("", 0.0)] {
        assert_eq!(credit(&output, json!({"kind": "code_output", "text": given})), credited, "{given:?}");
    }
}

#[test]
fn code_cannot_leave_its_frame() {
    let told = found(
        "  - key: q\n    kind: code_output\n    text: x\n    code: |\n      ```\n      <b onclick=x>\n    output: y\n",
    );
    assert_eq!(told, "0 errors, 0 warnings");
    let (quiz, _) = read_in(
        &[Locale::En],
        "questions:\n  - key: q\n    kind: code_output\n    text: x\n    code: |\n      ```\n      <b>\n    output: y\n",
    );
    let quiz = quiz.expect("a quiz");
    let Asked::CodeOutput(asked) = quiz.questions[0].task.ask("q", Order::AS_WRITTEN, quiz.words_in(Locale::En)) else {
        panic!("another kind");
    };
    let html = asked.code;
    let found = (html.matches("<pre").count(), html.contains("<b>"), html.contains("&lt;"));
    assert_eq!(found, (1, false, true), "{html}");
}

#[test]
fn an_order_lasts_and_the_next_one_is_another() {
    let keys: Vec<String> = ('a'..='h').map(|letter| letter.to_string()).collect();
    let of = |order: Order| order.of("quiz", &keys, |key| key).into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(of(Order::AS_WRITTEN), keys);
    assert_eq!(of(Order::shuffled(1)), of(Order::shuffled(1)));
    assert_ne!(of(Order::shuffled(1)), of(Order::shuffled(2)));
    let mut all = of(Order::shuffled(3));
    // Without one of them, the others stand as they stood.
    let fewer: Vec<String> = keys.iter().filter(|key| *key != "c").cloned().collect();
    all.retain(|key| key != "c");
    assert_eq!(Order::shuffled(3).of("quiz", &fewer, |key| key), all.iter().collect::<Vec<_>>());
}
