//! Errors as users and programs see them: RFC 9457 problem+json with a stable code, in Japanese and English.
//!
//! A room declares its problems with `problems!`; `http::kinds` lists them all for the documentation and for the
//! test that every code is unique and every text complete.

use std::error::Error as StdError;
use std::fmt;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, SET_COOKIE};
use actix_web::{HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::Locale;

/// One kind of problem: what happened, and what the user can do. `{name}` in a text is filled from the arguments.
#[derive(Debug)]
pub struct Kind {
    pub code: &'static str,
    pub status: u16,
    pub ja: Words,
    pub en: Words,
}

#[derive(Debug)]
pub struct Words {
    pub title: &'static str,
    pub detail: &'static str,
}

impl Kind {
    pub fn words(&self, locale: Locale) -> &Words {
        match locale {
            Locale::Ja => &self.ja,
            Locale::En => &self.en,
        }
    }

    pub fn problem(&'static self) -> Problem {
        Problem { kind: self, arguments: Vec::new(), fields: Vec::new(), headers: Vec::new(), cause: None }
    }

    /// With the error behind it, for the log only.
    pub fn caused_by(&'static self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Problem {
        Problem { cause: Some(cause.into()), ..self.problem() }
    }
}

/// Declares the problems of a room: `NAME = status "code" { ja: "title", "detail"; en: "title", "detail" }`.
#[macro_export]
macro_rules! problems {
    ($($name:ident = $status:literal $code:literal {
        ja: $ja_title:literal, $ja_detail:literal;
        en: $en_title:literal, $en_detail:literal $(;)?
    })*) => {
        $(pub static $name: $crate::http::problem::Kind = $crate::http::problem::Kind {
            code: $code,
            status: $status,
            ja: $crate::http::problem::Words { title: $ja_title, detail: $ja_detail },
            en: $crate::http::problem::Words { title: $en_title, detail: $en_detail },
        };)*
        /// All problems of this room.
        pub static ALL: &[&$crate::http::problem::Kind] = &[$(&$name),*];
    };
}

problems! {
    NOT_FOUND = 404 "not_found" {
        ja: "見つかりません", "お探しのものは存在しないか、ご覧になる権限がありません。アドレスをお確かめください。";
        en: "Not found", "What you are looking for does not exist, or you may not see it. Please check the address.";
    }
    METHOD_NOT_ALLOWED = 405 "method_not_allowed" {
        ja: "この操作はできません", "このアドレスではその操作を受け付けていません。";
        en: "Not possible here", "This address does not take that method.";
    }
    FORBIDDEN = 403 "forbidden" {
        ja: "権限がありません", "この操作に必要な権限がありません。必要な場合は管理者にご相談ください。";
        en: "Not allowed", "You do not have the role this needs. If you should have it, please ask your administrator.";
    }
    CROSS_SITE = 403 "cross_site_request" {
        ja: "このサイト以外からの操作です", "安全のため、このサイトの画面からの操作だけを受け付けています。画面を開き直してやり直してください。";
        en: "Request from another site", "For safety only requests from this site's own pages are taken. Please reload the page and try again.";
    }
    MALFORMED_JSON = 400 "malformed_json" {
        ja: "リクエストを読み取れません", "送られた JSON に誤りがあります：{reason}";
        en: "The request cannot be read", "The JSON that was sent has a mistake: {reason}";
    }
    INVALID_QUERY = 400 "invalid_query" {
        ja: "アドレスの指定に誤りがあります", "アドレスの条件を読み取れません：{reason}";
        en: "The address has a mistake", "A part of the address cannot be read: {reason}";
    }
    INVALID_FIELDS = 422 "invalid_fields" {
        ja: "入力内容をご確認ください", "受け付けられない項目があります。各項目の説明をご覧ください。";
        en: "Please check what you entered", "Some fields cannot be accepted; each says why.";
    }
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported_media_type" {
        ja: "この形式は受け付けていません", "本文は圧縮せず、application/json で送ってください。";
        en: "This format is not accepted", "Please send the body as application/json, not compressed.";
    }
    BODY_TOO_LARGE = 413 "body_too_large" {
        ja: "送られた内容が大きすぎます", "一度に送れるのは {limit} バイトまでです。";
        en: "Too much was sent", "At most {limit} bytes can be sent at once.";
    }
    BODY_TOO_SLOW = 408 "body_too_slow" {
        ja: "送信に時間がかかりすぎました", "{seconds}秒以内に届きませんでした。接続を確かめて、もう一度お試しください。";
        en: "Sending took too long", "It did not arrive within {seconds} seconds. Please check the connection and try again.";
    }
    TOO_MANY_REQUESTS = 429 "too_many_requests" {
        ja: "しばらくお待ちください", "操作が続いたため一時的に止めています。{seconds}秒後にもう一度お試しください。";
        en: "Please wait a moment", "There were too many attempts. Please try again in {seconds} seconds.";
    }
    STORAGE_FULL = 507 "storage_full" {
        ja: "保存先がいっぱいです", "いまの操作は保存されていません。これまでの記録は安全です。管理者にお知らせください。";
        en: "The storage is full", "This change was not saved; everything before it is safe. Please tell the administrator.";
    }
    UNAVAILABLE = 503 "unavailable" {
        ja: "一時的に利用できません", "いまの操作は保存されていません。少し待ってからもう一度お試しください。";
        en: "Temporarily unavailable", "This change was not saved. Please wait a moment and try again.";
    }
    INTERNAL = 500 "internal" {
        ja: "予期しない問題が起きました", "いまの操作は完了していない可能性があります。リクエスト番号を添えて管理者にお知らせください。";
        en: "Something went wrong", "The change may not have taken place. Please tell the administrator the request id.";
    }
}

