//! A number, within a tolerance, perhaps in one of several units.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Words;
use super::{Fields, Kind, Order, Reader, Scored, WordsIn, fits, normal};
use crate::content::yaml::Node;

const LARGEST: f64 = 1e15;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// In the first unit, if there are any.
    answer: f64,
    /// How far from it is near enough.
    tolerance: f64,
    units: Vec<Unit>,
    feedback: Option<Words>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Unit {
    name: String,
    /// How many of the first unit it is.
    factor: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = NumberAsked)]
pub struct Asked {
    /// None: a mere number. One: it stands beside the field. Several: one is chosen.
    pub units: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NumberAnswer)]
pub struct Answer {
    /// As it was typed: `１，２００` and `1200` are the same.
    pub number: String,
    /// One of several units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = NumberSolution)]
pub struct Solution {
    pub number: f64,
    pub tolerance: f64,
    pub unit: Option<String>,
}

/// A number as people write it.
fn parse(text: &str) -> Option<f64> {
    let text = normal::width(text).replace(['−', '‐'], "-");
    let grouped = text.contains(',') && grouped_by_thousands(&text);
    let text = if grouped { text.replace(',', "") } else { text };
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

/// `1,200` and `12,345,678.9`, but not `1,2`.
fn grouped_by_thousands(text: &str) -> bool {
    let whole = text.split(['.', 'e', 'E']).next().unwrap_or_default();
    let mut groups = whole.trim_start_matches(['+', '-']).split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}

impl Number {
    fn unit(&self, name: Option<&str>) -> Option<&Unit> {
        match (self.units.as_slice(), name) {
            ([only], None) => Some(only),
            (units, Some(name)) => units.iter().find(|unit| unit.name == name),
            _ => None,
        }
    }
}

impl Kind for Number {
    const FIELDS: &'static [&'static str] = &["answer", "tolerance", "unit", "units", "feedback_wrong"];
    type Asked = Asked;
    type Answer = Answer;
    type Solution = Solution;

    fn read(fields: &Fields, reader: &mut Reader) -> Option<Self> {
        let feedback = reader.optional_words(fields, "feedback_wrong");
        let units = units(fields, reader);
        let answer = fields.required("answer", reader.notes)?;
        let answer = answer.decimal("`answer`", -LARGEST..=LARGEST, reader.notes)?;
        let tolerance = match fields.optional("tolerance") {
            Some(node) => tolerance(node, answer, reader)?,
            None => 0.0,
        };
        Some(Self { answer, tolerance, units: units?, feedback })
    }

    fn ask(&self, _: &str, _: Order, _: WordsIn) -> Asked {
        Asked { units: self.units.iter().map(|unit| unit.name.clone()).collect() }
    }

    fn admits(&self, answer: &Answer) -> bool {
        let unit = answer.unit.as_deref();
        fits(&answer.number) && (unit.is_none() || self.unit(unit).is_some())
    }

    fn score(&self, answer: &Answer) -> Scored {
        let factor = match self.units.as_slice() {
            [] => Some(1.0),
            _ => self.unit(answer.unit.as_deref()).map(|unit| unit.factor),
        };
        let given = parse(&answer.number).zip(factor).map(|(number, factor)| number * factor);
        // What 0.1 + 0.2 is off by is nobody's mistake.
        let near = self.tolerance + self.answer.abs() * 1e-12;
        let right = given.is_some_and(|given| (given - self.answer).abs() <= near);
        let feedback = self.feedback.filter(|_| !right).into_iter().collect();
        Scored { feedback, ..Scored::all_or_nothing(right) }
    }

    fn solution(&self) -> Solution {
        Solution {
            number: self.answer,
            tolerance: self.tolerance,
            unit: self.units.first().map(|unit| unit.name.clone()),
        }
    }
}

/// `0.5`, or `1%` of the answer.
fn tolerance(node: &Node, answer: f64, reader: &mut Reader) -> Option<f64> {
    if node.is_text() {
        let percent = node.share("`tolerance`", &[], reader.notes)?;
        return Some(answer.abs() * f64::from(percent) / 100.0);
    }
    node.decimal("`tolerance`", 0.0..=LARGEST, reader.notes)
}

fn units(fields: &Fields, reader: &mut Reader) -> Option<Vec<Unit>> {
    const LONGEST: usize = 20;
    let name = |node: &Node, reader: &mut Reader| node.text("a unit", LONGEST, reader.notes).map(str::to_owned);
    match (fields.optional("unit"), fields.optional("units")) {
        (None, None) => Some(Vec::new()),
        (Some(node), Some(_)) => {
            reader.notes.error(node.at, "two_units", "a question has `unit` or `units`, not both");
            None
        }
        (Some(node), None) => Some(vec![Unit { name: name(node, reader)?, factor: 1.0 }]),
        (None, Some(node)) => {
            let mut units: Vec<Unit> = Vec::new();
            for item in node.list("`units`", reader.notes)? {
                let fields = item.fields("a unit", &["unit", "factor"], reader.notes)?;
                let name = name(fields.required("unit", reader.notes)?, reader)?;
                let factor = fields.required("factor", reader.notes)?;
                let factor = factor.decimal("`factor`", 1e-15..=LARGEST, reader.notes)?;
                if units.iter().any(|unit| unit.name == name) {
                    reader.notes.error(item.at, "duplicate", format!("`{name}` is in the list already"));
                }
                units.push(Unit { name, factor });
            }
            match units.first() {
                Some(first) if (first.factor - 1.0).abs() < f64::EPSILON => Some(units),
                _ => {
                    let message = "the first of `units` is that of `answer`: its factor is 1";
                    reader.notes.error(node.at, "first_unit", message);
                    None
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("1200", 1200.0),
            (" 1,200 ", 1200.0),
            ("１，２００．５", 1200.5),
            ("-3", -3.0),
            ("−3", -3.0),
            ("+.5", 0.5),
            ("2e-3", 0.002),
        ] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
        for text in ["", "1,2", "12,34", "1.2.3", "inf", "NaN", "0x10", "1 2", "three", "1e999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
