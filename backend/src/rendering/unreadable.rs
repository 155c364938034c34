//! Why a file cannot be shown: said to whoever handed it in or opens it.

use crate::locale::Locale;

/// What keeps a file from being shown as a notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the file has {bytes} bytes; {most} are shown at most")]
    TooLarge { bytes: usize, most: usize },
    #[error("the file is not UTF-8")]
    NotUtf8,
    #[error("the file is not JSON: line {line}, column {column}")]
    NotJson { line: usize, column: usize },
    #[error("the file is nested too deeply")]
    TooDeep,
    #[error("the file is JSON, but not a notebook")]
    NotANotebook,
    #[error("the notebook has format {major}; only format 4 is read")]
    Format { major: u64 },
    #[error("the notebook has {cells} cells; {most} are shown at most")]
    TooManyCells { cells: usize, most: usize },
    #[error("cell {number} is not a cell")]
    Cell { number: usize },
}

impl Unreadable {
    /// A stable name for this reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::NotUtf8 => "not_utf8",
            Self::NotJson { .. } => "not_json",
            Self::TooDeep => "too_deep",
            Self::NotANotebook => "not_a_notebook",
            Self::Format { .. } => "notebook_format",
            Self::TooManyCells { .. } => "too_many_cells",
            Self::Cell { .. } => "malformed_cell",
        }
    }

    /// A sentence for people.
    pub fn sentence(&self, locale: Locale) -> String {
        match locale {
            Locale::Ja => self.in_japanese(),
            Locale::En => self.in_english(),
        }
    }

    fn in_japanese(&self) -> String {
        match self {
            Self::TooLarge { bytes, most } => {
                format!("ファイルが大きすぎます（{} MB）。表示できるのは{} MBまでです。", bytes >> 20, most >> 20)
            }
            Self::NotUtf8 => "ファイルの文字コードがUTF-8ではありません。".to_owned(),
            Self::NotJson { line, column } => {
                format!("ファイルが壊れています（{line}行{column}文字目から読み取れません）。")
            }
            Self::TooDeep => "ファイルの入れ子が深すぎるため、表示できません。".to_owned(),
            Self::NotANotebook => "このファイルはノートブックではありません。".to_owned(),
            Self::Format { major } => {
                format!("ノートブックの形式{major}は表示できません。Jupyterで開いて、形式4で保存してください。")
            }
            Self::TooManyCells { cells, most } => {
                format!("セルが多すぎます（{cells}個）。表示できるのは{most}個までです。")
            }
            Self::Cell { number } => format!("{number}番目のセルが壊れています。"),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::TooLarge { bytes, most } => {
                format!("The file is too large ({} MB). Up to {} MB can be shown.", bytes >> 20, most >> 20)
            }
            Self::NotUtf8 => "The file is not encoded in UTF-8.".to_owned(),
            Self::NotJson { line, column } => {
                format!("The file is damaged: it cannot be read from line {line}, column {column}.")
            }
            Self::TooDeep => "The file is nested too deeply to be shown.".to_owned(),
            Self::NotANotebook => "This file is not a notebook.".to_owned(),
            Self::Format { major } => {
                format!(
                    "Notebooks of format {major} cannot be shown. Please open it in Jupyter and save it in format 4."
                )
            }
            Self::TooManyCells { cells, most } => {
                format!("The notebook has too many cells ({cells}). Up to {most} can be shown.")
            }
            Self::Cell { number } => format!("Cell number {number} is damaged."),
        }
    }
}
