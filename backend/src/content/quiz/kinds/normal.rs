//! What two writings of the same have in common.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Full-width and half-width letters, digits and kana are the same; spaces around and between count once.
pub fn width(text: &str) -> String {
    let text = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Hiragana and katakana are the same.
pub fn kana(text: &str) -> String {
    const KATAKANA: std::ops::RangeInclusive<char> = 'ァ'..='ヶ';
    const APART: u32 = 'ァ' as u32 - 'ぁ' as u32;
    text.chars()
        .map(|letter| match KATAKANA.contains(&letter) {
            true => char::from_u32(letter as u32 - APART).unwrap_or(letter),
            false => letter,
        })
        .collect()
}

/// Lines without what cannot be seen at their ends, and without empty ones at the end.
pub fn lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}
