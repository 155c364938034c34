//! Images: what they really are, whatever their name says.

use imagesize::ImageType;

use super::html::Size;
use super::report::{Notes, Position};
use super::svg;

/// The kinds of image a text may show, by the ending of their names.
const ENDINGS: &[(&str, &str)] = &[
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("svg", "image/svg+xml"),
];

/// The media type an image is served as; `None` for names no image of a course has.
pub fn media_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, media)| *media)
}

/// Width and height of a picture, as far as they can be read.
pub fn size(bytes: &[u8]) -> Option<Size> {
    let size = imagesize::blob_size(bytes).ok()?;
    Some(Size { width: u32::try_from(size.width).ok()?, height: u32::try_from(size.height).ok()? })
}

/// What the bytes of a picture are, if they are one that browsers show.
pub fn raster(bytes: &[u8]) -> Option<&'static str> {
    Some(match imagesize::image_type(bytes).ok()? {
        ImageType::Png => "image/png",
        ImageType::Jpeg => "image/jpeg",
        ImageType::Gif => "image/gif",
        ImageType::Webp => "image/webp",
        _ => return None,
    })
}

/// Looks into an image; its size, if it is one and says so.
pub fn check(name: &str, bytes: &[u8], notes: &mut Notes) -> Option<Size> {
    let Some(media) = media_type(name) else {
        notes.error(Position::START, "not_an_image", "an image is a .png, .jpg, .webp or .svg file");
        return None;
    };
    if media == "image/svg+xml" {
        return svg::check(bytes, notes);
    }
    let found = raster(bytes).unwrap_or_default();
    if found != media {
        let found = if found.is_empty() { "no image".to_owned() } else { format!("of type {found}") };
        notes.error(Position::START, "not_an_image", format!("its name says {media}, but its content is {found}"));
        return None;
    }
    let size = size(bytes);
    if size.is_none() {
        notes.error(Position::START, "not_an_image", "the image is damaged: its size cannot be read");
    }
    size
}
