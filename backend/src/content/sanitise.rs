//! The last step before HTML is stored: an allow-list, whatever came before it.
//!
//! Scripts, styles, handlers, frames, forms and SVG never pass; MathML passes in its Core, without the elements that
//! switch back to HTML (`annotation-xml`) or are known to confuse parsers (`mglyph`, `malignmark`).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use uuid::Uuid;

use super::template::Template;

/// Elements of HTML a text may have, with their own attributes.
const HTML: &[(&str, &[&str])] = &[
    (
        "a",
        &[
            "href",
            "target",
            "rel",
            "aria-label",
            "data-footnote-ref",
            "data-footnote-backref",
            "data-footnote-backref-idx",
        ],
    ),
    ("abbr", &[]),
    ("aside", &[]),
    ("b", &[]),
    ("blockquote", &[]),
    ("br", &[]),
    ("caption", &[]),
    ("code", &[]),
    ("dd", &[]),
    ("del", &[]),
    ("details", &["open"]),
    ("dfn", &[]),
    ("div", &[]),
    ("dl", &[]),
    ("dt", &[]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &["data-cell", "data-lang"]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("hr", &[]),
    ("i", &[]),
    ("img", &["src", "alt", "width", "height", "loading", "decoding"]),
    ("ins", &[]),
    ("kbd", &[]),
    ("li", &["value"]),
    ("mark", &[]),
    ("ol", &["start", "reversed"]),
    ("p", &[]),
    ("pre", &[]),
    ("q", &[]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &["data-footnotes"]),
    ("small", &[]),
    ("span", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["colspan", "rowspan"]),
    ("tfoot", &[]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("thead", &[]),
    ("tr", &[]),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
    ("wbr", &[]),
];

/// Attributes any of them may have. `class` and `id` are filtered by value.
const EVERYWHERE: &[&str] = &["class", "id", "lang", "title"];

/// MathML Core (and `menclose`, which math-core writes for `\cancel`).
const MATHML: &[&str] = &[
    "math",
    "menclose",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];

const MATHML_ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "alttext",
    "columnspan",
    "depth",
    "dir",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathcolor",
    "mathsize",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "voffset",
    "width",
];

/// Elements that go with everything in them; of others that are not allowed, the text stays.
const WITH_CONTENT: &[&str] =
    &["script", "style", "svg", "iframe", "noscript", "template", "annotation", "annotation-xml", "title", "textarea"];

const SCHEMES: &[&str] = &["http", "https", "mailto", "chapter"];

/// Elements that notebooks have beyond those of a text: their cells bring titles of their own.
const OF_NOTEBOOKS: &[(&str, &[&str])] =
    &[("h1", &[]), ("col", &["span"]), ("colgroup", &["span"]), ("center", &[]), ("tt", &[])];

/// Classes that a cleaned part of a notebook may have beside those of texts.
const CLASSES_OF_NOTEBOOKS: &[&str] = &["dataframe", "link", "address", "left-out", "odd", "math-source"];

/// Pictures that are carried along; who writes them has looked at their bytes.
const PICTURES: &[&str] = &[
    "data:image/png;base64,",
    "data:image/jpeg;base64,",
    "data:image/gif;base64,",
    "data:image/webp;base64,",
    "data:image/svg+xml;base64,",
];

/// What links to other sites get.
pub const FOREIGN_REL: &str = "noopener noreferrer";

/// Whether a text may have this element at all.
pub fn allows_element(element: &str) -> bool {
    MATHML.contains(&element) || HTML.iter().any(|(name, _)| *name == element)
}

/// Whether an allowed element may have this attribute.
pub fn allows_attribute(element: &str, attribute: &str) -> bool {
    let own = HTML.iter().find(|(name, _)| *name == element).map_or(MATHML_ATTRIBUTES, |(_, own)| own);
    own.contains(&attribute) || EVERYWHERE.contains(&attribute)
}

/// Cleans a text; what is left of links to chapters and of images becomes blanks to be filled with ids.
pub fn clean(html: &str) -> Template {
    // Nothing in the text can look like a mark that was made up just now.
    let mark = Uuid::new_v4().simple().to_string();
    let filter_mark = mark.clone();
    let clean = builder(&[])
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::PassThrough)
        .attribute_filter(move |element, attribute, value| filter(element, attribute, value, &filter_mark))
        .clean(html)
        .to_string();
    Template::split(&clean, &mark)
}

/// Cleans a part of a notebook that a trainee handed in: its links lead within the page, its pictures are carried along.
/// `scope` keeps the footnotes of one cell apart from those of another.
pub fn clean_handed_in(html: &str, scope: usize) -> String {
    builder(OF_NOTEBOOKS)
        .url_schemes(HashSet::from(["data"]))
        .url_relative(UrlRelative::PassThrough)
        .attribute_filter(move |element, attribute, value| filter_handed_in(element, attribute, value, scope))
        .clean(html)
        .to_string()
}

