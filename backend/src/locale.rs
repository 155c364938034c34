//! The languages of the site and of its courses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The languages of the site.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Locale {
    #[default]
    Ja,
    En,
}

impl Locale {
    /// The first of ours that an `Accept-Language` header names; one of quality 0 is not wanted (RFC 9110, 12.4.2).
    pub fn from_header(header: &str) -> Option<Self> {
        let mut wanted: Vec<(f32, Self)> = header
            .split(',')
            .filter_map(|part| {
                let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
                let quality = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse().ok())?;
                let language = tag.trim().split('-').next()?.to_ascii_lowercase();
                Some((quality, language.parse().ok()?)).filter(|_| quality > 0.0)
            })
            .collect();
        wanted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        wanted.first().map(|&(_, locale)| locale)
    }
}
