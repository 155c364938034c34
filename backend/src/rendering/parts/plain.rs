//! Plain text: characters that hide or turn others are shown by their numbers, and long texts are folded.

use std::fmt::Write;

use super::super::words;
use crate::content::shared::escape;
use crate::locale::Locale;

/// Lines shown before the rest is folded.
const SHOWN_LINES: usize = 400;
const SHOWN_BYTES: usize = 64 << 10;
/// Bytes kept in a fold; nobody reads more.
const FOLDED_BYTES: usize = 512 << 10;

/// Whether a character changes how others are read without being seen itself: overrides of direction, blanks of no
/// width, controls.
pub fn is_odd(character: char) -> bool {
    matches!(
        character,
        '\u{0}'..='\u{8}'
            | '\u{b}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// The same for rich text, where blanks of no width are part of typesetting.
pub fn is_odd_in_rich_text(character: char) -> bool {
    is_odd(character) && !matches!(character, '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Escaped for text and for attributes alike; what is odd is only marked as such by its number.
pub fn visible(text: &str) -> String {
    let escaped = escape(text);
    if !escaped.contains(is_odd) {
        return escaped.into_owned();
    }
    let mut shown = String::with_capacity(escaped.len() + 16);
    for character in escaped.chars() {
        match is_odd(character) {
            true => {
                let _ = write!(shown, "\u{27e8}U+{:04X}\u{27e9}", u32::from(character));
            }
            false => shown.push(character),
        }
    }
    shown
}

/// The same within HTML of ours, where it also gets a look of its own.
pub fn mark_odd(html: &str, is_odd: impl Fn(char) -> bool) -> String {
    if !html.contains(&is_odd) {
        return html.to_owned();
    }
    let mut shown = String::with_capacity(html.len() + 64);
    for character in html.chars() {
        match is_odd(character) {
            true => push_odd(character, &mut shown),
            false => shown.push(character),
        }
    }
    shown
}

pub fn push_odd(character: char, html: &mut String) {
    let _ = write!(html, "<span class=\"odd\">U+{:04X}</span>", u32::from(character));
}

/// Lines of HTML in a `pre`; what comes after the first few hundred is folded, and far more than that left out.
pub fn fold(lines: &[String], class: &str, locale: Locale) -> String {
    let shown = fitting(lines, SHOWN_LINES, SHOWN_BYTES);
    let mut html = match shown {
        0 if !lines.is_empty() => String::new(),
        _ => format!("<pre class=\"{class}\">{}</pre>", lines[..shown].concat()),
    };
    let rest = &lines[shown..];
    if rest.is_empty() {
        return html;
    }
    let kept = fitting(rest, usize::MAX, FOLDED_BYTES);
    let bytes = |lines: &[String]| lines.iter().map(String::len).sum::<usize>();
    let _ = write!(
        html,
        "<details class=\"fold\"><summary>{}</summary><pre class=\"{class}\">{}</pre>",
        words::more(rest.len(), bytes(rest), locale),
        rest[..kept].concat(),
    );
    if kept < rest.len() {
        html.push_str(&super::note(&words::left_out(bytes(&rest[kept..]), locale)));
    }
    html.push_str("</details>");
    html
}

/// How many lines fit.
fn fitting(lines: &[String], most: usize, bytes: usize) -> usize {
    let mut sum = 0;
    let fit = lines.iter().take(most).take_while(|line| {
        sum += line.len();
        sum <= bytes
    });
    fit.count()
}

/// A line of text so long that it is cut: its start, and how much is missing.
pub fn cut(text: &str, most: usize) -> (&str, usize) {
    let end = text.floor_char_boundary(most);
    (&text[..end], text.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_text_is_seen() {
        assert_eq!(visible("a\u{202e}<b\u{200b}"), "a⟨U+202E⟩&lt;b⟨U+200B⟩");
        assert_eq!(mark_odd("x\u{2066}y", is_odd), "x<span class=\"odd\">U+2066</span>y");
        // Families are joined by U+200D; Japanese and tabs are as they were.
        assert_eq!(visible("👨\u{200d}👩 日本語\t\n"), "👨\u{200d}👩 日本語\t\n");
    }

    #[test]
    fn a_long_text_is_folded_and_a_far_longer_one_cut() {
        let lines: Vec<String> = (0..500).map(|number| format!("{number}\n")).collect();
        let html = fold(&lines, "x", Locale::En);
        assert!(html.contains("399\n</pre>"), "{html}");
        assert!(html.contains("Show 100 more lines (400 B)"));
        let long = vec!["x".repeat(1_000); 2_000];
        let html = fold(&long, "x", Locale::Ja);
        assert!(html.len() < 600_000 && html.contains("省略しました"));
        assert_eq!(fold(&["a".to_owned()], "x", Locale::Ja), "<pre class=\"x\">a</pre>");
    }
}
