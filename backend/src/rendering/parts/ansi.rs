//! What a program wrote to a terminal, as lines of HTML: colours become classes, overwritten text is gone as it was on
//! the terminal, and every other control sequence comes to nothing.

mod colour;
mod style;

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};

use super::plain::{is_odd, push_odd};
use crate::content::shared::escape;
use style::Style;

/// Longer lines are cut: a terminal would have wrapped them, a page would grow without end.
const LONGEST_LINE: usize = 64 << 10;

/// The lines, each with its line end.
pub fn lines(text: &str) -> Vec<String> {
    let mut screen = Screen::default();
    let mut parser = Parser::<DefaultCharAccumulator>::new();
    let bytes = text.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        // Titles of windows, links and the like reach to an end that may never come, and would swallow what follows.
        if byte == 0x1b && bytes.get(index + 1) != Some(&b'[') {
            screen.print('\u{241b}');
        } else {
            parser.advance(&mut screen, byte);
        }
    }
    screen.finish()
}

#[derive(Default)]
struct Screen {
    done: Vec<String>,
    line: Vec<(char, Style)>,
    column: usize,
    style: Style,
}

impl Screen {
    fn finish(mut self) -> Vec<String> {
        if !self.line.is_empty() {
            self.end_line("");
        }
        self.done
    }

    fn end_line(&mut self, end: &str) {
        let mut html = String::with_capacity(self.line.len() + 8);
        let mut open = Style::default();
        for &(character, style) in &self.line {
            if style != open {
                close(open, &mut html);
                if let Some(classes) = style.classes() {
                    html.push_str(&format!("<span class=\"{classes}\">"));
                }
                open = style;
            }
            match is_odd(character) {
                true => push_odd(character, &mut html),
                false => html.push_str(&escape(character.encode_utf8(&mut [0; 4]))),
            }
        }
        close(open, &mut html);
        html.push_str(end);
        self.done.push(html);
        self.line.clear();
        self.column = 0;
    }
}

fn close(style: Style, html: &mut String) {
    if style.classes().is_some() {
        html.push_str("</span>");
    }
}

impl Perform for Screen {
    fn print(&mut self, character: char) {
        if self.column >= LONGEST_LINE {
            return;
        }
        let printed = (character, self.style);
        match self.line.get_mut(self.column) {
            Some(place) => *place = printed,
            None => self.line.push(printed),
        }
        self.column += 1;
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' => self.end_line("\n"),
            b'\r' => self.column = 0,
            b'\x08' => self.column = self.column.saturating_sub(1),
            b'\t' => self.print('\t'),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, action: u8) {
        if ignore || !intermediates.is_empty() {
            return;
        }
        match action {
            b'm' => self.style.apply(params),
            // Erase in line; from the cursor to its end is what progress bars use.
            b'K' => match params.iter().next().and_then(|param| param.first()) {
                None | Some(0) => self.line.truncate(self.column),
                Some(2) => {
                    self.line.clear();
                    self.column = 0;
                }
                _ => {}
            },
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        lines(text).concat()
    }

    #[test]
    fn colours_become_classes_and_end_with_their_line() {
        assert_eq!(
            html("\x1b[1;31mError\x1b[0m: <x>\n\x1b[38;5;28ma\nb\x1b[m"),
            "<span class=\"ansi-1 ansi-bold\">Error</span>: &lt;x&gt;\n\
             <span class=\"ansi-2\">a</span>\n<span class=\"ansi-2\">b</span>"
        );
        assert_eq!(html("\x1b[48;2;250;250;20;3mx"), "<span class=\"ansi-on-11 ansi-italic\">x</span>");
        assert_eq!(html("\x1b[38:2::255:0:0mx\x1b[39my"), "<span class=\"ansi-9\">x</span>y");
    }

    #[test]
    fn a_progress_bar_is_what_was_seen_at_last() {
        assert_eq!(html("10%\r50%\r100%\ndone\r\n"), "100%\ndone\n");
        assert_eq!(html("long text\rshort\x1b[K\n"), "short\n");
        assert_eq!(html("ab\x08c"), "ac");
    }

    #[test]
    fn other_sequences_come_to_nothing_and_hide_nothing() {
        assert_eq!(html("a\x1b[2J\x1b[10;10H\x1b[?25lb\x07"), "ab");
        assert_eq!(html("\x1b]0;title\x07seen"), "␛]0;titleseen");
        assert_eq!(html("\x1b]8;;https://evil.example"), "␛]8;;https://evil.example");
        assert_eq!(html("\x1bPq\x1b_x"), "␛Pq␛_x");
        assert_eq!(
            html("x\u{202e}y\u{9b}31m"),
            "x<span class=\"odd\">U+202E</span>y<span class=\"odd\">U+009B</span>31m"
        );
        for broken in ["\x1b", "\x1b[", "\x1b[38;5", "\x1b[38m", "\x1b[;;;;m", "\x1b[99999999999m", "\x1b[38;2;1m"] {
            html(broken);
        }
        assert!(html(&"x".repeat(200_000)).len() <= LONGEST_LINE);
    }
}
