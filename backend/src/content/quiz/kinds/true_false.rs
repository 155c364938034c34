//! Whether a statement is true.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Words;
use super::{Fields, Kind, Order, Reader, Scored, WordsIn};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrueFalse {
    answer: bool,
    if_true: Option<Words>,
    if_false: Option<Words>,
}

/// There is nothing but the question.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = TrueFalseAsked)]
pub struct Asked {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrueFalseAnswer)]
pub struct Answer {
    pub value: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = TrueFalseSolution)]
pub struct Solution {
    pub value: bool,
}

impl Kind for TrueFalse {
    const FIELDS: &'static [&'static str] = &["answer", "feedback_true", "feedback_false"];
    type Asked = Asked;
    type Answer = Answer;
    type Solution = Solution;

    fn read(fields: &Fields, reader: &mut Reader) -> Option<Self> {
        let if_true = reader.optional_words(fields, "feedback_true");
        let if_false = reader.optional_words(fields, "feedback_false");
        let answer = fields.required("answer", reader.notes)?.flag("`answer`", reader.notes)?;
        Some(Self { answer, if_true, if_false })
    }

    fn ask(&self, _: &str, _: Order, _: WordsIn) -> Asked {
        Asked {}
    }

    fn admits(&self, _: &Answer) -> bool {
        true
    }

    fn score(&self, answer: &Answer) -> Scored {
        let feedback = if answer.value { self.if_true } else { self.if_false };
        Scored { feedback: feedback.into_iter().collect(), ..Scored::all_or_nothing(answer.value == self.answer) }
    }

    fn solution(&self) -> Solution {
        Solution { value: self.answer }
    }
}
