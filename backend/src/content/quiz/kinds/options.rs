//! Options to choose from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Order, Words, WordsIn};
use crate::content::words::Reader;
use crate::content::yaml::Fields;

/// The fields of a question with options.
pub const FIELDS: &[&str] = &["options", "fixed"];
const MOST: usize = 20;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Options {
    options: Vec<Choice>,
    /// They stand as written, whatever the quiz says.
    fixed: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub key: String,
    pub text: Words,
    pub correct: bool,
    pub feedback: Option<Words>,
}

/// An option as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = QuestionOption)]
pub struct Shown {
    pub key: String,
    pub html: String,
}

impl Options {
    /// Reads the options of which so many may be right.
    pub fn read(fields: &Fields, right: std::ops::RangeInclusive<usize>, reader: &mut Reader) -> Option<Self> {
        let fixed = reader.flag(fields, "fixed");
        let node = fields.required("options", reader.notes)?;
        let items = node.list("`options`", reader.notes)?;
        if !(2..=MOST).contains(&items.len()) {
            reader.notes.error(node.at, "options", format!("a question has 2 to {MOST} options"));
            return None;
        }
        let mut options = Vec::new();
        let mut keys = BTreeSet::new();
        for (item, letter) in items.iter().zip('a'..) {
            let known = ["key", "text", "correct", "feedback"];
            let Some(fields) = item.fields("an option", &known, reader.notes) else { continue };
            let key = match fields.optional("key") {
                Some(node) => reader.key(node)?,
                None => letter.to_string(),
            };
            if !keys.insert(key.clone()) {
                reader.notes.error(item.at, "duplicate_key", format!("another option has the key `{key}`"));
            }
            let text = reader.words(&fields, "text");
            let feedback = reader.optional_words(&fields, "feedback");
            let correct = reader.flag(&fields, "correct");
            if let Some(text) = text {
                options.push(Choice { key, text, correct, feedback });
            }
        }
        let found = options.iter().filter(|option| option.correct).count();
        if options.len() == items.len() && !right.contains(&found) {
            let message = match right.end() {
                1 => format!("one option must be `correct: true`, not {found}"),
                _ => "at least one option must be `correct: true`".to_owned(),
            };
            reader.notes.error(node.at, "correct_options", message);
        }
        (options.len() == items.len()).then_some(Self { options, fixed })
    }

    pub fn ask(&self, question: &str, order: Order, words: WordsIn) -> Vec<Shown> {
        let order = if self.fixed { Order::AS_WRITTEN } else { order };
        let shown = order.of(question, &self.options, |option| &option.key);
        shown
            .into_iter()
            .map(|option| Shown { key: option.key.clone(), html: words.of(option.text).to_owned() })
            .collect()
    }

    pub fn get(&self, key: &str) -> Option<&Choice> {
        self.options.iter().find(|option| option.key == key)
    }

    pub fn correct(&self) -> impl Iterator<Item = &Choice> {
        self.options.iter().filter(|option| option.correct)
    }
}
