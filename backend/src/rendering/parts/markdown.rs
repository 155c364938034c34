//! Text cells, and outputs in Markdown or LaTeX.

use std::borrow::Cow;

use math_core::MathDisplay;

use super::super::words;
use super::{Budget, Setting, foreign, note, plain, take, visible};
use crate::content::shared::{Converter, markdown, with_source};

/// Nobody writes more into one cell.
const LONGEST: usize = 256 << 10;

/// Markdown as HTML; what would cost too much is shown as it was typed.
pub fn text(setting: &Setting, source: &str, budget: &mut Budget) -> String {
    if source.trim().is_empty() {
        return note(words::of(setting.locale).empty_cell);
    }
    let cleaned = (source.len() <= LONGEST && take(&mut budget.markup, source.len()))
        .then(|| markdown(&with_dollars(source), setting.locale))
        .flatten()
        .and_then(|html| foreign::clean(setting, &html))
        .filter(|cleaned| take(&mut budget.output, cleaned.html.len()));
    match cleaned {
        Some(cleaned) => format!("<div class=\"prose\">{}</div>{}", cleaned.html, cleaned.notes(setting)),
        None if take(&mut budget.output, source.len()) => as_typed(setting, source),
        None => note(words::of(setting.locale).page_is_full),
    }
}

fn as_typed(setting: &Setting, source: &str) -> String {
    let (source, left) = plain::cut(source, 1 << 20);
    let lines: Vec<String> = source.split_inclusive('\n').map(visible).collect();
    let mut html = note(words::of(setting.locale).markdown_as_typed) + &plain::fold(&lines, "plain", setting.locale);
    if left > 0 {
        html.push_str(&note(&words::left_out(left, setting.locale)));
    }
    html
}

/// A result in LaTeX: mostly one formula, else text with formulas in it.
pub fn latex(setting: &Setting, source: &str, budget: &mut Budget) -> String {
    let trimmed = source.trim();
    let Some(formula) = one_formula(trimmed) else { return text(setting, source, budget) };
    let mathml = take(&mut budget.markup, source.len())
        .then(|| Converter::default().convert(formula, MathDisplay::Block).ok())
        .flatten()
        .and_then(|mathml| foreign::clean(setting, &with_source(&mathml, formula)));
    match mathml {
        Some(cleaned) => format!("<div class=\"prose\">{}</div>", cleaned.html),
        None => {
            let (shown, left) = plain::cut(trimmed, 64 << 10);
            let more = if left > 0 { note(&words::left_out(left, setting.locale)) } else { String::new() };
            format!("<pre class=\"plain\"><code class=\"math-source\">{}</code></pre>{more}", visible(shown))
        }
    }
}

fn one_formula(latex: &str) -> Option<&str> {
    let within = |start: &str, end: &str| latex.strip_prefix(start)?.strip_suffix(end);
    let bare = latex.starts_with("\\begin{").then_some(latex);
    let formula = within("$$", "$$").or_else(|| within("$", "$")).or_else(|| within("\\[", "\\]")).or(bare)?;
    (!formula.contains('$')).then_some(formula)
}

/// Environments that Jupyter takes for formulas although no dollars stand around them.
const ENVIRONMENTS: &[&str] = &[
    "align",
    "align*",
    "alignat",
    "alignat*",
    "aligned",
    "array",
    "bmatrix",
    "cases",
    "eqnarray",
    "equation",
    "equation*",
    "gather",
    "gather*",
    "matrix",
    "multline",
    "multline*",
    "pmatrix",
    "split",
    "vmatrix",
];

/// Puts dollars around such environments where they begin a line outside of code, and around `\[…\]` and `\(…\)`.
fn with_dollars(source: &str) -> Cow<'_, str> {
    if !["\\begin{", "\\\\[", "\\\\("].iter().any(|start| source.contains(start)) {
        return source.into();
    }
    let mut text = String::with_capacity(source.len() + 16);
    let (mut fence, mut within, mut open_dollars): (Option<&str>, Option<String>, bool) = (None, None, false);
    for line in source.split_inclusive('\n') {
        let trimmed = line.trim();
        if let Some(end) = &within {
            text.push_str(line.trim_end());
            if trimmed.ends_with(end.as_str()) {
                text.push_str("$$");
                within = None;
            }
            text.push('\n');
            continue;
        }
        match fence {
            Some(mark) if trimmed.starts_with(mark) => fence = None,
            None if trimmed.starts_with("```") => fence = Some("```"),
            None if trimmed.starts_with("~~~") => fence = Some("~~~"),
            _ => {}
        }
        let dollars = trimmed.matches("$$").count();
        let environment = ENVIRONMENTS.iter().find(|name| {
            trimmed
                .strip_prefix("\\begin{")
                .and_then(|rest| rest.strip_prefix(**name))
                .is_some_and(|rest| rest.starts_with('}'))
        });
        match environment {
            Some(name) if fence.is_none() && !open_dollars && source.contains(&format!("\\end{{{name}}}")) => {
                let end = format!("\\end{{{name}}}");
                text.push_str("$$");
                text.push_str(trimmed);
                match trimmed.ends_with(&end) {
                    true => text.push_str("$$\n"),
                    false => {
                        text.push('\n');
                        within = Some(end);
                    }
                }
            }
            // Markdown takes one of the two backslashes, which is why Jupyter's users write both.
            _ if fence.is_none() && dollars == 0 => text.push_str(
                &line.replace("\\\\[", "$$").replace("\\\\]", "$$").replace("\\\\(", "$").replace("\\\\)", "$"),
            ),
            _ => text.push_str(line),
        }
        open_dollars ^= dollars % 2 == 1;
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_without_dollars_get_them() {
        assert_eq!(
            with_dollars("\\begin{align}\na &= b\n\\end{align}\nx"),
            "$$\\begin{align}\na &= b\n\\end{align}$$\nx"
        );
        assert_eq!(with_dollars("\\\\(x\\\\) and \\\\[y\\\\]"), "$x$ and $$y$$");
        for same in
            ["$$\n\\begin{align}\na\n\\end{align}\n$$", "```\n\\begin{align}\n\\end{align}\n```", "\\begin{align}"]
        {
            assert_eq!(with_dollars(same), same);
        }
    }

    #[test]
    fn one_formula_is_told_from_text() {
        assert_eq!(one_formula("$\\displaystyle x^2$"), Some("\\displaystyle x^2"));
        assert_eq!(one_formula("\\begin{equation}x\\end{equation}"), Some("\\begin{equation}x\\end{equation}"));
        assert_eq!(one_formula("$a$ and $b$"), None);
        assert_eq!(one_formula("$"), None);
    }
}
