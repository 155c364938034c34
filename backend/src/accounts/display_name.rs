//! What may be somebody's name.

use icu_properties::CodePointSetData;
use icu_properties::props::{DefaultIgnorableCodePoint, VariationSelector};

const LONGEST: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name has 1 to 100 letters")]
    Length,
    #[error("this name has characters that cannot be seen")]
    Unseen,
}

/// The name without the space around it.
pub fn checked(name: &str) -> Result<String, NameError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err(NameError::Length);
    }
    if name.chars().any(is_unseen) || name.starts_with(shapes) {
        return Err(NameError::Unseen);
    }
    Ok(name.to_owned())
}

/// Controls, fillers, and marks that turn the direction of what follows: in a table of people they would pass for
/// another name, or move one.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{2800}')
        || (CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter) && !shapes(letter))
}

/// Parts of names that give the letter before them its shape: what chooses a form of a kanji (辻 and 辻󠄀), and the two
/// joiners, without which Persian or Sinhala names are misspelt.
fn shapes(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}') || CodePointSetData::new::<VariationSelector>().contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_have_them_are_taken() {
        for name in
            ["花子", "Zoë O’Brien-Núñez", "辻\u{e0100} 一", "か\u{3099}", "ﾊﾅｺ", "李 小龍", "ישראל", "علی\u{200c}رضا"]
        {
            assert_eq!(checked(&format!(" {name}\u{3000}")).as_deref(), Ok(name));
        }
    }

    #[test]
    fn what_cannot_be_seen_is_no_name() {
        for name in ["", " \u{3000}\t"] {
            assert_eq!(checked(name), Err(NameError::Length), "{name:?}");
        }
        let unseen =
            ['\n', '\u{200b}', '\u{200e}', '\u{202e}', '\u{2028}', '\u{2066}', '\u{061c}', '\u{3164}', '\u{ffa0}'];
        for letter in unseen.into_iter().chain(['\u{feff}', '\u{00ad}', '\u{2800}', '\u{e0041}']) {
            assert_eq!(checked(&format!("Ha{letter}na")), Err(NameError::Unseen), "{letter:?}");
        }
        for alone in ["\u{fe0f}", "\u{200d}"] {
            assert_eq!(checked(alone), Err(NameError::Unseen), "{alone:?}");
        }
        assert_eq!(checked(&"x".repeat(101)), Err(NameError::Length));
    }
}
