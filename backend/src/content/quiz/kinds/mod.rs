//! The kinds of questions. A new one is a file here and a line in the list below.

mod normal;
mod options;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Order, Scored, WordsIn};
use crate::content::words::Reader;
use crate::content::yaml::Fields;

/// What a kind of question knows about itself.
trait Kind: Sized {
    /// Its fields in `quiz.yaml`, beside those that all have.
    const FIELDS: &'static [&'static str];
    /// What a browser is shown before it is answered.
    type Asked;
    type Answer;
    /// What is right, for whom it may be shown to.
    type Solution;

    /// Reads its own fields; what is wrong with them is noted.
    fn read(fields: &Fields, reader: &mut Reader) -> Option<Self>;
    fn ask(&self, key: &str, order: Order, words: WordsIn) -> Self::Asked;
    /// Whether this can be an answer at all, right or wrong.
    fn admits(&self, answer: &Self::Answer) -> bool;
    fn score(&self, answer: &Self::Answer) -> Scored;
    fn solution(&self) -> Self::Solution;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:literal => $variant:ident in $module:ident::$kind:ident;)+) => {
        /// What is to be done, and what is right.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Task { $($(#[$doc])* $variant($module::$kind),)+ }

        /// What a trainee is shown of a question.
        #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        #[schema(as = QuestionAsked)]
        pub enum Asked { $($(#[$doc])* $variant($module::Asked),)+ }

        /// What a trainee answered.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        #[schema(as = QuestionAnswer)]
        pub enum Answer { $($(#[$doc])* $variant($module::Answer),)+ }

        /// What would have been right.
        #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        #[schema(as = QuestionSolution)]
        pub enum Solution { $($(#[$doc])* $variant($module::Solution),)+ }

        /// Their names in `quiz.yaml`.
        pub(super) const NAMES: &[&str] = &[$($name),+];

        /// The fields of a kind, if there is one of this name.
        pub(super) fn fields_of(name: &str) -> Option<&'static [&'static str]> {
            match name {
                $($name => Some(<$module::$kind as Kind>::FIELDS),)+
                _ => None,
            }
        }

        pub(super) fn read(name: &str, fields: &Fields, reader: &mut Reader) -> Option<Task> {
            match name {
                $($name => <$module::$kind as Kind>::read(fields, reader).map(Task::$variant),)+
                _ => None,
            }
        }

        impl Task {
            /// `key` is the question's.
            pub fn ask(&self, key: &str, order: Order, words: WordsIn) -> Asked {
                match self { $(Self::$variant(task) => Asked::$variant(task.ask(key, order, words)),)+ }
            }

            /// Whether this can be an answer, right or wrong: of this kind, and choosing from what there is.
            pub fn admits(&self, answer: &Answer) -> bool {
                match (self, answer) {
                    $((Self::$variant(task), Answer::$variant(answer)) => task.admits(answer),)+
                    _ => false,
                }
            }

            /// What an answer is worth; one of another kind is worth nothing.
            pub fn score(&self, answer: &Answer) -> Scored {
                match (self, answer) {
                    $((Self::$variant(task), Answer::$variant(answer)) => task.score(answer),)+
                    _ => Scored::all_or_nothing(false),
                }
            }

            pub fn solution(&self) -> Solution {
                match self { $(Self::$variant(task) => Solution::$variant(task.solution()),)+ }
            }
        }
    };
}

mod code_output;
mod multiple_choice;
mod number;
mod short_text;
mod single_choice;
mod true_false;

kinds! {
    /// One of several.
    "single_choice" => SingleChoice in single_choice::SingleChoice;
    /// Any of several.
    "multiple_choice" => MultipleChoice in multiple_choice::MultipleChoice;
    /// Whether a statement is true.
    "true_false" => TrueFalse in true_false::TrueFalse;
    /// A number, perhaps with a unit.
    "number" => Number in number::Number;
    /// A word or a few.
    "short_text" => ShortText in short_text::ShortText;
    /// What a piece of code prints.
    "code_output" => CodeOutput in code_output::CodeOutput;
}

/// Longer answers are none.
const LONGEST_ANSWER: usize = 2_000;

fn fits(text: &str) -> bool {
    text.chars().count() <= LONGEST_ANSWER
}
