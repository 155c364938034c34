//! Courses on their way from an author's folder to the site: reading, checking, rendering, publishing.
//!
//! Owns writing to `courses`, `publications`, `sections`, `chapters`, `chapter_versions`, `chapter_texts`, `quizzes`,
//! `assignments` and `publication_files`; the room `courses` reads them. The format is described by `docs/sample-course`.

pub mod assignment;
pub mod cli;
mod draft;
mod folder;
pub mod format;
mod html;
mod image;
mod markdown;
mod model;
mod notebook;
pub mod paths;
mod publish;
pub mod quiz;
mod report;
mod sanitise;
mod source;
mod svg;
mod template;
pub mod words;
mod yaml;

/// What the rendering of handed-in notebooks shares with that of courses.
pub(crate) mod shared {
    pub use super::html::{Attributes, DEEPEST, UNCLOSED, align, escape, get, styles, take};
    pub use super::image::{raster, size as raster_size};
    pub use super::markdown::math::{Converter, with_source};
    pub use super::markdown::{handed_in as markdown, highlight};
    pub use super::notebook::{Candidate, Earlier, Source, assign as assign_ids};
    pub use super::sanitise::clean_handed_in;
    pub use super::svg::is_inert as is_inert_svg;
}

pub use html::Heading;
pub use image::media_type;
pub use model::NotebookEntry;
pub use notebook::{Cell, CellKind};
pub use publish::{PublishError, Published, check, publish, roll_back};
pub(crate) use report::counted;
pub use report::{Item, Position, Report, Severity};
pub use source::{NotASource, Source};
