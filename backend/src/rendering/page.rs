//! The page around the cells: our one style sheet and our one script, which the policy admits by their hashes and
//! nothing else.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::words;
use crate::content::shared::escape;
use crate::locale::Locale;

const STYLE: &str = concat!(
    include_str!("frame.css"),
    // The classes that formulas have, the same as in the texts of courses.
    include_str!("../../../frontend/app/assets/css/math-classes.css")
);
const SCRIPT: &str = include_str!("frame.js");

/// What also holds where a page is shown without its headers. (`sandbox` and `frame-ancestors` work in headers only.)
static POLICY_WITHIN: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; img-src data:; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
});

static POLICY: LazyLock<String> =
    LazyLock::new(|| format!("{}; frame-ancestors 'self'; sandbox allow-scripts", *POLICY_WITHIN));

/// The policy a page must be served with.
pub fn content_security_policy() -> &'static str {
    &POLICY
}

/// The headers a page must be served with. The sandbox takes its origin away even from whoever opens its address.
pub fn headers() -> [(&'static str, &'static str); 6] {
    [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", content_security_policy()),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "private, no-store"),
    ]
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// A whole page.
pub fn page(title: &str, body: &str, locale: Locale) -> String {
    let body = match body.is_empty() {
        true => super::parts::note(words::of(locale).no_cells),
        false => body.to_owned(),
    };
    let [one, many] = words::of(locale).comments;
    format!(
        "<!doctype html>\n<html lang=\"{locale}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body data-comment=\"{one}\" data-comments=\"{many}\">\n<main>\n{body}</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        escape(&POLICY_WITHIN),
        escape(title),
    )
}
