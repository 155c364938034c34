//! YAML as a tree with places, and readers that note what is wrong and go on.
//!
//! Deserialising straight into structs would stop at the first mistake; an author wants to see them all.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned, alias_limits, options};

use super::report::{Notes, Position};

/// A value and where it stands.
#[derive(Debug)]
pub struct Node {
    pub at: Position,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Nothing,
    Flag(bool),
    Whole(i64),
    Decimal(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Position, String, Node)>),
}

/// Parses a file; a mistake in the YAML itself is noted, and there is no tree.
pub fn parse(text: &str, notes: &mut Notes) -> Option<Node> {
    // `no` is a word. And a few lines of aliases of aliases can stand for a billion values.
    let options = options! { strict_booleans: true, alias_limits: alias_limits! { max_total_replayed_events: 10_000 } };
    match serde_saphyr::from_str_with_options::<Node>(text, options) {
        Ok(node) => Some(node),
        Err(error) => {
            let at = error.location().map_or(Position::START, place);
            let message = error.without_snippet().to_string();
            // The place is shown in front of the sentence already.
            let message = message.split(" at line ").next().unwrap_or(&message);
            // Nor are the parser's options an author's business.
            let message = message.split(", set ").next().unwrap_or(message).trim_end_matches([':', ' ']);
            notes.error(at, "yaml", format!("this is not valid YAML: {message}"));
            None
        }
    }
}

fn place(location: Location) -> Position {
    let (line, column) = (location.line(), location.column());
    Position { line: usize::try_from(line).unwrap_or(1).max(1), column: usize::try_from(column).unwrap_or(1).max(1) }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, referenced, .. } = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { at: place(referenced), value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Whole(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Decimal(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Spanned<String>, Node>()? {
            map.push((place(key.referenced), key.value, value));
        }
        Ok(Value::Map(map))
    }
}

/// The known fields of a mapping.
pub struct Fields<'n> {
    at: Position,
    what: &'static str,
    entries: &'n [(Position, String, Node)],
}

impl<'n> Fields<'n> {
    /// The value of a field; one that is missing or empty is noted.
    pub fn required(&self, name: &str, notes: &mut Notes) -> Option<&'n Node> {
        let found = self.optional(name);
        if found.is_none() {
            notes.error(self.at, "missing_field", format!("{} needs `{name}`", self.what));
        }
        found
    }

    /// The value of a field, if it is there and not empty.
    pub fn optional(&self, name: &str) -> Option<&'n Node> {
        let (_, _, node) = self.entries.iter().find(|(_, key, _)| key == name)?;
        (!matches!(node.value, Value::Nothing)).then_some(node)
    }
}

impl Node {
    /// Reads a mapping whose fields are all known; others are noted.
    pub fn fields(&self, what: &'static str, known: &[&str], notes: &mut Notes) -> Option<Fields<'_>> {
        let Value::Map(entries) = &self.value else {
            self.expected::<()>(what, &format!("fields ({})", known.join(", ")), notes);
            return None;
        };
        for (at, key, _) in entries.iter().filter(|(_, key, _)| !known.contains(&key.as_str())) {
            let known = known.join(", ");
            notes.error(*at, "unknown_field", format!("{what} has no field `{key}`; it may have: {known}"));
        }
        Some(Fields { at: self.at, what, entries })
    }

    /// The value of a field, before it is known which fields there may be.
    pub fn peek(&self, name: &str) -> Option<&Node> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|(_, key, _)| key == name).map(|(_, _, node)| node)
    }

    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    pub fn is_text(&self) -> bool {
        matches!(self.value, Value::Text(_))
    }

    pub fn list(&self, what: &str, notes: &mut Notes) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => self.expected(what, "a list", notes),
        }
    }

    /// Reads a text between 1 and `longest` characters.
    pub fn text(&self, what: &str, longest: usize, notes: &mut Notes) -> Option<&str> {
        let Value::Text(text) = &self.value else {
            return self.expected(what, "text (put it in quotes if it looks like a number)", notes);
        };
        if text.trim().is_empty() {
            notes.error(self.at, "empty", format!("{what} must not be empty"));
            return None;
        }
        if text.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t')) {
            notes.error(self.at, "control_character", format!("{what} has a character that nobody can see"));
            return None;
        }
        if text.chars().count() > longest {
            notes.error(self.at, "too_long", format!("{what} may have at most {longest} characters"));
            return None;
        }
        Some(text)
    }

    /// Reads a text, or a number as it is shown.
    pub fn any_text(&self, what: &str, longest: usize, notes: &mut Notes) -> Option<Cow<'_, str>> {
        match self.value {
            Value::Whole(number) => Some(number.to_string().into()),
            Value::Decimal(number) => Some(number.to_string().into()),
            _ => self.text(what, longest, notes).map(Cow::Borrowed),
        }
    }

    pub fn flag(&self, what: &str, notes: &mut Notes) -> Option<bool> {
        match self.value {
            Value::Flag(flag) => Some(flag),
            _ => self.expected(what, "true or false", notes),
        }
    }

    pub fn whole(&self, what: &str, range: RangeInclusive<i64>, notes: &mut Notes) -> Option<i64> {
        match self.value {
            Value::Whole(number) if range.contains(&number) => Some(number),
            _ => self.expected(what, &format!("a whole number from {} to {}", range.start(), range.end()), notes),
        }
    }

    pub fn decimal(&self, what: &str, range: RangeInclusive<f64>, notes: &mut Notes) -> Option<f64> {
        let number = match self.value {
            // Exact for every number the range can hold.
            #[allow(clippy::cast_precision_loss)]
            Value::Whole(number) => Some(number as f64),
            Value::Decimal(number) => Some(number),
            _ => None,
        };
        match number {
            Some(number) if range.contains(&number) => Some(number),
            _ => self.expected(what, &format!("a number from {} to {}", range.start(), range.end()), notes),
        }
    }

    /// Reads a share: one of `words` (`all` for one), or 1 to 100 with or without `%`.
    pub fn share(&self, what: &str, words: &[(&str, u8)], notes: &mut Notes) -> Option<u8> {
        let percent = match &self.value {
            Value::Text(text) => match words.iter().find(|(word, _)| word == text) {
                Some((_, percent)) => return Some(*percent),
                None => text.strip_suffix('%').and_then(|number| number.trim().parse().ok()),
            },
            Value::Whole(number) => u8::try_from(*number).ok(),
            _ => None,
        };
        match percent {
            Some(percent @ 1..=100) => Some(percent),
            _ => {
                let words: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
                self.expected(what, &format!("{} or a share from 1% to 100%", words.join(", ")), notes)
            }
        }
    }

    fn expected<T>(&self, what: &str, expected: &str, notes: &mut Notes) -> Option<T> {
        let found = match &self.value {
            Value::Nothing => "nothing".to_owned(),
            Value::Flag(flag) => format!("`{flag}`"),
            Value::Whole(number) => format!("`{number}`"),
            Value::Decimal(number) => format!("`{number}`"),
            Value::Text(text) => format!("`{}`", text.chars().take(40).collect::<String>()),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "fields".to_owned(),
        };
        notes.error(self.at, "wrong_type", format!("{what} must be {expected}, not {found}"));
        None
    }
}
