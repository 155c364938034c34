//! Problems of checks.

crate::problems! {
    NOTHING_TO_CHECK = 409 "nothing_to_check" {
        ja: "実行できるチェックがありません", "この課題には、提出前に実行できる自動チェックがありません。";
        en: "There is nothing to check", "This assignment has no checks that can be run before it is handed in.";
    }
    CHECKS_RUNNING = 409 "checks_running" {
        ja: "チェックを実行中です", "先に始めたチェックがまだ終わっていません。結果が表示されてから、もう一度実行してください。";
        en: "Checks are being run", "The checks you asked for before have not ended yet. Please wait for their result, and run them again then.";
    }
    CHECKS_NOT_CONFIGURED = 409 "checks_not_configured" {
        ja: "自動チェックは用意されていません", "このサイトでは自動チェックを実行できません。提出はそのまま受け付けられ、チューターが採点します。";
        en: "Checks are not run here", "This site cannot run automatic checks. Work can be handed in all the same; a tutor grades it.";
    }
}
