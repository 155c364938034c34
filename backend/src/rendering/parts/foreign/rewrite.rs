//! The pass before the allow-list. It may be wrong about where elements end without harm: what it writes is parsed and
//! cleaned again.

use std::collections::BTreeSet;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use percent_encoding::percent_decode_str;

use super::super::super::words;
use super::super::picture::{Picture, is_data};
use super::super::{Setting, plain, visible};
use crate::content::shared::{Attributes, DEEPEST, UNCLOSED, align, escape, get, styles, take};

/// Elements that do something or show something, and are left out; the page names them.
const NAMED: &[&str] = &[
    "applet", "audio", "base", "button", "canvas", "embed", "form", "frame", "frameset", "iframe", "input", "link",
    "meta", "object", "portal", "script", "select", "svg", "textarea", "video",
];
/// Elements whose content is no text to be read.
const WITH_CONTENT: &[&str] = &[
    "script",
    "style",
    "svg",
    "iframe",
    "noscript",
    "template",
    "annotation",
    "annotation-xml",
    "title",
    "textarea",
    "object",
    "select",
    "canvas",
    "video",
    "audio",
];

#[derive(Debug, Default)]
pub struct Rewritten {
    pub html: String,
    pub left_out: BTreeSet<&'static str>,
    pub unstyled: bool,
    pub is_visible: bool,
}

/// In scikit-learn's picture of a model: what stands there for readers without its styles, and what its documentation
/// says, which is no work of the trainee.
const NOT_OF_A_MODEL: &[&str] = &["sk-text-repr-fallback", "param-doc-description", "sk-estimator-doc-link"];

/// Whether HTML is such a picture.
pub fn is_model(html: &str) -> bool {
    html.contains("sk-top-container")
}

/// Bytes of pictures in one text: the same attachment can be shown ten thousand times.
const MOST_PICTURES: usize = 12 << 20;

struct Pass<'a> {
    setting: &'a Setting<'a>,
    picture_room: usize,
    is_model: bool,
    done: Rewritten,
    depth: usize,
    /// Within an element that goes with its content: its name, and how many of that name are open.
    dropped: Option<(String, usize)>,
    /// Addresses of open links that lead outside, and where their text starts.
    links: Vec<Option<(String, usize)>>,
    /// Where the id of an open heading goes, and where its text starts.
    heading: Option<(usize, usize)>,
}