fn builder(more: &'static [(&str, &[&str])]) -> Builder<'static> {
    let mut attributes: HashMap<&str, HashSet<&str>> =
        HTML.iter().chain(more).map(|(element, own)| (*element, own.iter().copied().collect())).collect();
    attributes.extend(MATHML.iter().map(|element| (*element, MATHML_ATTRIBUTES.iter().copied().collect())));
    let mut builder = Builder::empty();
    builder
        .tags(attributes.keys().copied().collect())
        .clean_content_tags(WITH_CONTENT.iter().copied().collect())
        .tag_attributes(attributes)
        .generic_attributes(EVERYWHERE.iter().copied().collect())
        .link_rel(None)
        .strip_comments(true);
    builder
}

fn filter<'v>(element: &str, attribute: &str, value: &'v str, mark: &str) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        (_, "class") => {
            let classes: Vec<&str> = value.split_ascii_whitespace().filter(|class| is_ours(class)).collect();
            (!classes.is_empty()).then(|| classes.join(" ").into())
        }
        (_, "id") => Some(safe_id(value)),
        ("a", "href") => link(value, mark),
        ("a", "target") => (value == "_blank").then_some(value.into()),
        ("a", "rel") => (value == FOREIGN_REL).then_some(value.into()),
        ("img", "src") => {
            let name = value.strip_prefix("images/").filter(|name| is_file_name(name))?;
            Some(format!("/api/v1/chapters/{}/images/{name}", Template::own_mark(mark)).into())
        }
        ("figure", "data-cell" | "data-lang") => is_name(value).then_some(value.into()),
        _ => Some(value.into()),
    }
}

fn filter_handed_in<'v>(element: &str, attribute: &str, value: &'v str, scope: usize) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        (_, "class") => {
            let known = |class: &&str| is_ours(class) || CLASSES_OF_NOTEBOOKS.contains(class);
            let classes: Vec<&str> = value.split_ascii_whitespace().filter(known).collect();
            (!classes.is_empty()).then(|| classes.join(" ").into())
        }
        (_, "id") => Some(id_in_cell(value, scope)),
        ("a", "href") => value.strip_prefix('#').map(|id| format!("#{}", id_in_cell(id, scope)).into()),
        ("a", "target" | "rel") => None,
        ("img", "src") => PICTURES.iter().any(|start| value.starts_with(start)).then_some(value.into()),
        ("img", "width" | "height") => {
            ((1..=4).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())).then_some(value.into())
        }
        ("figure", "data-cell" | "data-lang") => None,
        _ => Some(value.into()),
    }
}

/// Links lead to headings of any cell, but to footnotes of their own.
fn id_in_cell(id: &str, scope: usize) -> Cow<'_, str> {
    if id.starts_with("fn-") || id.starts_with("fnref-") { format!("{id}-{scope}").into() } else { safe_id(id) }
}

fn link<'v>(href: &'v str, mark: &str) -> Option<Cow<'v, str>> {
    if let Some(fragment) = href.strip_prefix('#') {
        return Some(format!("#{}", safe_id(fragment)).into());
    }
    if let Some(chapter) = href.strip_prefix("chapter:") {
        let (key, fragment) = chapter.split_once('#').map_or((chapter, None), |(key, rest)| (key, Some(rest)));
        let fragment = fragment.map(|fragment| format!("#{}", safe_id(fragment))).unwrap_or_default();
        return is_name(key).then(|| format!("/chapters/{}{fragment}", Template::chapter_mark(mark, key)).into());
    }
    let absolute = ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    absolute.then_some(href.into())
}

/// Ids live beside those of the page around the text: a prefix keeps them from being mistaken for one another.
pub fn safe_id(id: &str) -> Cow<'_, str> {
    if ["h-", "fn-", "fnref-"].iter().any(|prefix| id.starts_with(prefix)) {
        id.into()
    } else {
        format!("h-{id}").into()
    }
}

/// The classes the site has a look for.
fn is_ours(class: &str) -> bool {
    const WHOLE: &[&str] = &["code", "callout", "footnotes", "footnote-ref", "footnote-backref"];
    const FAMILIES: &[&str] = &["hl-", "language-", "callout-", "align-", "math-", "menclose-"];
    let rest_is_plain =
        |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    WHOLE.contains(&class) || FAMILIES.iter().any(|family| class.strip_prefix(family).is_some_and(rest_is_plain))
}

/// Cell ids, languages and keys.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_+".contains(&byte))
}

/// The names images may have: they become part of an address as they are.
pub fn is_file_name(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests;
