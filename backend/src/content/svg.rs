//! SVG is refused, not repaired, when it holds anything that acts or loads: what passes is what the author drew.

use roxmltree::{Document, Node, ParsingOptions};

use super::html::Size;
use super::report::{Lines, Notes, Position, Report};

/// Elements that draw. Matplotlib, Inkscape and draw.io need no others.
const ELEMENTS: &[&str] = &[
    "a",
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "feBlend",
    "feColorMatrix",
    "feComposite",
    "feDropShadow",
    "feFlood",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feOffset",
    "filter",
    "g",
    "image",
    "line",
    "linearGradient",
    "marker",
    "mask",
    "metadata",
    "path",
    "pattern",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "style",
    "svg",
    "switch",
    "symbol",
    "text",
    "textPath",
    "title",
    "tspan",
    "use",
    "view",
];

/// Nobody reads more of them about one image.
const MOST_FINDINGS: usize = 20;

const SVG: &str = "http://www.w3.org/2000/svg";

/// Checks a drawing; its size, where it gives one.
pub fn check(bytes: &[u8], notes: &mut Notes) -> Option<Size> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        notes.error(Position::START, "not_utf8", "this is not UTF-8: save the file in that encoding");
        return None;
    };
    if let Some(byte) = text.find("<!ENTITY") {
        notes.error(Position::of_byte(text, byte), "active_svg", "entities are not allowed in an image");
        return None;
    }
    // Matplotlib writes a document type; without entities it does nothing.
    let options = ParsingOptions { allow_dtd: true, nodes_limit: 200_000, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => {
            let at = Position { line: error.pos().row as usize, column: error.pos().col as usize };
            notes.error(at, "not_an_image", format!("this is not valid SVG: {error}"));
            return None;
        }
    };
    let root = document.root_element();
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        let message = "the root of an SVG image is <svg xmlns=\"http://www.w3.org/2000/svg\">";
        notes.error(Position::START, "not_an_image", message);
        return None;
    }
    let lines = Lines::of(text);
    let refused = document.descendants().filter_map(|node| Some((node.range().start, refusal(node)?)));
    for (byte, message) in refused.take(MOST_FINDINGS) {
        notes.error(lines.place(byte), "active_svg", message);
    }
    size(root)
}

/// Whether a drawing neither acts nor loads anything.
pub fn is_inert(bytes: &[u8]) -> bool {
    let mut report = Report::default();
    check(bytes, &mut Notes { file: "", report: &mut report });
    !report.has_errors()
}

/// What keeps a node out, if anything does.
fn refusal(node: Node) -> Option<String> {
    if node.is_pi() {
        return Some("processing instructions are not allowed in an image".to_owned());
    }
    if !node.is_element() {
        return None;
    }
    let name = node.tag_name().name();
    // Titles, licences and editors' notes in other vocabularies draw nothing.
    let foreign = node.tag_name().namespace() != Some(SVG);
    if foreign && node.tag_name().namespace() == Some("http://www.w3.org/1999/xhtml") {
        return Some(format!("HTML (<{name}>) is not allowed in an image"));
    }
    if !foreign && !ELEMENTS.contains(&name) {
        return Some(format!("<{name}> is not allowed in an image"));
    }
    if name == "style" && node.descendants().filter_map(|part| part.text()).any(loads) {
        return Some("styles of an image may not load anything".to_owned());
    }
    node.attributes().find_map(|attribute| {
        let (key, value) = (attribute.name(), attribute.value());
        if key.to_ascii_lowercase().starts_with("on") {
            return Some(format!("the handler `{key}` is not allowed in an image"));
        }
        let refused = match key {
            "href" | "src" => !(refers_inside(value) || name == "a" && value.starts_with("https://")),
            "style" => loads(value),
            "base" => true,
            _ => value.to_ascii_lowercase().contains("javascript:") || loads(value),
        };
        refused.then(|| format!("`{key}` of <{name}> refers to something outside of the image"))
    })
}

/// A part of the same drawing, or a picture that is carried along.
fn refers_inside(value: &str) -> bool {
    let value = value.trim();
    let carried = ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,"];
    value.is_empty() || value.starts_with('#') || carried.iter().any(|start| value.starts_with(start))
}

/// Whether CSS or a paint reaches outside: any `url(…)` but `url(#…)`, `@import`, or an escape that could hide one.
fn loads(css: &str) -> bool {
    let css = css.to_ascii_lowercase();
    let outside = css.split("url(").skip(1).any(|rest| {
        let target = rest.trim_start().trim_start_matches(['"', '\'']);
        !target.starts_with('#')
    });
    outside
        || ["@import", "expression(", "javascript:", "image(", "image-set(", "\\"].iter().any(|word| css.contains(word))
}

fn size(root: Node) -> Option<Size> {
    let pixels = |text: &str| {
        let (number, factor) = match text.trim().strip_suffix("pt") {
            Some(points) => (points, 4.0 / 3.0),
            None => (text.trim().trim_end_matches("px"), 1.0),
        };
        number.parse::<f64>().ok().map(|number| number * factor).filter(|number| (1.0..=20_000.0).contains(number))
    };
    let given = |name: &str| root.attribute(name).and_then(pixels);
    let (width, height) = given("width").zip(given("height")).or_else(|| {
        let mut fields = root.attribute("viewBox")?.split([' ', ',']).filter(|field| !field.is_empty()).skip(2);
        fields.next().and_then(pixels).zip(fields.next().and_then(pixels))
    })?;
    // In range, as checked above.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = |number: f64| number.round() as u32;
    Some(Size { width: whole(width), height: whole(height) })
}

#[cfg(test)]
mod tests;
