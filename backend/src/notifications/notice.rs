//! The kinds of notices. A new one is a variant here, its words in `words.rs`, and where it leads in `view.rs`.

use diesel::QueryResult;
use diesel::result::Error as DieselError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{EnumDiscriminants, IntoStaticStr};
use utoipa::ToSchema;

use crate::db::types::{ChapterId, SubmissionId};
use crate::mail;

/// Something a person is told. Ids only: what was written for them stays where they can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(tag = "kind", content = "subject", rename_all = "snake_case")]
#[strum_discriminants(
    name(NoticeKind),
    derive(Serialize, ToSchema, IntoStaticStr),
    serde(rename_all = "snake_case"),
    strum(serialize_all = "snake_case")
)]
pub enum Notice {
    /// A tutor decided that the work is to be handed in again.
    WorkReturned {
        submission: SubmissionId,
        chapter: ChapterId,
    },
    WorkPassed {
        submission: SubmissionId,
        chapter: ChapterId,
    },
    /// Another tutor looked at it once more.
    AppealAnswered {
        submission: SubmissionId,
        chapter: ChapterId,
        passed: bool,
    },
}

/// As it is stored.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    kind: &'a str,
    subject: Value,
}

impl Notice {
    pub(super) fn to_json(self) -> QueryResult<Value> {
        serde_json::to_value(self).map_err(|error| DieselError::SerializationError(Box::new(error)))
    }

    pub(super) fn columns(self) -> QueryResult<(&'static str, Value)> {
        let mut whole = self.to_json()?;
        Ok((NoticeKind::from(self).into(), whole["subject"].take()))
    }

    /// None where a newer version of this program wrote it.
    pub(super) fn from_columns(kind: &str, subject: Value) -> Option<Self> {
        let whole = serde_json::to_value(Stored { kind, subject }).ok()?;
        serde_json::from_value(whole).ok()
    }

    pub(super) fn chapter(self) -> ChapterId {
        match self {
            Self::WorkReturned { chapter, .. }
            | Self::WorkPassed { chapter, .. }
            | Self::AppealAnswered { chapter, .. } => chapter,
        }
    }

    /// By which kind of mail it is told.
    pub(super) fn mail(self) -> mail::Kind {
        match self {
            Self::WorkReturned { .. } | Self::WorkPassed { .. } | Self::AppealAnswered { .. } => mail::Kind::Feedback,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_read_as_it_was_written_and_an_unknown_one_is_none() {
        let (submission, chapter) = (SubmissionId(3), ChapterId(75));
        for (notice, kind) in [
            (Notice::WorkReturned { submission, chapter }, "work_returned"),
            (Notice::WorkPassed { submission, chapter }, "work_passed"),
            (Notice::AppealAnswered { submission, chapter, passed: true }, "appeal_answered"),
        ] {
            let (written, subject) = notice.columns().unwrap();
            assert_eq!(written, kind);
            assert_eq!(Notice::from_columns(written, subject), Some(notice));
        }
        assert_eq!(Notice::from_columns("of_another_version", Value::Null), None);
    }
}
