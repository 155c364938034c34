//! Problems of handing in.

crate::problems! {
    HAND_IN_CLOSED = 409 "hand_in_closed" {
        ja: "提出は締め切られました", "期限を過ぎた提出は受け付けていません。ノートブックはそのまま残っています。担当のチューターにご相談ください。";
        en: "Handing in is closed", "Work is not taken after the due date. Your notebook stays as it is. Please talk to your tutor.";
    }
    NO_HAND_INS_LEFT = 409 "no_hand_ins_left" {
        ja: "これ以上は提出できません", "この課題で採点を受けられるのは{limit}回までです。これまでの提出はそのまま残っています。";
        en: "No more can be handed in", "This assignment is graded up to {limit} times. What you have handed in stays as it is.";
    }
    ALREADY_PASSED = 409 "already_passed" {
        ja: "すでに合格しています", "この課題は合格済みです。あらためて提出する必要はありません。";
        en: "It is passed already", "You have passed this assignment; nothing more needs to be handed in.";
    }
    NOTHING_CHANGED = 409 "nothing_changed" {
        ja: "返却された内容から変わっていません", "ノートブックを直し、保存してから提出してください。";
        en: "Nothing has changed since it came back", "Please change the notebook, save it, and hand it in then.";
    }
    NOT_WAITING = 409 "not_waiting" {
        ja: "取り下げできません", "チューターが採点を始めたか、すでに採点が済んでいます。";
        en: "It cannot be withdrawn", "A tutor has begun to grade it, or has already done so.";
    }
    BEING_GRADED = 409 "being_graded" {
        ja: "採点が始まっています", "チューターが前回の提出を採点しています。結果が届いてから、あらためて提出してください。";
        en: "A tutor is grading it", "A tutor has begun with what you handed in. Please wait for the answer, and hand in again then.";
    }
    APPEAL_WAITS = 409 "appeal_waits" {
        ja: "再審査を待っています", "別のチューターによる再審査の結果をお待ちください。新しく提出するには、先に再審査の申し立てを取り下げてください。";
        en: "It is being looked at again", "Another tutor will answer your appeal. To hand in anew, please withdraw the appeal first.";
    }
    NO_ASSIGNMENT = 409 "no_assignment" {
        ja: "このチャプターに提出するものはありません", "課題のあるチャプターから提出してください。";
        en: "This chapter has nothing to hand in", "Please hand in from a chapter that is an assignment.";
    }
}
