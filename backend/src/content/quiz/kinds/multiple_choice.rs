//! Any of several options.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::options::{Options, Shown};
use super::{Fields, Kind, Order, Reader, Scored, WordsIn};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MultipleChoice {
    #[serde(flatten)]
    options: Options,
    /// Each right option that was chosen earns its part, each wrong one costs as much; otherwise all or nothing.
    partial: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MultipleChoiceAsked)]
pub struct Asked {
    pub options: Vec<Shown>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MultipleChoiceAnswer)]
pub struct Answer {
    pub options: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MultipleChoiceSolution)]
pub struct Solution {
    pub options: Vec<String>,
}

impl Kind for MultipleChoice {
    const FIELDS: &'static [&'static str] = &["options", "fixed", "partial"];
    type Asked = Asked;
    type Answer = Answer;
    type Solution = Solution;

    fn read(fields: &Fields, reader: &mut Reader) -> Option<Self> {
        let partial = reader.flag(fields, "partial");
        Options::read(fields, 1..=usize::MAX, reader).map(|options| Self { options, partial })
    }

    fn ask(&self, key: &str, order: Order, words: WordsIn) -> Asked {
        Asked { options: self.options.ask(key, order, words) }
    }

    fn admits(&self, answer: &Answer) -> bool {
        answer.options.iter().all(|key| self.options.get(key).is_some())
    }

    fn score(&self, answer: &Answer) -> Scored {
        let chosen: Vec<_> = answer.options.iter().filter_map(|key| self.options.get(key)).collect();
        let correct = self.options.correct().count();
        let right = chosen.iter().filter(|option| option.correct).count();
        let wrong = chosen.len() - right;
        let feedback = chosen.iter().filter_map(|option| option.feedback).collect();
        let credit = if self.partial {
            // Twenty options at most.
            #[allow(clippy::cast_precision_loss)]
            let share = right.saturating_sub(wrong) as f64 / correct as f64;
            share
        } else {
            Scored::all_or_nothing(right == correct && wrong == 0).credit
        };
        Scored { credit, feedback }
    }

    fn solution(&self) -> Solution {
        Solution { options: self.options.correct().map(|option| option.key.clone()).collect() }
    }
}
