//! Problems of grading.

crate::problems! {
    HELD_BY_ANOTHER = 409 "held_by_another" {
        ja: "ほかのチューターが採点中です", "{holder}さんが担当しています。更新がなければ、あと{minutes}分で空きます。";
        en: "Another tutor is grading it", "{holder} has it for {minutes} more minutes, and longer while they work.";
    }
    NOT_HELD = 409 "not_held" {
        ja: "担当の期限が切れました", "書きかけの内容は保存されています。もう一度担当すると続けられます。";
        en: "You do not have it any more", "What you had written is kept. Claim it again to go on.";
    }
    NOT_IN_QUEUE = 409 "not_in_queue" {
        ja: "採点待ちではありません", "受講者が取り下げたか、新しく提出し直したか、すでに採点が済んでいます。";
        en: "It does not wait to be graded", "The trainee has withdrawn or replaced it, or it has been graded already.";
    }
    OWN_DECISION = 409 "own_decision" {
        ja: "別のチューターが再審査します", "ご自身の採点に対する申し立てです。公平のため、ほかのチューターが担当します。";
        en: "Another tutor answers this appeal", "It is against your own decision. To be fair, somebody else looks at it.";
    }
    DRAFT_OUTDATED = 409 "draft_outdated" {
        ja: "別の画面で書き換えられています", "ほかのタブで保存された内容があります。画面を読み込み直してください。";
        en: "It was changed in another window", "Something newer was saved in another tab. Please load it again.";
    }
    ALREADY_SENT = 409 "already_sent" {
        ja: "すでに送信されています", "取り消せるのは送信の前だけです。";
        en: "It has been sent", "It can be taken back only before it is sent.";
    }
    ALREADY_DECIDED = 409 "already_decided" {
        ja: "採点を送信するところです", "書き直すには、送信を取り消してください。";
        en: "It is about to be sent", "To change it, take the decision back first.";
    }
    NOT_APPEALABLE = 409 "not_appealable" {
        ja: "再審査を申し立てられません", "申し立てができるのは、再提出となった最新の提出に対して一度だけです。";
        en: "It cannot be appealed", "An appeal can be made once, against the last answer, while it asks for more work.";
    }
    APPEAL_BEGUN = 409 "appeal_begun" {
        ja: "取り下げられません", "チューターが再審査を始めたか、すでに結果が出ています。";
        en: "The appeal cannot be withdrawn", "A tutor has begun to look at it, or has already answered.";
    }
    MODERATED = 409 "moderated" {
        ja: "すでに確認済みです", "この採点は、すでにほかの方が確認しています。";
        en: "It was looked at already", "Somebody else has given a second opinion on it.";
    }
    NOTEBOOK_UNREADABLE = 422 "notebook_unreadable" {
        ja: "ノートブックを表示できません", "提出されたファイルを表示できません：{reason}";
        en: "The notebook cannot be shown", "The file that was handed in cannot be shown: {reason}";
    }
    TOO_MANY_SNIPPETS = 409 "too_many_snippets" {
        ja: "定型文がいっぱいです", "定型文は{limit}件までです。使わないものを削除してください。";
        en: "There are too many snippets", "At most {limit} can be kept. Please delete some.";
    }
}
