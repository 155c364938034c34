//! HTML with blanks where ids of chapters go: a new chapter gets its id only when the course is written.

use crate::db::types::ChapterId;

/// Cleaned HTML; `fill` makes it whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Html(String),
    /// The id of the chapter whose text this is.
    Own,
    /// The id of the chapter with this key.
    Chapter(String),
}

impl Template {
    pub(super) fn own_mark(mark: &str) -> String {
        Self::chapter_mark(mark, "")
    }

    pub(super) fn chapter_mark(mark: &str, key: &str) -> String {
        format!("{mark}.{key}.")
    }

    /// Takes apart HTML in which the marks above stand.
    pub(super) fn split(html: &str, mark: &str) -> Self {
        let mut pieces = html.split(mark);
        let mut parts = vec![Part::Html(pieces.next().unwrap_or_default().to_owned())];
        for piece in pieces {
            let mut fields = piece.splitn(3, '.');
            let (_, key, rest) = (fields.next(), fields.next(), fields.next());
            parts.push(match key {
                None | Some("") => Part::Own,
                Some(key) => Part::Chapter(key.to_owned()),
            });
            parts.push(Part::Html(rest.unwrap_or_default().to_owned()));
        }
        Self(parts)
    }

    /// Fills the blanks; a key without an id (none passes the checks) leaves 0, which is no chapter.
    pub fn fill(&self, own: ChapterId, id_of: impl Fn(&str) -> Option<ChapterId>) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Html(html) => html.clone(),
                Part::Own => own.to_string(),
                Part::Chapter(key) => id_of(key).unwrap_or(ChapterId(0)).to_string(),
            })
            .collect()
    }
}
