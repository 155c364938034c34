//! A word or a few.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Words;
use super::{Fields, Kind, Order, Reader, Scored, WordsIn, fits, normal};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShortText {
    /// The first is the one that is shown.
    accept: Vec<String>,
    /// Upper and lower case are not the same.
    case: bool,
    /// Hiragana and katakana are not the same.
    kana: bool,
    feedback: Option<Words>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ShortTextAsked)]
pub struct Asked {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ShortTextAnswer)]
pub struct Answer {
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ShortTextSolution)]
pub struct Solution {
    pub text: String,
}

impl ShortText {
    fn normal(&self, text: &str) -> String {
        let text = normal::width(text);
        let text = if self.case { text } else { text.to_lowercase() };
        if self.kana { text } else { normal::kana(&text) }
    }
}

impl Kind for ShortText {
    const FIELDS: &'static [&'static str] = &["accept", "case_matters", "kana_matters", "feedback_wrong"];
    type Asked = Asked;
    type Answer = Answer;
    type Solution = Solution;

    fn read(fields: &Fields, reader: &mut Reader) -> Option<Self> {
        const LONGEST: usize = 200;
        let (case, kana) = (reader.flag(fields, "case_matters"), reader.flag(fields, "kana_matters"));
        let feedback = reader.optional_words(fields, "feedback_wrong");
        let node = fields.required("accept", reader.notes)?;
        let items = node.list("`accept`", reader.notes)?;
        if items.is_empty() {
            reader.notes.error(node.at, "empty", "`accept` needs at least one answer");
        }
        let texts = items.iter().filter_map(|item| item.text("an answer", LONGEST, reader.notes).map(str::to_owned));
        let accept: Vec<String> = texts.collect();
        (!accept.is_empty()).then_some(Self { accept, case, kana, feedback })
    }

    fn ask(&self, _: &str, _: Order, _: WordsIn) -> Asked {
        Asked {}
    }

    fn admits(&self, answer: &Answer) -> bool {
        fits(&answer.text)
    }

    fn score(&self, answer: &Answer) -> Scored {
        let given = self.normal(&answer.text);
        let right = self.accept.iter().any(|accepted| self.normal(accepted) == given);
        Scored { feedback: self.feedback.filter(|_| !right).into_iter().collect(), ..Scored::all_or_nothing(right) }
    }

    fn solution(&self) -> Solution {
        Solution { text: self.accept.first().cloned().unwrap_or_default() }
    }
}
