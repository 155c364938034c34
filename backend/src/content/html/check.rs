//! HTML an author wrote, by itself or within Markdown: what the sanitiser would take away is an error with its place,
//! so that nothing vanishes in silence.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::super::report::{Lines, Position};
use super::super::sanitise;
use super::setting::Checks;

/// Checks a piece of HTML that starts at `start` in its file.
pub fn check(html: &str, start: Position, checks: &mut Checks) {
    if checks.is_silent() {
        return;
    }
    let lines = Lines::of(html);
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        let place = |byte: usize| start.then(lines.place(byte));
        match token {
            Token::StartTag(tag) => start_tag(&tag, place(tag.span.start), checks),
            Token::Doctype(doctype) => {
                let message = "write only what stands in the body: no doctype, head or body";
                checks.notes.error(place(doctype.span.start), "html_not_allowed", message);
            }
            Token::EndTag(_) | Token::String(_) | Token::Comment(_) | Token::Error(_) => {}
        }
    }
}

fn start_tag(tag: &StartTag<usize>, at: Position, checks: &mut Checks) {
    let element = String::from_utf8_lossy(&tag.name).into_owned();
    if !sanitise::allows_element(&element) {
        return refuse(&element, at, checks);
    }
    let attribute = |name: &str| {
        tag.attributes.iter().find(|(key, _)| key.as_slice() == name.as_bytes()).map(|(_, value)| text(value))
    };
    for name in tag.attributes.keys().map(|name| text(name)) {
        let alignment = name == "align" && matches!(element.as_str(), "td" | "th");
        if !alignment && !sanitise::allows_attribute(&element, &name) {
            let message = format!("`{name}` is not allowed on <{element}>");
            checks.notes.error(at, "html_not_allowed", message);
        }
    }
    match element.as_str() {
        "img" => checks.image(&attribute("src").unwrap_or_default(), &attribute("alt").unwrap_or_default(), at),
        "a" => {
            if let Some(href) = attribute("href") {
                checks.link(&href, at);
            }
        }
        "figure" => {
            if let Some(cell) = attribute("data-cell") {
                checks.cell(&cell, at);
            }
        }
        _ => {}
    }
}

fn refuse(element: &str, at: Position, checks: &mut Checks) {
    let message = match element {
        "h1" => "the chapter's title is its <h1>: start with <h2>".to_owned(),
        "html" | "head" | "body" => "write only what stands in the body: no doctype, head or body".to_owned(),
        _ => format!("<{element}> is not allowed in a text"),
    };
    checks.notes.error(at, "html_not_allowed", message);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
