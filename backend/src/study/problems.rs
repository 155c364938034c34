//! Problems of studying.

crate::problems! {
    SELF_MARK_NOT_ALLOWED = 409 "self_mark_not_allowed" {
        ja: "このチャプターは自分で修了にできません", "修了条件を満たすと自動で修了になります。条件は本文の下でご確認いただけます。";
        en: "You cannot mark this chapter yourself", "It is completed when its conditions are met; they are listed below the text.";
    }
    NOT_ENROLLED = 403 "not_enrolled" {
        ja: "受講登録がありません", "この講座を受講していないため、進捗は記録されません。";
        en: "You are not enrolled", "No progress is kept, for you do not take this course.";
    }
    TOO_MANY_EVENTS = 422 "too_many_events" {
        ja: "一度に送れる記録の数を超えています", "一度に送れるのは {limit} 件までです。分けて送ってください。";
        en: "Too many events at once", "At most {limit} events can be sent at once; please send them in parts.";
    }
}
