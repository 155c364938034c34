//! What a piece of code prints.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Words;
use super::{Fields, Kind, Order, Reader, Scored, WordsIn, fits, normal};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeOutput {
    code: Words,
    output: String,
    feedback: Option<Words>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CodeOutputAsked)]
pub struct Asked {
    /// The code, coloured, as HTML.
    pub code: String,
    /// Whether more than one line is expected.
    pub lines: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CodeOutputAnswer)]
pub struct Answer {
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CodeOutputSolution)]
pub struct Solution {
    pub text: String,
}

impl Kind for CodeOutput {
    const FIELDS: &'static [&'static str] = &["code", "output", "feedback_wrong"];
    type Asked = Asked;
    type Answer = Answer;
    type Solution = Solution;

    fn read(fields: &Fields, reader: &mut Reader) -> Option<Self> {
        const LONGEST: usize = 2_000;
        let feedback = reader.optional_words(fields, "feedback_wrong");
        let code = fields.required("code", reader.notes).and_then(|node| reader.code(node, LONGEST));
        let output = fields.required("output", reader.notes)?.text("`output`", LONGEST, reader.notes)?;
        Some(Self { code: code?, output: normal::lines(output), feedback })
    }

    fn ask(&self, _: &str, _: Order, words: WordsIn) -> Asked {
        Asked { code: words.of(self.code).to_owned(), lines: self.output.contains('\n') }
    }

    fn admits(&self, answer: &Answer) -> bool {
        fits(&answer.text)
    }

    fn score(&self, answer: &Answer) -> Scored {
        let right = normal::lines(&answer.text) == self.output;
        Scored { feedback: self.feedback.filter(|_| !right).into_iter().collect(), ..Scored::all_or_nothing(right) }
    }

    fn solution(&self) -> Solution {
        Solution { text: self.output.clone() }
    }
}
