//! Reads `quiz.yaml` and notes everything that is wrong with it.

use std::collections::BTreeMap;

use super::{Question, QuizDraft, Rules, kinds};
use crate::content::format::Locale;
use crate::content::html::Setting;
use crate::content::report::{Notes, Position};
use crate::content::words::Reader;
use crate::content::yaml::{self, Fields, Node};

const MOST_QUESTIONS: usize = 200;
const LONGEST_NAME: usize = 64;
/// What is asked for where nothing is said.
const PASS_PERCENT: u8 = 70;

/// Reads the file in every language of its course.
pub fn read(text: &str, languages: &[Locale], setting: &Setting, notes: &mut Notes) -> Option<QuizDraft> {
    let root = yaml::parse(text, notes)?;
    let mut reader = Reader::new(text, languages, setting, notes);
    let known = ["attempts", "minutes", "pass", "counts", "shuffle", "answers", "questions"];
    let fields = root.fields("quiz.yaml", &known, reader.notes)?;
    let rules = rules(&fields, &mut reader);
    let node = fields.required("questions", reader.notes)?;
    let items = node.list("`questions`", reader.notes)?;
    if !(1..=MOST_QUESTIONS).contains(&items.len()) {
        reader.notes.error(node.at, "questions", format!("a quiz has 1 to {MOST_QUESTIONS} questions"));
        return None;
    }
    let mut questions = Vec::new();
    let mut keys = BTreeMap::new();
    for item in items {
        let Some((question, at)) = question(item, &mut reader) else { continue };
        if let Some(first) = keys.insert(question.key.clone(), at) {
            let message = format!("the key `{}` is taken by the question at line {}", question.key, first.line);
            reader.notes.error(at, "duplicate_key", message);
        }
        questions.push(question);
    }
    let complete = questions.len() == items.len();
    complete.then_some(QuizDraft { rules, questions, texts: reader.into_texts() })
}

fn rules(fields: &Fields, reader: &mut Reader) -> Rules {
    let notes = &mut *reader.notes;
    let attempts = fields.optional("attempts").and_then(|node| node.whole("`attempts`", 1..=100, notes));
    let minutes = fields.optional("minutes").and_then(|node| node.whole("`minutes`", 1..=600, notes));
    let pass = fields.optional("pass").and_then(|node| node.share("`pass`", &[("all", 100)], notes));
    Rules {
        attempts: attempts.and_then(|attempts| u32::try_from(attempts).ok()),
        minutes: minutes.and_then(|minutes| u16::try_from(minutes).ok()),
        pass_percent: pass.unwrap_or(PASS_PERCENT),
        counts: reader.one_of(fields, "counts"),
        shuffle: reader.flag(fields, "shuffle"),
        answers: reader.one_of(fields, "answers"),
    }
}

fn question(node: &Node, reader: &mut Reader) -> Option<(Question, Position)> {
    let kind_node = node.peek("kind");
    let kind = kind_node.and_then(|node| node.text("`kind`", LONGEST_NAME, reader.notes));
    let own = kind.and_then(kinds::fields_of);
    if let (Some(node), Some(kind), None) = (kind_node, kind, own) {
        let message = format!("`{kind}` is none of {}", kinds::NAMES.join(", "));
        reader.notes.error(node.at, "unknown_kind", message);
        return None;
    }
    let mut known = vec!["key", "kind", "points", "text", "explanation"];
    known.extend(own.unwrap_or_default());
    let fields = node.fields("a question", &known, reader.notes)?;
    let key_node = fields.required("key", reader.notes);
    let key = key_node.and_then(|node| reader.key(node));
    let points = match fields.optional("points") {
        Some(node) => node.whole("`points`", 1..=100, reader.notes),
        None => Some(1),
    };
    let text = reader.words(&fields, "text");
    let explanation = reader.optional_words(&fields, "explanation");
    let kind = fields.required("kind", reader.notes).and(kind);
    let task = kind.and_then(|kind| kinds::read(kind, &fields, reader));
    let at = key_node?.at;
    let points = points.and_then(|points| u32::try_from(points).ok());
    Some((Question { key: key?, points: points?, text: text?, explanation, task: task? }, at))
}
