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

/// Looks into an image; its size, if it is one and says so.
pub fn check(name: &str, bytes: &[u8], notes: &mut Notes) -> Option<Size> {
    let Some(media) = media_type(name) else {
        notes.error(Position::START, "not_an_image", "an image is a .png, .jpg, .webp or .svg file");
        return None;
    };
    if media == "image/svg+xml" {
        return svg::check(bytes, notes);
    }
    let found = match imagesize::image_type(bytes) {
        Ok(ImageType::Png) => "image/png",
        Ok(ImageType::Jpeg) => "image/jpeg",
        Ok(ImageType::Webp) => "image/webp",
        _ => "",
    };
    if found != media {
        let found = if found.is_empty() { "no image".to_owned() } else { format!("of type {found}") };
        notes.error(Position::START, "not_an_image", format!("its name says {media}, but its content is {found}"));
        return None;
    }
    let Ok(size) = imagesize::blob_size(bytes) else {
        notes.error(Position::START, "not_an_image", "the image is damaged: its size cannot be read");
        return None;
    };
    Some(Size { width: u32::try_from(size.width).ok()?, height: u32::try_from(size.height).ok()? })
}
