//! One pass over the tags of a text: headings get ids, images their sizes, foreign links their marks, and styles that
//! only align become classes.

use std::borrow::Cow;
use std::collections::BTreeSet;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::super::format::Locale;
use super::super::markdown::math;
use super::super::sanitise::{self, FOREIGN_REL};
use super::Heading;
use super::setting::Setting;

#[derive(Debug, Default)]
pub struct Polished {
    pub html: String,
    pub headings: Vec<Heading>,
    /// Every id of the text.
    pub ids: BTreeSet<String>,
    /// Elements nest deeper than anyone means them to, and deeper than the steps after this are quick with.
    pub too_deep: bool,
}

struct Pass<'a> {
    setting: &'a Setting<'a>,
    done: Polished,
    heading: Option<OpenHeading>,
    depth: usize,
}

pub const DEEPEST: usize = 150;

/// Elements that end by themselves, or have no end.
pub const UNCLOSED: &[&str] =
    &["p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "rp", "rt", "br", "hr", "img", "wbr"];

struct OpenHeading {
    level: u8,
    /// Where its id is written once its text is known.
    id_goes_at: usize,
    own_id: Option<String>,
    text: String,
    /// How deep in elements whose text does not count (marks of footnotes).
    unread: usize,
}

/// Names and values, in their order.
pub type Attributes = Vec<(String, String)>;

pub fn polish(html: &str, setting: &Setting) -> Polished {
    let mut pass = Pass { setting, done: Polished::default(), heading: None, depth: 0 };
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => pass.start(&tag),
            Token::EndTag(tag) => pass.end(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => pass.text(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
        if pass.done.too_deep {
            break;
        }
    }
    pass.close_heading();
    pass.done
}

impl Pass<'_> {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut attributes: Attributes = tag.attributes.iter().map(|(key, value)| (text(key), text(value))).collect();
        match name.as_str() {
            "a" => self.link(&mut attributes),
            "img" => self.image(&mut attributes),
            "td" | "th" => align(&mut attributes),
            _ => {}
        }
        if let Some(style) = take(&mut attributes, "style") {
            styles(&style, &mut attributes);
        }
        let own_id = take(&mut attributes, "id").map(|id| sanitise::safe_id(&id).into_owned());
        let level = heading_level(&name);
        if level.is_some() {
            self.close_heading();
        }
        if let Some(id) = &own_id {
            self.done.ids.insert(id.clone());
            if level.is_none() {
                attributes.push(("id".to_owned(), id.clone()));
            }
        }
        self.done.html.push('<');
        self.done.html.push_str(&name);
        let id_goes_at = self.done.html.len();
        for (key, value) in &attributes {
            self.done.html.push_str(&format!(" {key}=\"{}\"", escape(value)));
        }
        self.done.html.push_str(if tag.self_closing { "/>" } else { ">" });
        self.depth += usize::from(!tag.self_closing && !UNCLOSED.contains(&name.as_str()));
        self.done.too_deep |= self.depth > DEEPEST;
        if let Some(level) = level {
            self.heading = Some(OpenHeading { level, id_goes_at, own_id, text: String::new(), unread: 0 });
        } else if let Some(heading) = &mut self.heading
            && (heading.unread > 0 || is_footnote_mark(&attributes))
            && name == "sup"
        {
            heading.unread += 1;
        }
    }

    fn end(&mut self, name: &str) {
        if heading_level(name).is_some() {
            self.close_heading();
        } else if let Some(heading) = &mut self.heading
            && name == "sup"
        {
            heading.unread = heading.unread.saturating_sub(1);
        }
        if !UNCLOSED.contains(&name) {
            self.depth = self.depth.saturating_sub(1);
        }
        self.done.html.push_str(&format!("</{name}>"));
    }

    fn text(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading
            && heading.unread == 0
        {
            heading.text.push_str(text);
        }
        self.done.html.push_str(&escape(text));
    }

    fn close_heading(&mut self) {
        let Some(heading) = self.heading.take() else { return };
        let text = heading.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let id = heading.own_id.unwrap_or_else(|| self.fresh_id(&text));
        self.done.ids.insert(id.clone());
        self.done.html.insert_str(heading.id_goes_at, &format!(" id=\"{}\"", escape(&id)));
        self.done.headings.push(Heading { id, level: heading.level, text });
    }

    /// Made of the heading's words, so that it survives edits elsewhere in the text.
    fn fresh_id(&self, text: &str) -> String {
        let base = format!("h-{}", slug(text));
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        let mut candidates = std::iter::once(base.clone()).chain(numbered);
        candidates.find(|id| !self.done.ids.contains(id)).unwrap_or(base)
    }

    fn link(&mut self, attributes: &mut Attributes) {
        let foreign =
            get(attributes, "href").is_some_and(|href| href.starts_with("http://") || href.starts_with("https://"));
        for name in ["target", "rel"] {
            take(attributes, name);
        }
        if foreign {
            attributes.push(("target".to_owned(), "_blank".to_owned()));
            attributes.push(("rel".to_owned(), FOREIGN_REL.to_owned()));
        }
        // comrak says this in English only.
        if self.setting.language == Locale::Ja
            && let Some(number) = get(attributes, "data-footnote-backref-idx").map(str::to_owned)
        {
            take(attributes, "aria-label");
            attributes.push(("aria-label".to_owned(), format!("脚注{number}の参照元に戻る")));
        }
    }

    fn image(&mut self, attributes: &mut Attributes) {
        let name = get(attributes, "src").and_then(|source| source.strip_prefix("images/"));
        let size = name.and_then(|name| self.setting.images.get(name).copied().flatten());
        for name in ["width", "height", "loading", "decoding"] {
            take(attributes, name);
        }
        if let Some(size) = size {
            // Known before it is loaded: the text does not jump.
            attributes.push(("width".to_owned(), size.width.to_string()));
            attributes.push(("height".to_owned(), size.height.to_string()));
        }
        attributes.push(("loading".to_owned(), "lazy".to_owned()));
        attributes.push(("decoding".to_owned(), "async".to_owned()));
    }
}

