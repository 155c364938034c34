//! One of several options.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::options::{self, Options, Shown};
use super::{Fields, Kind, Order, Reader, Scored, WordsIn};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SingleChoice(Options);

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SingleChoiceAsked)]
pub struct Asked {
    pub options: Vec<Shown>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SingleChoiceAnswer)]
pub struct Answer {
    pub option: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SingleChoiceSolution)]
pub struct Solution {
    pub option: String,
}

impl Kind for SingleChoice {
    const FIELDS: &'static [&'static str] = options::FIELDS;
    type Asked = Asked;
    type Answer = Answer;
    type Solution = Solution;

    fn read(fields: &Fields, reader: &mut Reader) -> Option<Self> {
        Options::read(fields, 1..=1, reader).map(Self)
    }

    fn ask(&self, key: &str, order: Order, words: WordsIn) -> Asked {
        Asked { options: self.0.ask(key, order, words) }
    }

    fn admits(&self, answer: &Answer) -> bool {
        self.0.get(&answer.option).is_some()
    }

    fn score(&self, answer: &Answer) -> Scored {
        let chosen = self.0.get(&answer.option);
        Scored {
            feedback: chosen.and_then(|option| option.feedback).into_iter().collect(),
            ..Scored::all_or_nothing(chosen.is_some_and(|option| option.correct))
        }
    }

    fn solution(&self) -> Solution {
        Solution { option: self.0.correct().map(|option| option.key.clone()).next().unwrap_or_default() }
    }
}
