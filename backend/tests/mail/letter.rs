//! What a mail says, and what it must not.

use diesel::prelude::*;
use macro_rules_attribute::apply;
use serde_json::json;
use tenarai::db::schema::users;

use crate::notifications::returned;
use crate::support::{CourseDraft, Plan, PostOffice};

#[apply(story)]
async fn it_is_in_the_language_of_its_reader_and_leads_to_the_site(plan: Plan) {
    let office = PostOffice::open().await;
    let site = office.serves(plan).start().await;
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    returned(&site, &trainee, &course, 7).await;
    let mail = office.has_taken(1).await.remove(0);
    assert_eq!(mail.to, trainee.email);
    assert_eq!(mail.header("Subject"), "“1.3 About own” needs more work");
    assert_eq!(mail.header("From"), "Tenarai <no-reply@learn.example.com>");
    assert_eq!(mail.header("To"), format!("Hana <{}>", trainee.email));
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    let origin = &site.settings().public_url;
    let link = format!("{origin}/chapters/{}/coding?submission=7", course.chapter_id("own"));
    let text = mail.part("text/plain");
    insta::allow_duplicates!(insta::assert_snapshot!(text.replace(&link, "[link]").replace(origin, "[site]"), @"
    Hello Hana,

    “1.3 About own” needs more work.

    Course: Course ml

    Please read your tutor's feedback, and hand it in again.

    Read the feedback
    [link]

    --
    Tenarai sent you this mail. You can turn mails like it off on your account page.
    Account page
    [site]/account
    "));
    let html = mail.part("text/html");
    assert!(html.contains(&format!("<a href=\"{link}\"")) && html.contains("<html lang=\"en\">"), "{html}");
    assert_eq!(words_of(&html), without_addresses(&text));

    trainee.patch("/api/v1/me", json!({ "locale": "ja" })).await.ok();
    returned(&site, &trainee, &course, 8).await;
    let mail = office.has_taken(2).await.remove(1);
    assert_eq!(mail.header("Subject"), "「1.3 章」は再提出が必要です");
    let (text, html) = (mail.part("text/plain"), mail.part("text/html"));
    assert!(text.starts_with("Hana 様\n\n「1.3 章」は再提出が必要です。\n\n講座：講座\n"), "{text}");
    assert!(html.contains("<html lang=\"ja\">"), "{html}");
    assert_eq!(words_of(&html), without_addresses(&text));
}

#[apply(story)]
async fn names_and_titles_are_words_and_nothing_else(plan: Plan) {
    let office = PostOffice::open().await;
    let site = office.serves(plan).start().await;
    let mut draft = CourseDraft::new("ml");
    draft.chapter_mut("own").title = r#""<b>x</b> & \"y\"""#.to_owned();
    draft.title = r#""<script>alert(1)</script>""#.to_owned();
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    let user = trainee.id;
    // As no page of ours would let them be called.
    site.write(move |tx| {
        let name = "Ha\r\nBcc: all@example.com\r\n\r\n<img src=x>\", <evil@example.com>";
        diesel::update(users::table.find(user)).set(users::display_name.eq(name)).execute(tx)
    })
    .await;
    returned(&site, &trainee, &course, 7).await;
    let mail = office.has_taken(1).await.remove(0);
    assert_eq!(mail.to, trainee.email);
    let mut headers = mail.headers();
    headers.sort_unstable();
    let expected = ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"];
    assert_eq!(headers, expected);
    assert_eq!(mail.header("Subject"), r#"“1.3 <b>x</b> & "y"” needs more work"#);
    let html = mail.part("text/html");
    for planted in ["<b>x", "<script", "<img"] {
        assert!(!html.contains(planted), "{planted}: {html}");
    }
    assert!(html.contains("&lt;b&gt;x&lt;/b&gt; &amp; &quot;y&quot;"), "{html}");
    assert_eq!(words_of(&html), without_addresses(&mail.part("text/plain")));
}

/// What a reader of the page sees, word by word.
fn words_of(html: &str) -> Vec<String> {
    let body = html.split_once("<body").expect("a body").1;
    let mut words = String::new();
    for part in body.split('<').skip(1) {
        words.push_str(part.split_once('>').expect("a tag").1);
        words.push(' ');
    }
    let plain = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    plain.split_whitespace().map(str::to_owned).collect()
}

/// Where HTML has links, text has lines of their own.
fn without_addresses(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.starts_with("http") && *line != "--");
    lines.flat_map(str::split_whitespace).map(str::to_owned).collect()
}