/// An error on its way to the user.
#[derive(Debug)]
pub struct Problem {
    kind: &'static Kind,
    arguments: Vec<(&'static str, String)>,
    fields: Vec<FieldProblem>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// Why one field of the body cannot be accepted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer to the field.
    #[schema(example = "/new_password")]
    pub pointer: String,
    pub code: String,
    pub detail: String,
}

/// `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProblemBody {
    /// Address of the page that explains this kind.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// Stable name of the kind; programs decide by this.
    #[schema(example = "not_found")]
    pub code: String,
    pub detail: String,
    /// The request's id, as in the log.
    pub instance: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

impl Problem {
    pub fn code(&self) -> &'static str {
        self.kind.code
    }

    pub fn is_not_found(&self) -> bool {
        std::ptr::eq(self.kind, &NOT_FOUND)
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    pub fn at(mut self, pointer: &str, code: &str, detail: impl Into<String>) -> Self {
        self.fields.push(FieldProblem { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.into() });
        self
    }

    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.headers.push((RETRY_AFTER, seconds.into()));
        self.with("seconds", seconds)
    }

    /// The methods this address takes.
    pub fn allow(mut self, methods: &'static str) -> Self {
        self.headers.push((ALLOW, HeaderValue::from_static(methods)));
        self
    }

    pub fn with_cookie(mut self, cookie: &Cookie) -> Self {
        self.headers.extend(HeaderValue::from_str(&cookie.to_string()).map(|cookie| (SET_COOKIE, cookie)));
        self
    }

    /// What programs read of it without the body.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// The cause chain in one line, for the log.
    pub fn causes(&self) -> Option<String> {
        let mut next: Option<&(dyn StdError + 'static)> = self.cause.as_deref().map(|cause| cause as _);
        let mut chain = Vec::new();
        while let Some(error) = next {
            chain.push(error.to_string());
            next = error.source();
        }
        (!chain.is_empty()).then(|| chain.join(": "))
    }

    pub fn body(&self, locale: Locale, request_id: &str) -> ProblemBody {
        let words = self.kind.words(locale);
        let mut detail = words.detail.to_owned();
        for (name, value) in &self.arguments {
            detail = detail.replace(&format!("{{{name}}}"), value);
        }
        ProblemBody {
            kind: format!("/docs/problems#{}", self.kind.code),
            title: words.title.to_owned(),
            status: self.kind.status,
            code: self.kind.code.to_owned(),
            detail,
            instance: request_id.to_owned(),
            errors: self.fields.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.code)?;
        match self.causes() {
            Some(causes) => write!(f, ": {causes}"),
            None => Ok(()),
        }
    }
}

impl StdError for Problem {}

/// The body is written by the `observe` middleware, which knows the reader's language and the request's id.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl From<&'static Kind> for Problem {
    fn from(kind: &'static Kind) -> Self {
        kind.problem()
    }
}

impl From<crate::db::Error> for Problem {
    fn from(error: crate::db::Error) -> Self {
        use crate::db::Error;
        match error {
            Error::NotFound => NOT_FOUND.problem(),
            Error::Full(_) => STORAGE_FULL.caused_by(error),
            Error::Unavailable(_) => UNAVAILABLE.caused_by(error),
            Error::Taken(_) | Error::Other(_) => INTERNAL.caused_by(error),
        }
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        crate::db::Error::from(error).into()
    }
}

impl From<crate::live::Exceeded> for Problem {
    fn from(exceeded: crate::live::Exceeded) -> Self {
        TOO_MANY_REQUESTS.problem().retry_after(exceeded.retry_after)
    }
}

impl From<crate::blobs::Error> for Problem {
    fn from(error: crate::blobs::Error) -> Self {
        use crate::blobs::Error;
        match error {
            Error::NotFound | Error::NotAnId => NOT_FOUND.problem(),
            Error::Full(_) => STORAGE_FULL.caused_by(error),
            _ => UNAVAILABLE.caused_by(error),
        }
    }
}
