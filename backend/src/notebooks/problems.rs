//! Problems of notebook servers.

crate::problems! {
    HUB_NOT_CONFIGURED = 409 "hub_not_configured" {
        ja: "ノートブックは用意されていません", "このサイトにはノートブックの実行環境が設定されていません。本文はそのままお読みいただけます。";
        en: "There is no notebook here", "This site has no hub to run notebooks. The texts can be read all the same.";
    }
    SERVER_NOT_STARTED = 503 "notebook_server_not_started" {
        ja: "ノートブックを開始できませんでした", "保存済みの内容はそのまま残っています。少し待ってから、もう一度お試しください。";
        en: "The notebook server did not start", "What you have saved is safe. Please try again in a moment.";
    }
    NO_SUCH_FILE = 409 "no_working_copy" {
        ja: "ノートブックがまだありません", "ノートブックを一度開いて保存してから、もう一度お試しください。";
        en: "There is no notebook of yours yet", "Please open the notebook once and save it, then try again.";
    }
    FILE_TOO_LARGE = 413 "working_copy_too_large" {
        ja: "ノートブックが大きすぎます", "{megabytes} MB までのノートブックを扱えます。大きな出力を消して保存し、もう一度お試しください。";
        en: "The notebook is too large", "A notebook may have up to {megabytes} MB. Please clear large outputs, save, and try again.";
    }
    HUB_UNREACHABLE = 503 "hub_unreachable" {
        ja: "ノートブックの実行環境に接続できません", "本文はそのままお読みいただけます。少し待ってから再試行してください。";
        en: "The notebook hub does not answer", "The text can be read all the same. Please try again in a moment.";
    }
}