fn heading_level(element: &str) -> Option<u8> {
    let level = element.strip_prefix('h')?.parse().ok()?;
    (2..=6).contains(&level).then_some(level)
}

fn is_footnote_mark(attributes: &Attributes) -> bool {
    get(attributes, "class").is_some_and(|class| class.split_ascii_whitespace().any(|class| class == "footnote-ref"))
}

/// An alignment becomes a class.
pub fn align(attributes: &mut Attributes) {
    if let Some(side @ ("left" | "center" | "right")) = take(attributes, "align").as_deref() {
        add_class(attributes, &format!("align-{side}"));
    }
}

/// The styles math-core writes; those of an author were refused before.
pub fn styles(style: &str, attributes: &mut Attributes) {
    for declaration in math::declarations(style) {
        match math::without_style(declaration) {
            Some(math::Instead::Class(class)) => add_class(attributes, class),
            Some(math::Instead::Attribute(name, value)) => attributes.push((name.to_owned(), value.to_owned())),
            Some(math::Instead::Nothing) | None => {}
        }
    }
}

fn add_class(attributes: &mut Attributes, class: &str) {
    match attributes.iter_mut().find(|(key, _)| key == "class") {
        Some((_, classes)) => classes.push_str(&format!(" {class}")),
        None => attributes.push(("class".to_owned(), class.to_owned())),
    }
}

pub fn get<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

pub fn take(attributes: &mut Attributes, name: &str) -> Option<String> {
    let index = attributes.iter().position(|(key, _)| key == name)?;
    Some(attributes.remove(index).1)
}

fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if (character.is_whitespace() || "-_・/".contains(character)) && !slug.is_empty() && !slug.ends_with('-')
        {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "section".to_owned() } else { slug.chars().take(60).collect() }
}

pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return text.into();
    }
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").into()
}
