//! LaTeX to MathML on the server, with the styles math-core writes turned into classes.

use html5gum::{Token, Tokenizer};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use super::super::report::Position;

/// A formula longer or deeper than this is a mistake, and would cost stack and time.
const LONGEST: usize = 10_000;
const DEEPEST: usize = 60;

/// What is wrong with a formula, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    pub at: Position,
    pub message: String,
}

/// Turns formulas of one text into MathML; numbered equations count through.
#[derive(Debug)]
pub struct Converter(LatexToMathML);

impl Default for Converter {
    fn default() -> Self {
        // Without macros there is nothing that could be wrong with them.
        Self(LatexToMathML::new(MathCoreConfig::default()).unwrap_or_default())
    }
}

impl Converter {
    pub fn convert(&mut self, latex: &str, display: MathDisplay) -> Result<String, Mistake> {
        let mistake = |at, message: String| Mistake { at, message };
        if latex.len() > LONGEST || depth(latex) > DEEPEST {
            return Err(mistake(Position::START, "this formula is too long or nested too deeply".to_owned()));
        }
        let converted = self
            .0
            .convert_with_global_state(latex, display)
            .map_err(|error| mistake(Position::of_byte(latex, error.0.start), sentence(&error.error_message())))?;
        match unknown_style(&converted.mathml) {
            Some(style) => {
                Err(mistake(Position::START, format!("this formula needs `{style}`, which texts cannot have")))
            }
            None => Ok(converted.mathml),
        }
    }
}

fn depth(latex: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in latex.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    // Commands that nest without a bracket: \sqrt\sqrt\sqrt x, \left, \begin, x^x^x.
    let bare =
        latex.matches("\\sqrt").count().max(latex.matches("\\left").count()).max(latex.matches("\\begin").count());
    deepest.max(bare / 4)
}

fn sentence(message: &str) -> String {
    format!("this is not LaTeX that can be shown: {}", message.trim_end_matches('.'))
}

/// What stands for a declaration of a style.
#[derive(Debug, PartialEq, Eq)]
pub enum Instead<'s> {
    Class(&'static str),
    Attribute(&'static str, &'s str),
    Nothing,
}

/// The declarations of a style attribute.
pub fn declarations(style: &str) -> impl Iterator<Item = &str> {
    style.split(';').map(str::trim).filter(|declaration| !declaration.is_empty())
}

/// What to write instead of a declaration that math-core makes; `None` for any other.
pub fn without_style(declaration: &str) -> Option<Instead<'_>> {
    let (property, value) = declaration.split_once(':')?;
    let (property, value) = (property.trim(), value.trim());
    Some(match (property, value) {
        ("color", value) => Instead::Attribute("mathcolor", value),
        ("font-size", value) => Instead::Attribute("mathsize", value),
        ("font-variant-caps", "small-caps") => Instead::Class("math-small-caps"),
        ("math-shift", "compact") => Instead::Class("math-compact"),
        // Said again for a browser that reads the attribute `width` wrongly, or together with `text-align`.
        ("justify-items", _) => Instead::Nothing,
        ("width", value) if value.ends_with("rem") => Instead::Nothing,
        ("width", "100%") => Instead::Class("math-wide"),
        ("width", "50%") => Instead::Class("math-half"),
        ("width", "7.5%") => Instead::Class("math-narrow"),
        ("text-align", "left") => Instead::Class("math-left"),
        ("text-align", "right") => Instead::Class("math-right"),
        ("padding-left", "0") => Instead::Class("math-pad-left-0"),
        ("padding-left", "0.1em") => Instead::Class("math-pad-left-1"),
        ("padding-left", "0.1667em") => Instead::Class("math-pad-left-3"),
        ("padding-left", "0.2222em") => Instead::Class("math-pad-left-4"),
        ("padding-left", "0.2778em") => Instead::Class("math-pad-left-5"),
        ("padding-left", "1em") => Instead::Class("math-pad-left-18"),
        ("padding-right", "0") => Instead::Class("math-pad-right-0"),
        ("padding-right", "0.1em") => Instead::Class("math-pad-right-1"),
        ("padding-right", "0.1667em") => Instead::Class("math-pad-right-3"),
        ("padding-right", "0.2222em") => Instead::Class("math-pad-right-4"),
        ("padding-right", "0.2778em") => Instead::Class("math-pad-right-5"),
        ("padding-top", "0") => Instead::Class("math-pad-rows-0"),
        ("padding-bottom", "0") => Instead::Nothing,
        ("padding-top", "0.1667em") => Instead::Class("math-pad-top-3"),
        ("margin-left", "-0.1667em") => Instead::Class("math-back-3"),
        ("margin-left", "-0.2222em") => Instead::Class("math-back-4"),
        ("margin-left", "-0.2778em") => Instead::Class("math-back-5"),
        ("border-top", line) => Instead::Class(if line.contains("dashed") { "math-dash-top" } else { "math-line-top" }),
        ("border-left", line) => {
            Instead::Class(if line.contains("dashed") { "math-dash-left" } else { "math-line-left" })
        }
        ("border-right", line) => {
            Instead::Class(if line.contains("dashed") { "math-dash-right" } else { "math-line-right" })
        }
        ("border-bottom", line) => {
            Instead::Class(if line.contains("dashed") { "math-dash-bottom" } else { "math-line-bottom" })
        }
        _ => return None,
    })
}

fn unknown_style(mathml: &str) -> Option<String> {
    for Ok(token) in Tokenizer::new(mathml) {
        let Token::StartTag(tag) = token else { continue };
        let Some((_, style)) = tag.attributes.iter().find(|(key, _)| key.as_slice() == b"style") else { continue };
        let style = String::from_utf8_lossy(style).into_owned();
        if let Some(unknown) = declarations(&style).find(|declaration| without_style(declaration).is_none()) {
            return Some(unknown.to_owned());
        }
    }
    None
}
