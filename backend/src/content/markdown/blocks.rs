//! What this dialect writes differently from comrak: code, formulas, callouts, images; and the checks on the way.

use std::fmt::{self, Write};

use comrak::html::{ChildRendering, Context, format_node_default};
use comrak::nodes::{AlertType, Node, NodeAlert, NodeCodeBlock, NodeLink, NodeMath, NodeValue};
use math_core::MathDisplay;

use super::super::format::Locale;
use super::super::html::{self, Checks, escape};
use super::super::report::Position;
use super::{code, math};

/// What the formatter carries along.
pub struct State<'a, 'r> {
    pub checks: Checks<'a, 'r>,
    math: math::Converter,
    last_level: u8,
}

impl<'a, 'r> State<'a, 'r> {
    pub fn new(checks: Checks<'a, 'r>) -> Self {
        Self { checks, math: math::Converter::default(), last_level: 1 }
    }
}

type Output<'o, 'c, 'a, 'r> = Context<'o, 'c, State<'a, 'r>>;

pub fn format(context: &mut Output, node: Node<'_>, entering: bool) -> Result<ChildRendering, fmt::Error> {
    let data = node.data();
    let start = data.sourcepos.start;
    let at = Position { line: start.line.max(1), column: start.column.max(1) };
    match (&data.value, entering) {
        (NodeValue::CodeBlock(block), true) => code_block(context, block, at),
        (NodeValue::Math(formula), true) => write_formula(context, formula, at),
        (NodeValue::Alert(alert), _) => callout(context, alert, entering),
        (NodeValue::Image(link), true) => image(context, node, link, at),
        (NodeValue::HtmlBlock(block), true) => raw(context, &block.literal, at),
        (NodeValue::HtmlInline(html), true) => raw(context, html, at),
        (
            NodeValue::CodeBlock(_)
            | NodeValue::Math(_)
            | NodeValue::Image(_)
            | NodeValue::HtmlBlock(_)
            | NodeValue::HtmlInline(_),
            false,
        ) => Ok(ChildRendering::Skip),
        (NodeValue::Heading(heading), true) => {
            level(context, heading.level, at);
            format_node_default(context, node, entering)
        }
        (NodeValue::Link(link), true) => {
            context.user.checks.link(&link.url, at);
            format_node_default(context, node, entering)
        }
        _ => format_node_default(context, node, entering),
    }
}

/// ```` ```python cell=fit ````: the first word is the language, then what the code stands for.
fn code_block(context: &mut Output, block: &NodeCodeBlock, at: Position) -> Result<ChildRendering, fmt::Error> {
    let mut words = block.info.split_whitespace();
    let language = words.next().unwrap_or_default();
    let mut cell = None;
    for word in words {
        match word.split_once('=') {
            Some(("cell", id)) => {
                context.user.checks.cell(id, at);
                cell = Some(id);
            }
            _ => {
                let message = format!("`{word}` after the language of the code means nothing: it may be cell=ID");
                context.user.checks.notes.error(at, "unknown_code_option", message);
            }
        }
    }
    if !code::knows(language) {
        let message = format!("code in `{language}` is shown without colours");
        context.user.checks.notes.warning(at, "unknown_code_language", message);
    }
    let language = if language.is_empty() { "text" } else { language };
    let cell = cell.map(|id| format!(" data-cell=\"{}\"", escape(id))).unwrap_or_default();
    let (name, code) = (escape(language), code::highlight(&block.literal, language));
    context.cr()?;
    writeln!(
        context,
        "<figure class=\"code\"{cell} data-lang=\"{name}\"><pre><code class=\"language-{name}\">{code}</code></pre></figure>"
    )?;
    Ok(ChildRendering::Skip)
}

fn write_formula(context: &mut Output, formula: &NodeMath, at: Position) -> Result<ChildRendering, fmt::Error> {
    let (display, dollars) = if formula.display_math { (MathDisplay::Block, 2) } else { (MathDisplay::Inline, 1) };
    match context.user.math.convert(&formula.literal, display) {
        Ok(mathml) if context.user.checks.is_silent() => {
            context.write_str(&math::with_source(&mathml, &formula.literal))?;
        }
        Ok(mathml) => context.write_str(&mathml)?,
        Err(mistake) => {
            // What cannot be shown as a formula is shown as it was typed.
            let mark = "$".repeat(dollars);
            write!(context, "<code class=\"math-source\">{mark}{}{mark}</code>", escape(&formula.literal))?;
            let inside = Position { column: at.column + dollars, ..at };
            context.user.checks.notes.error(inside.then(mistake.at), "bad_math", mistake.message);
        }
    }
    Ok(ChildRendering::Skip)
}

fn callout(context: &mut Output, alert: &NodeAlert, entering: bool) -> Result<ChildRendering, fmt::Error> {
    context.cr()?;
    if !entering {
        context.write_str("</aside>\n")?;
        return Ok(ChildRendering::HTML);
    }
    let language = context.user.checks.setting.language;
    let (class, usual) = match alert.alert_type {
        AlertType::Note => ("note", ["メモ", "Note"]),
        AlertType::Tip => ("tip", ["ヒント", "Tip"]),
        AlertType::Important => ("important", ["重要", "Important"]),
        AlertType::Warning => ("warning", ["注意", "Warning"]),
        AlertType::Caution => ("caution", ["危険", "Caution"]),
    };
    let usual = usual[usize::from(language == Locale::En)];
    let title = escape(alert.title.as_deref().unwrap_or(usual));
    write!(context, "<aside class=\"callout callout-{class}\">\n<p class=\"callout-title\">{title}</p>\n")?;
    Ok(ChildRendering::HTML)
}

fn image(context: &mut Output, node: Node<'_>, link: &NodeLink, at: Position) -> Result<ChildRendering, fmt::Error> {
    let mut alt = String::new();
    for inner in node.descendants() {
        match &inner.data().value {
            NodeValue::Text(text) => alt.push_str(text),
            NodeValue::Code(code) => alt.push_str(&code.literal),
            NodeValue::Math(formula) => alt.push_str(&formula.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => alt.push(' '),
            _ => {}
        }
    }
    context.user.checks.image(&link.url, &alt, at);
    write!(context, "<img src=\"{}\" alt=\"{}\"", escape(&link.url), escape(&alt))?;
    if !link.title.is_empty() {
        write!(context, " title=\"{}\"", escape(&link.title))?;
    }
    context.write_str(">")?;
    Ok(ChildRendering::Skip)
}

fn raw(context: &mut Output, literal: &str, at: Position) -> Result<ChildRendering, fmt::Error> {
    html::check(literal, at, &mut context.user.checks);
    context.write_str(literal)?;
    Ok(ChildRendering::Skip)
}

fn level(context: &mut Output, level: u8, at: Position) {
    let notes = &mut context.user.checks.notes;
    if level == 1 {
        notes.error(at, "heading_level", "the chapter's title is its `#` heading: start with `##`");
    } else if level > context.user.last_level + 1 {
        let message = format!("a heading of level {level} follows one of level {}", context.user.last_level);
        notes.warning(at, "heading_jump", message);
    }
    context.user.last_level = level;
}
