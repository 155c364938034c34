//! Code, coloured by short classes: the colours are the site's, in both themes.

use std::sync::LazyLock;

use syntect::easy::ScopeRegionIterator;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

use super::super::html::escape;

/// Longer code is shown without colours: nobody reads it, and colouring takes time.
const LONGEST: usize = 100_000;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// What colours a piece, from the most telling scope to the least.
static COLOURS: LazyLock<Vec<(Scope, Option<&'static str>)>> = LazyLock::new(|| {
    [
        // Inside a string these begin code again.
        ("meta.interpolation", None),
        ("source.python.embedded", None),
        ("comment", Some("hl-c")),
        ("constant.character.escape", Some("hl-e")),
        ("constant.numeric", Some("hl-n")),
        ("constant", Some("hl-l")),
        ("support.constant", Some("hl-l")),
        ("meta.mapping.key", Some("hl-a")),
        ("meta.structure.dictionary.key", Some("hl-a")),
        ("entity.name.tag.yaml", Some("hl-a")),
        ("string", Some("hl-s")),
        ("keyword.operator.word", Some("hl-k")),
        ("keyword.operator.logical.python", Some("hl-k")),
        ("keyword.operator", Some("hl-o")),
        ("keyword", Some("hl-k")),
        ("storage", Some("hl-k")),
        ("entity.name.function", Some("hl-f")),
        ("support.function", Some("hl-f")),
        ("variable.function", Some("hl-f")),
        ("entity.name.tag", Some("hl-k")),
        ("entity.name", Some("hl-t")),
        ("entity.other.inherited-class", Some("hl-t")),
        ("support.type", Some("hl-t")),
        ("support.class", Some("hl-t")),
        ("variable.parameter", Some("hl-p")),
        ("entity.other.attribute-name", Some("hl-a")),
    ]
    .into_iter()
    .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, class)))
    .collect()
});

/// Names of languages that are text without a grammar.
const PLAIN: &[&str] = &["", "text", "txt", "plain", "output", "console", "traceback", "csv"];

/// Whether code in this language is coloured, or is known not to be.
pub fn knows(language: &str) -> bool {
    PLAIN.contains(&language) || syntax(language).is_some()
}

/// The lines of code as HTML, escaped.
pub fn highlight(code: &str, language: &str) -> String {
    let coloured = (code.len() <= LONGEST).then(|| syntax(language)).flatten().and_then(|syntax| colour(code, syntax));
    coloured.unwrap_or_else(|| escape(code).into_owned())
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    if PLAIN.contains(&language) {
        return None;
    }
    let language = match language {
        "sh" | "shell" | "zsh" => "bash",
        "jsonc" => "json",
        "python3" | "ipython" => "python",
        other => other,
    };
    SYNTAXES.find_syntax_by_token(language)
}

/// `None` when the grammar itself fails.
fn colour(code: &str, syntax: &SyntaxReference) -> Option<String> {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut html = String::with_capacity(code.len() * 2);
    let mut open: Option<&str> = None;
    for line in LinesWithEndings::from(code) {
        let operations = state.parse_line(line, &SYNTAXES).ok()?;
        for (piece, operation) in ScopeRegionIterator::new(&operations, line) {
            stack.apply(operation).ok()?;
            if piece.is_empty() {
                continue;
            }
            let class = class_of(&stack);
            // Neighbours of one colour share an element; blanks take any colour.
            if class != open && !piece.trim().is_empty() {
                close(&mut html, open);
                if let Some(class) = class {
                    html.push_str(&format!("<span class=\"{class}\">"));
                }
                open = class;
            }
            html.push_str(&escape(piece));
        }
    }
    close(&mut html, open);
    Some(html)
}

/// An element never reaches past the end of what it colours.
fn close(html: &mut String, open: Option<&str>) {
    if open.is_some() {
        let end = html.trim_end().len();
        html.insert_str(end, "</span>");
    }
}

fn class_of(stack: &ScopeStack) -> Option<&'static str> {
    stack
        .as_slice()
        .iter()
        .rev()
        .find_map(|scope| COLOURS.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)))
        .and_then(|(_, class)| *class)
}
