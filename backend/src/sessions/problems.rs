//! Problems of signing in and staying signed in.

crate::problems! {
    INVALID_CREDENTIALS = 401 "invalid_credentials" {
        ja: "サインインできませんでした", "メールアドレスまたはパスワードが違います。入力内容をお確かめください。";
        en: "Could not sign in", "The e-mail address or the password is wrong. Please check both.";
    }
    ACCOUNT_DISABLED = 403 "account_disabled" {
        ja: "このアカウントは停止されています", "学習の記録は保存されています。再開については管理者にお問い合わせください。";
        en: "This account is suspended", "Your records are kept. Please ask your administrator to reopen it.";
    }
    NOT_SIGNED_IN = 401 "not_signed_in" {
        ja: "サインインしてください", "この操作にはサインインが必要です。";
        en: "Please sign in", "You need to be signed in for this.";
    }
    SESSION_EXPIRED = 401 "session_expired" {
        ja: "サインインの有効期限が切れました", "もう一度サインインすると、続きから再開できます。";
        en: "Your session has expired", "Sign in again to go on where you were.";
    }
    SESSION_ENDED = 401 "session_ended" {
        ja: "サインアウトしました", "このブラウザーのサインインは終了しています。もう一度サインインしてください。";
        en: "You have been signed out", "This browser's session has ended. Please sign in again.";
    }
    SERVICE_TOKEN_REQUIRED = 401 "service_token_required" {
        ja: "サービストークンが必要です", "このアドレスはシステム内部のサービスだけが利用できます。";
        en: "A service token is needed", "Only services of this installation may use this address.";
    }
}
