//! Sources: coloured as in the texts of a course, each line an element of its own, so that a comment can point at it.

use super::super::words;
use super::plain::{cut, is_odd, mark_odd};
use super::{Budget, Setting, note, plain, take};
use crate::content::shared::{escape, highlight};
use crate::locale::Locale;

/// Colouring a line takes longer the longer it is.
const LONGEST_LINE: usize = 4_000;
/// Sources of more are cut: they are no code that anyone wrote.
const LONGEST: usize = 1 << 20;

/// How many lines a source has; an empty one has one.
pub fn lines_of(source: &str) -> usize {
    if source.trim().is_empty() { 1 } else { source.lines().count() }
}

/// The source of a code cell.
pub fn source(setting: &Setting, budget: &mut Budget, page: &mut String) {
    let source = setting.cell.source.as_str();
    // A cell magic may turn a cell into another language.
    let language = match source.split_whitespace().next() {
        Some("%%bash" | "%%sh") => "bash",
        Some("%%html" | "%%HTML") => "html",
        Some("%%javascript" | "%%js") => "javascript",
        Some("%%latex" | "%%writefile" | "%%markdown") => "text",
        _ => setting.language,
    };
    write(source, language, setting.locale, budget, page);
}

/// A source without colours.
pub fn plain_source(source: &str, locale: Locale, budget: &mut Budget, page: &mut String) {
    write(source, "text", locale, budget, page);
}

fn write(source: &str, language: &str, locale: Locale, budget: &mut Budget, page: &mut String) {
    if source.trim().is_empty() {
        page.push_str(&format!(
            "<pre class=\"source\"><code><span class=\"line empty\" data-line=\"1\">{}\n</span></code></pre>",
            words::of(locale).empty_cell
        ));
        return;
    }
    let (source, left) = cut(source, LONGEST);
    let lines = if budget.output > source.len() { lines(source, language, budget) } else { Vec::new() };
    let html = plain::fold(&numbered(lines), "source", locale);
    // Lines cost more than what stands in them: a notebook of nothing but line ends would make a page of gigabytes.
    if budget.output > source.len() && take(&mut budget.output, html.len()) {
        page.push_str(&html);
    } else {
        // From here on nothing is even tried.
        budget.output = 0;
        page.push_str(&note(words::of(locale).page_is_full));
    }
    if left > 0 {
        page.push_str(&note(&words::left_out(left, locale)));
    }
}

fn numbered(lines: Vec<String>) -> Vec<String> {
    let number = |(index, line): (usize, String)| {
        let line = line.trim_end_matches(['\n', '\r']);
        format!("<span class=\"line\" data-line=\"{}\">{line}\n</span>", index + 1)
    };
    lines.into_iter().enumerate().map(number).collect()
}

/// The lines of a source as HTML, each whole by itself.
pub fn lines(source: &str, language: &str, budget: &mut Budget) -> Vec<String> {
    let short = source.lines().all(|line| line.len() <= LONGEST_LINE);
    let coloured = match short && take(&mut budget.colour, source.len()) {
        true => highlight(source, language),
        false => escape(source).into_owned(),
    };
    split(&coloured).iter().map(|line| mark_odd(line, is_odd)).collect()
}

/// Cuts at line ends; a span that reaches over one ends there and begins anew. Spans are never in one another.
fn split(html: &str) -> Vec<String> {
    let mut open: Option<&str> = None;
    let mut lines = Vec::new();
    for line in html.lines() {
        let mut whole = open.map(|class| format!("<span class=\"{class}\">")).unwrap_or_default();
        whole.push_str(line);
        let last_start = line.rfind("<span class=\"");
        let last_end = line.rfind("</span>");
        match (last_start, last_end) {
            (Some(start), end) if end.is_none_or(|end| end < start) => {
                open = line[start + 13..].split('"').next();
            }
            (_, Some(_)) => open = None,
            _ => {}
        }
        if open.is_some() {
            whole.push_str("</span>");
        }
        whole.push('\n');
        lines.push(whole);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_whole_by_itself() {
        let lines = lines("x = '''a\n<b>\n'''  # c\n\ny", "python", &mut Budget::default());
        assert_eq!(lines.len(), 5);
        for line in &lines {
            assert_eq!(line.matches("<span").count(), line.matches("</span>").count(), "{line}");
        }
        assert_eq!(lines[1], "<span class=\"hl-s\">&lt;b&gt;</span>\n");
    }

    #[test]
    fn what_would_take_long_has_no_colours() {
        let long = format!("x = '{}'", "(".repeat(5_000));
        assert!(!lines(&long, "python", &mut Budget::default())[0].contains("<span"));
        let mut spent = Budget { colour: 3, ..Budget::default() };
        assert_eq!(lines("x = 'a'", "python", &mut spent), ["x = 'a'\n"]);
    }
}
