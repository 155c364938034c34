//! What notices say, in the page and in mails.

use super::Notice;
use crate::accounts::Locale;

/// The words of a notice: what happened in one line, and what to do about it, for a mail.
pub struct Words {
    pub title: String,
    pub advice: &'static str,
    pub button: &'static str,
}

/// `chapter`: number and title of the chapter as it is now; none where it is gone.
pub fn words(notice: Notice, chapter: Option<&str>, locale: Locale) -> Words {
    match locale {
        Locale::Ja => in_japanese(notice, chapter),
        Locale::En => in_english(notice, chapter),
    }
}

/// Of what a newer version of this program wrote.
pub fn unknown(locale: Locale) -> String {
    match locale {
        Locale::Ja => "新しいお知らせがあります".to_owned(),
        Locale::En => "There is something new".to_owned(),
    }
}

fn in_japanese(notice: Notice, chapter: Option<&str>) -> Words {
    let work = chapter.map_or("演習課題".to_owned(), |title| format!("「{title}」"));
    let (title, advice) = match notice {
        Notice::WorkReturned { .. } => {
            (format!("{work}は再提出が必要です"), "チューターのフィードバックをご確認のうえ、もう一度ご提出ください。")
        }
        Notice::WorkPassed { .. } => {
            (format!("{work}に合格しました"), "チューターのフィードバックをご覧いただけます。")
        }
        Notice::AppealAnswered { passed: true, .. } => {
            (format!("{work}は再審査の結果、合格になりました"), "別のチューターによる判定をご覧いただけます。")
        }
        Notice::AppealAnswered { passed: false, .. } => (
            format!("{work}は再審査の結果、再提出が必要です"),
            "別のチューターによる判定をご確認のうえ、もう一度ご提出ください。",
        ),
    };
    Words { title, advice, button: "フィードバックを見る" }
}

fn in_english(notice: Notice, chapter: Option<&str>) -> Words {
    let work = chapter.map_or("Your assignment".to_owned(), |title| format!("“{title}”"));
    let (title, advice) = match notice {
        Notice::WorkReturned { .. } => {
            (format!("{work} needs more work"), "Please read your tutor's feedback, and hand it in again.")
        }
        Notice::WorkPassed { .. } => (format!("{work} is passed"), "You can read your tutor's feedback."),
        Notice::AppealAnswered { passed: true, .. } => {
            (format!("{work} is passed after a second look"), "You can read what another tutor decided.")
        }
        Notice::AppealAnswered { passed: false, .. } => (
            format!("{work} still needs work after a second look"),
            "Please read what another tutor decided, and hand it in again.",
        ),
    };
    Words { title, advice, button: "Read the feedback" }
}
