//! LaTeX to MathML on the server, with the styles math-core writes turned into classes.

use html5gum::{Token, Tokenizer};
use math_core::{ConvertResult, LatexError, LatexToMathML, MathCoreConfig, MathDisplay};

use super::super::html::escape;
use super::super::report::Position;

/// Longer formulas are mistakes.
const LONGEST: usize = 10_000;
/// So are formulas with more characters that can open something; a 20 × 20 matrix of `x_{ij}` has half of them.
const MOST_OPENERS: usize = 2_000;
/// And formulas whose elements nest deeper than this; browsers give up at 512.
const DEEPEST: usize = 100;
/// The parser recurses: with more openers than this it is given a stack of its own, with room for each of them.
const OPENERS_ON_ANY_STACK: usize = 40;
const STACK_AN_OPENER: usize = 96 << 10;

/// What is wrong with a formula, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    pub at: Position,
    pub message: String,
}

type Converted = Result<ConvertResult, Box<LatexError>>;

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
        let too_much = || mistake(Position::START, "this formula is too long or nested too deeply".to_owned());
        let openers = latex.bytes().filter(|byte| b"\\{^_".contains(byte)).count();
        if latex.len() > LONGEST || openers > MOST_OPENERS {
            return Err(too_much());
        }
        let converted = if openers > OPENERS_ON_ANY_STACK {
            self.convert_on_own_stack(latex, display, openers * STACK_AN_OPENER).ok_or_else(too_much)?
        } else {
            self.0.convert_with_global_state(latex, display)
        };
        let mathml = converted
            .map_err(|error| mistake(Position::of_byte(latex, error.0.start), sentence(&error.error_message())))?
            .mathml;
        let inspected = inspect(&mathml);
        if inspected.depth > DEEPEST {
            return Err(too_much());
        }
        match inspected.unknown_style {
            Some(style) => {
                Err(mistake(Position::START, format!("this formula needs `{style}`, which texts cannot have")))
            }
            None => Ok(mathml),
        }
    }

    /// `None` when there is no memory for the stack.
    fn convert_on_own_stack(&mut self, latex: &str, display: MathDisplay, stack: usize) -> Option<Converted> {
        std::thread::scope(|scope| {
            let convert = || self.0.convert_with_global_state(latex, display);
            let thread = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, convert).ok()?;
            thread.join().ok()
        })
    }
}

/// Adds what was typed, for those who judge it.
pub fn with_source(mathml: &str, latex: &str) -> String {
    mathml.replacen("<math", &format!("<math alttext=\"{}\"", escape(latex.trim())), 1)
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

#[derive(Default)]
struct Inspected {
    depth: usize,
    unknown_style: Option<String>,
}

/// Looks through what math-core wrote.
fn inspect(mathml: &str) -> Inspected {
    let mut inspected = Inspected::default();
    let mut depth = 0_usize;
    for Ok(token) in Tokenizer::new(mathml) {
        match token {
            Token::StartTag(tag) => {
                depth += usize::from(!tag.self_closing);
                inspected.depth = inspected.depth.max(depth);
                let style = tag.attributes.iter().find(|(key, _)| key.as_slice() == b"style");
                let style = style.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).unwrap_or_default();
                let unknown = declarations(&style).find(|declaration| without_style(declaration).is_none());
                inspected.unknown_style = inspected.unknown_style.or_else(|| unknown.map(str::to_owned));
            }
            Token::EndTag(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    inspected
}
