//! One look over a file's bytes before it is parsed: how deep it nests, and the numbers that Python writes though JSON
//! has none of them.

use std::borrow::Cow;

use super::Unreadable;

/// As deep as serde_json itself goes when it builds values.
const DEEPEST: usize = 120;

/// What Python's `json` writes for floats that are no numbers.
const NOT_NUMBERS: &[&str] = &["-Infinity", "Infinity", "NaN"];

/// The text with those numbers as texts.
pub fn scan(text: &str) -> Result<Cow<'_, str>, Unreadable> {
    let bytes = text.as_bytes();
    let mut changed = String::new();
    let (mut depth, mut at, mut copied) = (0_usize, 0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'[' | b'{' => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(Unreadable::TooDeep);
                }
                at += 1;
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'N' | b'I' | b'-' => match NOT_NUMBERS.iter().find(|word| bytes[at..].starts_with(word.as_bytes())) {
                Some(word) => {
                    changed.push_str(&text[copied..at]);
                    changed.push('"');
                    changed.push_str(word);
                    changed.push('"');
                    at += word.len();
                    copied = at;
                }
                None => at += 1,
            },
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Ok(text.into());
    }
    changed.push_str(&text[copied..]);
    Ok(changed.into())
}

/// Behind the closing quote.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_that_are_no_numbers_become_texts_outside_of_texts_only() {
        let read = |text| scan(text).unwrap().into_owned();
        assert_eq!(read(r#"[NaN, -Infinity, {"NaN": "Infinity \" NaN"}]"#), {
            r#"["NaN", "-Infinity", {"NaN": "Infinity \" NaN"}]"#
        });
        assert!(matches!(scan(r#"{"a": -1}"#), Ok(Cow::Borrowed(_))));
        for broken in ["\"", "\"\\", "-", "N", "{\"a\": \"\\"] {
            scan(broken).unwrap();
        }
    }

    #[test]
    fn nesting_without_end_is_seen_without_recursion() {
        assert_eq!(scan(&"[".repeat(5_000_000)), Err(Unreadable::TooDeep));
        assert!(scan(&"[]".repeat(500)).is_ok());
    }
}
