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
    NOT_A_NOTEBOOK = 422 "not_a_notebook" {
        ja: "ノートブックとして読み取れません", "保存されているファイルが壊れています：{reason}。ノートブックを開き直し、必要なら初期状態に戻してから、もう一度お試しください。";
        en: "This cannot be read as a notebook", "The saved file is damaged: {reason}. Please open the notebook again, reset it to the handout if need be, and try again then.";
    }
    OTHER_CHAPTERS = 409 "notebook_of_another_chapter" {
        ja: "ノートブックの場所が変わりました", "教材の更新により、この場所には別のチャプターのノートブックがあります。このチャプターのノートブックを一度開き直してから、もう一度お試しください。";
        en: "The notebook has moved", "The course has been updated, and another chapter's notebook lies where this one's should. Please open this chapter's notebook once, then try again.";
    }
    NOT_READ = 502 "notebook_not_read" {
        ja: "ノートブックを読み取れませんでした", "ノートブックサーバーからファイルを受け取れませんでした。保存済みの内容はそのまま残っています。ノートブックサーバーを停止して開始し直し、もう一度お試しください。";
        en: "Your notebook could not be read", "Your notebook server did not hand over the file. What you have saved is safe. Please stop the server, start it again, and try once more.";
    }
    ALREADY_READING = 429 "notebook_is_being_read" {
        ja: "ノートブックを読み取り中です", "先に行った操作がまだ終わっていません。少し待ってから、もう一度お試しください。";
        en: "Your notebook is being read already", "What you asked for before has not ended yet. Please try again in a moment.";
    }
    READERS_BUSY = 503 "too_many_notebooks_being_read" {
        ja: "混み合っています", "大きなノートブックの読み取りが重なっています。保存済みの内容はそのまま残っています。少し待ってから、もう一度お試しください。";
        en: "Many are handing in at this moment", "Too many large notebooks are being read. What you have saved is safe. Please try again in a moment.";
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
