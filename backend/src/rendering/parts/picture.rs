//! Pictures, carried along in the page once their bytes are what they should be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::read::Bundle;
use crate::content::shared::{is_inert_svg, raster, raster_size};

/// More pixels than any plot has; a browser would take gigabytes to show them.
const MOST_PIXELS: u64 = 64_000_000;
const LONGEST_SVG: usize = 2 << 20;
/// In the order in which they are chosen.
pub const RASTERS: &[&str] = &["image/png", "image/jpeg", "image/webp", "image/gif"];

/// A picture as an address of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Picture {
    pub address: String,
    pub size: Option<(u32, u32)>,
}

impl Picture {
    /// From what stands in a notebook: Base64, with line ends.
    pub fn from_base64(text: &str) -> Option<Self> {
        let text: String = text.split_ascii_whitespace().collect();
        Self::from_bytes(&STANDARD.decode(text).ok()?)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        // What it is called does not matter; what it is does.
        let (media, size) = (raster(bytes)?, raster_size(bytes)?);
        let fits = u64::from(size.width) * u64::from(size.height) <= MOST_PIXELS && size.width > 0 && size.height > 0;
        let address = || format!("data:{media};base64,{}", STANDARD.encode(bytes));
        fits.then(|| Self { address: address(), size: Some((size.width, size.height)) })
    }

    pub fn from_svg(text: &str) -> Option<Self> {
        let inert = text.len() <= LONGEST_SVG && is_inert_svg(text.as_bytes());
        let address = || format!("data:image/svg+xml;base64,{}", STANDARD.encode(text));
        inert.then(|| Self { address: address(), size: None })
    }

    /// From a `data:` address.
    pub fn from_address(address: &str) -> Option<Self> {
        let (head, body) = address.get(5..)?.split_once(',')?;
        let head = head.to_ascii_lowercase();
        let base64 = head.ends_with(";base64");
        let body = percent_encoding::percent_decode_str(body);
        if head.starts_with("image/svg+xml") {
            let bytes = if base64 { STANDARD.decode(body.decode_utf8().ok()?.trim()).ok()? } else { body.collect() };
            return Self::from_svg(std::str::from_utf8(&bytes).ok()?);
        }
        if base64 { Self::from_base64(&body.decode_utf8().ok()?) } else { None }
    }

    /// The best of an attachment's representations.
    pub fn from_bundle(bundle: &Bundle) -> Option<Self> {
        let raster = RASTERS.iter().find_map(|media| Self::from_base64(&bundle.text(media)?));
        raster.or_else(|| Self::from_svg(&bundle.text("image/svg+xml")?))
    }

    /// The size as attributes, known before the picture is decoded.
    pub fn size_attributes(&self) -> String {
        self.size.map(|(width, height)| format!(" width=\"{width}\" height=\"{height}\"")).unwrap_or_default()
    }
}

/// Whether an address carries its picture along.
pub fn is_data(address: &str) -> bool {
    address.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"))
}
