//! Problems of notebook servers.

crate::problems! {
    HUB_NOT_CONFIGURED = 409 "hub_not_configured" {
        ja: "ノートブックは用意されていません", "このサイトにはノートブックの実行環境が設定されていません。本文はそのままお読みいただけます。";
        en: "There is no notebook here", "This site has no hub to run notebooks. The texts can be read all the same.";
    }
    HUB_UNREACHABLE = 503 "hub_unreachable" {
        ja: "ノートブックの実行環境に接続できません", "本文はそのままお読みいただけます。少し待ってから再試行してください。";
        en: "The notebook hub does not answer", "The text can be read all the same. Please try again in a moment.";
    }
}
