//! Reads `quiz.yaml` and notes everything that is wrong with it.

use std::collections::BTreeMap;

use super::words::Words;
use super::{AnswersShown, Counts, Question, QuizDraft, Rules, kinds};
use crate::content::format::{Locale, name};
use crate::content::html::{Rendered, Setting};
use crate::content::markdown;
use crate::content::report::{Notes, Position, Report};
use crate::content::yaml::{self, Fields, Node};

const MOST_QUESTIONS: usize = 200;
const LONGEST_TEXT: usize = 20_000;
const LONGEST_NAME: usize = 64;
/// What is asked for where nothing is said.
const PASS_PERCENT: u8 = 70;

/// Reads the file in every language of its course.
pub fn read(text: &str, languages: &[Locale], setting: &Setting, notes: &mut Notes) -> Option<QuizDraft> {
    let root = yaml::parse(text, notes)?;
    let mut reader = Reader { source: text, languages, setting, notes, texts: Vec::new() };
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
    complete.then_some(QuizDraft { rules, questions, texts: reader.texts })
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
        counts: fields
            .optional("counts")
            .and_then(|node| one_of::<Counts>(node, "`counts`", notes))
            .unwrap_or_default(),
        shuffle: reader.flag(fields, "shuffle"),
        answers: fields
            .optional("answers")
            .and_then(|node| one_of::<AnswersShown>(node, "`answers`", reader.notes))
            .unwrap_or_default(),
    }
}

fn one_of<T: std::str::FromStr + strum::VariantNames>(node: &Node, what: &str, notes: &mut Notes) -> Option<T> {
    let text = node.text(what, LONGEST_NAME, notes)?;
    let found = text.parse().ok();
    if found.is_none() {
        notes.error(node.at, "unknown_word", format!("{what}: `{text}` is none of {}", T::VARIANTS.join(", ")));
    }
    found
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

/// Reads fields of questions, and renders their words.
pub struct Reader<'a, 'r> {
    source: &'a str,
    languages: &'a [Locale],
    setting: &'a Setting<'a>,
    pub notes: &'a mut Notes<'r>,
    texts: Vec<BTreeMap<Locale, Rendered>>,
}

impl Reader<'_, '_> {
    /// `false` where nothing is said.
    pub fn flag(&mut self, fields: &Fields, name: &str) -> bool {
        let flag = fields.optional(name).and_then(|node| node.flag(&format!("`{name}`"), self.notes));
        flag.unwrap_or(false)
    }

    /// The name of a question or an option.
    pub fn key(&mut self, node: &Node) -> Option<String> {
        name(node, "`key`", "bad_key", self.notes)
    }

    /// Markdown in every language of the course; one text that is the same in all may stand by itself.
    pub fn words(&mut self, fields: &Fields, field: &'static str) -> Option<Words> {
        let node = fields.required(field, self.notes)?;
        self.words_of(node, field)
    }

    pub fn optional_words(&mut self, fields: &Fields, field: &'static str) -> Option<Words> {
        let node = fields.optional(field)?;
        self.words_of(node, field)
    }

    fn words_of(&mut self, node: &Node, field: &'static str) -> Option<Words> {
        let mut texts = BTreeMap::new();
        if node.is_map() {
            let known: Vec<&str> = self.languages.iter().map(|&language| language.into()).collect();
            let fields = node.fields(field, &known, self.notes)?;
            for &language in self.languages {
                let of: &str = language.into();
                let Some(node) = fields.required(of, self.notes) else { continue };
                let Some(text) = node.text(&format!("`{field}.{of}`"), LONGEST_TEXT, self.notes) else { continue };
                texts.insert(language, self.render(text, node.at, language));
            }
        } else {
            // A number is a text here as good as any.
            let text = node.any_text(&format!("`{field}`"), LONGEST_TEXT, self.notes)?;
            for &language in self.languages {
                texts.insert(language, self.render(&text, node.at, language));
            }
        }
        (texts.len() == self.languages.len()).then(|| self.keep(texts))
    }

    /// Code in Python, the same in every language.
    pub fn code(&mut self, node: &Node, longest: usize) -> Option<Words> {
        let code = node.text("`code`", longest, self.notes)?;
        // A fence that the code cannot end.
        let fence = "`".repeat(code.split(|letter| letter != '`').map(str::len).max().unwrap_or(0).max(2) + 1);
        let text = format!("{fence}python\n{}\n{fence}\n", code.trim_end());
        let rendered = |&language: &Locale| (language, self.rendered(&text, language, &mut Report::default()));
        let texts = self.languages.iter().map(rendered).collect();
        Some(self.keep(texts))
    }

    fn keep(&mut self, texts: BTreeMap<Locale, Rendered>) -> Words {
        self.texts.push(texts);
        Words(self.texts.len() - 1)
    }

    fn render(&mut self, text: &str, at: Position, language: Locale) -> Rendered {
        let mut report = Report::default();
        let rendered = self.rendered(text, language, &mut report);
        let block = Block::at(self.source, at, text);
        for item in report.items {
            let place = block.as_ref().map_or(at, |block| block.place(item.position));
            self.notes.add(place, item.severity, item.code, item.message);
        }
        rendered
    }

    fn rendered(&self, text: &str, language: Locale, report: &mut Report) -> Rendered {
        let setting = Setting { language, ..*self.setting };
        markdown::render(text, &setting, &mut Notes { file: self.notes.file, report })
    }
}

/// A text that stands in the file as it is read, so that its places are places of the file.
struct Block {
    line: usize,
    column: usize,
}

impl Block {
    fn at(source: &str, at: Position, text: &str) -> Option<Self> {
        let empty = text.lines().take_while(|line| line.trim().is_empty()).count();
        let line: String = source.lines().nth(at.line - 1)?.chars().skip(at.column - 1).collect();
        let same = line.starts_with(text.lines().nth(empty)?);
        same.then(|| Self { line: at.line.saturating_sub(empty), column: at.column })
    }

    fn place(&self, inner: Position) -> Position {
        Position { line: self.line + inner.line - 1, column: self.column + inner.column - 1 }
    }
}