/// `None` where it is nested too deeply.
pub fn rewrite(setting: &Setting, html: &str) -> Option<Rewritten> {
    let mut pass = Pass {
        setting,
        picture_room: MOST_PICTURES,
        is_model: is_model(html),
        done: Rewritten::default(),
        depth: 0,
        dropped: None,
        links: Vec::new(),
        heading: None,
    };
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => pass.start(&tag),
            Token::EndTag(tag) => pass.end(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => pass.text(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
        if pass.depth > DEEPEST {
            return None;
        }
    }
    Some(pass.done)
}

impl Pass<'_> {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        if let Some((dropped, open)) = &mut self.dropped {
            *open += usize::from(*dropped == name && !tag.self_closing);
            return;
        }
        // A model's boxes fold by hidden fields, and its names can be copied.
        let expected = self.is_model && ["input", "button", "script"].contains(&name.as_str());
        if let Some(named) = NAMED.iter().find(|named| **named == name && !expected) {
            self.done.left_out.insert(named);
        }
        let text = |bytes: &[u8]| plain_attribute(&String::from_utf8_lossy(bytes));
        let mut attributes: Attributes = tag.attributes.iter().map(|(key, value)| (text(key), text(value))).collect();
        let classes = get(&attributes, "class").unwrap_or_default();
        let unwanted = self.is_model && classes.split_ascii_whitespace().any(|class| NOT_OF_A_MODEL.contains(&class));
        if WITH_CONTENT.contains(&name.as_str()) || unwanted {
            if !tag.self_closing {
                self.dropped = Some((name, 1));
            }
            return;
        }
        if NAMED.contains(&name.as_str()) {
            return;
        }
        if let Some(style) = take(&mut attributes, "style") {
            styles(&style, &mut attributes);
        }
        match name.as_str() {
            "img" => return self.image(&attributes),
            "a" => return self.link(&attributes),
            "td" | "th" | "tr" => align(&mut attributes),
            _ => {}
        }
        self.done.is_visible |= name == "math" || name == "hr";
        let end_of_name = self.done.html.len() + 1 + name.len();
        self.open(&name, &attributes, tag.self_closing);
        if !tag.self_closing && !UNCLOSED.contains(&name.as_str()) {
            self.depth += 1;
        }
        if is_heading(&name) && get(&attributes, "id").is_none() {
            self.heading = Some((end_of_name, self.done.html.len()));
        }
    }

    fn open(&mut self, name: &str, attributes: &Attributes, self_closing: bool) {
        let html = &mut self.done.html;
        html.push('<');
        html.push_str(name);
        for (key, value) in attributes {
            html.push_str(&format!(" {key}=\"{}\"", escape(value)));
        }
        html.push_str(if self_closing { "/>" } else { ">" });
    }

    fn end(&mut self, name: &str) {
        if let Some((dropped, open)) = &mut self.dropped {
            *open -= usize::from(dropped == name);
            if *open == 0 {
                self.dropped = None;
            }
            return;
        }
        if NAMED.contains(&name) {
            return;
        }
        if name == "a" {
            return self.end_link();
        }
        if is_heading(name) {
            self.end_heading();
        }
        if !UNCLOSED.contains(&name) {
            self.depth = self.depth.saturating_sub(1);
        }
        self.done.html.push_str(&format!("</{name}>"));
    }

    fn text(&mut self, text: &str) {
        if let Some((dropped, _)) = &self.dropped {
            // pandas writes the same few rules with every table, and the page has them.
            self.done.unstyled |= dropped == "style" && text.contains("#T_");
            return;
        }
        self.done.is_visible |= !text.trim().is_empty();
        self.done.html.push_str(&plain::mark_odd(&escape(text), plain::is_odd_in_rich_text));
    }

    /// As Jupyter makes them, so that its links within a notebook work.
    fn end_heading(&mut self) {
        let Some((id_goes_at, text_from)) = self.heading.take() else { return };
        let text = without_tags(&self.done.html[text_from..]);
        let id = text.trim().replace(' ', "-");
        if !id.is_empty() && id.len() <= 200 {
            // It is escaped already.
            self.done.html.insert_str(id_goes_at, &format!(" id=\"{id}\""));
        }
    }

    /// A link leads on within the page; any other is text, with its address behind it.
    fn link(&mut self, attributes: &Attributes) {
        let href = if self.is_model { "" } else { get(attributes, "href").unwrap_or_default().trim() };
        if let Some(id) = href.strip_prefix('#') {
            let id = percent_decode_str(id).decode_utf8_lossy();
            let mut kept: Attributes = attributes.iter().filter(|(key, _)| key != "href").cloned().collect();
            kept.push(("href".to_owned(), format!("#{id}")));
            self.open("a", &kept, false);
            self.links.push(None);
        } else {
            self.done.html.push_str("<span class=\"link\">");
            self.links.push(Some((href.to_owned(), self.done.html.len())));
        }
    }

    fn end_link(&mut self) {
        match self.links.pop() {
            None => {}
            Some(None) => self.done.html.push_str("</a>"),
            Some(Some((href, text_from))) => {
                let text = without_tags(&self.done.html[text_from..]);
                let (shown, left) = plain::cut(&href, 300);
                let shown = visible(shown);
                if !href.is_empty() && text.trim() != shown {
                    let more = if left > 0 { "…" } else { "" };
                    self.done.html.push_str(&format!("<span class=\"address\"> ({shown}{more})</span>"));
                }
                self.done.html.push_str("</span>");
            }
        }
    }

    fn image(&mut self, attributes: &Attributes) {
        self.done.is_visible = true;
        let (source, alt) = (get(attributes, "src").unwrap_or_default(), get(attributes, "alt").unwrap_or_default());
        let attached = source.strip_prefix("attachment:").map(|name| percent_decode_str(name).decode_utf8_lossy());
        if attached.is_none() && !is_data(source) {
            let sentence = words::image_not_loaded(shortened(source), self.setting.locale);
            return self.instead_of_image(&sentence, alt);
        }
        let picture = match attached {
            _ if self.picture_room == 0 => None,
            Some(name) => self.setting.attachments().get(&name).and_then(Picture::from_bundle),
            None => Picture::from_address(source),
        };
        // Once one does not fit, no other is tried: each try takes time.
        let needed = picture.as_ref().map_or(0, |picture| picture.address.len());
        let fits = self.picture_room >= needed;
        self.picture_room = if fits { self.picture_room - needed } else { 0 };
        let Some(picture) = picture.filter(|_| fits) else {
            let name = if is_data(source) { alt } else { shortened(source) };
            return self.instead_of_image(&words::image_unusable(name, self.setting.locale), "");
        };
        let given = |name: &str| get(attributes, name).filter(|value| value.parse::<u16>().is_ok());
        let mut kept: Attributes =
            vec![("src".to_owned(), picture.address.clone()), ("alt".to_owned(), alt.to_owned())];
        match (given("width"), given("height"), picture.size) {
            (None, None, Some((width, height))) => {
                kept.push(("width".to_owned(), width.to_string()));
                kept.push(("height".to_owned(), height.to_string()));
            }
            (width, height, _) => {
                kept.extend(width.map(|width| ("width".to_owned(), width.to_owned())));
                kept.extend(height.map(|height| ("height".to_owned(), height.to_owned())));
            }
        }
        self.open("img", &kept, false);
    }

    fn instead_of_image(&mut self, sentence: &str, alt: &str) {
        let alt = if alt.trim().is_empty() { String::new() } else { format!(" ({})", visible(alt)) };
        self.done.html.push_str(&format!("<span class=\"left-out\">{}{alt}</span>", visible(sentence)));
    }
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn shortened(address: &str) -> &str {
    plain::cut(address, 200).0
}

/// Attributes are read by nobody before they act: what is odd in them goes.
fn plain_attribute(value: &str) -> String {
    value.chars().filter(|character| !plain::is_odd(*character)).collect()
}

/// The text of HTML that this pass wrote, still escaped.
fn without_tags(html: &str) -> String {
    html.split('<')
        .enumerate()
        .map(|(index, piece)| match index {
            0 => piece,
            _ => piece.split_once('>').map_or("", |(_, text)| text),
        })
        .collect()
}
