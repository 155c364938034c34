//! Problems of quizzes.

crate::problems! {
    NO_ATTEMPTS_LEFT = 409 "no_attempts_left" {
        ja: "これ以上は解答できません", "この確認テストの解答は{limit}回までです。これまでの結果はそのまま残っています。";
        en: "No attempts are left", "This quiz can be taken {limit} times. Your results so far stay as they are.";
    }
    ATTEMPT_CLOSED = 409 "attempt_closed" {
        ja: "この解答は締め切られています", "すでに提出されたか、制限時間が過ぎています。それまでの解答で採点されています。";
        en: "This attempt is closed", "It was submitted, or its time is over. What had been answered by then was scored.";
    }
    NOT_AN_ANSWER = 422 "not_an_answer" {
        ja: "この設問の解答ではありません", "画面を開き直して、もう一度お答えください。ほかの解答は保存されています。";
        en: "This is no answer to the question", "Please reload the page and answer again. Your other answers are saved.";
    }
}
