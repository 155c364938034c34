//! The look of characters on a terminal (SGR).

use anstyle_parse::Params;

use super::colour;

/// A colour is one of the sixteen names that every terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    front: Option<u8>,
    back: Option<u8>,
    bold: bool,
    faint: bool,
    italic: bool,
    underlined: bool,
    struck: bool,
    inverse: bool,
}

impl Style {
    pub fn apply(&mut self, params: &Params) {
        let mut codes = params.iter();
        while let Some(code) = codes.next() {
            match *code {
                [] | [0] => *self = Self::default(),
                [1] => self.bold = true,
                [2] => self.faint = true,
                [3] => self.italic = true,
                [4, ..] => self.underlined = code.get(1) != Some(&0),
                [7] => self.inverse = true,
                [9] => self.struck = true,
                [22] => (self.bold, self.faint) = (false, false),
                [23] => self.italic = false,
                [24] => self.underlined = false,
                [27] => self.inverse = false,
                [29] => self.struck = false,
                [code @ (30..=37 | 90..=97)] => self.front = named(code),
                [code @ (40..=47 | 100..=107)] => self.back = named(code - 10),
                [39] => self.front = None,
                [49] => self.back = None,
                // 38;5;n and 38;2;r;g;b, with semicolons or, as the standard says, colons.
                [which @ (38 | 48)] => {
                    let Some([kind]) = codes.next() else { return };
                    let wanted = if *kind == 2 { 3 } else { 1 };
                    let values: Vec<u16> = codes.by_ref().take(wanted).flatten().copied().collect();
                    self.colour(which, *kind, &values);
                }
                [which @ (38 | 48), kind, ref values @ ..] => {
                    let from = values.len().saturating_sub(if kind == 2 { 3 } else { 1 });
                    self.colour(which, kind, &values[from..]);
                }
                _ => {}
            }
        }
    }

    fn colour(&mut self, which: u16, kind: u16, values: &[u16]) {
        let byte = |index: usize| values.get(index).and_then(|value| u8::try_from(*value).ok());
        let colour = match kind {
            5 => byte(0).map(colour::of_index),
            2 => match (byte(0), byte(1), byte(2)) {
                (Some(r), Some(g), Some(b)) => Some(colour::nearest([r, g, b])),
                _ => None,
            },
            _ => None,
        };
        match which {
            38 => self.front = colour,
            _ => self.back = colour,
        }
    }

    /// The classes of this look, if it is one.
    pub fn classes(self) -> Option<String> {
        let (front, back) = if self.inverse { (self.back, self.front) } else { (self.front, self.back) };
        let mut classes: Vec<String> = Vec::new();
        classes.extend(front.map(|colour| format!("ansi-{colour}")));
        classes.extend(back.map(|colour| format!("ansi-on-{colour}")));
        let flags = [
            (self.inverse, "ansi-inverse"),
            (self.bold, "ansi-bold"),
            (self.faint, "ansi-faint"),
            (self.italic, "ansi-italic"),
            (self.underlined, "ansi-underlined"),
            (self.struck, "ansi-struck"),
        ];
        classes.extend(flags.into_iter().filter(|(set, _)| *set).map(|(_, class)| class.to_owned()));
        (!classes.is_empty()).then(|| classes.join(" "))
    }
}

fn named(code: u16) -> Option<u8> {
    u8::try_from(if code >= 90 { code - 90 + 8 } else { code - 30 }).ok()
}
