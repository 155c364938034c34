//! What a mail says, as text and as HTML: the same words in both.

use crate::accounts::{Locale, Person};
use crate::content::shared::escape;

/// Longer subjects are cut: mail programs show far less.
const LONGEST_SUBJECT: usize = 150;

/// The words of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    /// Each a paragraph.
    pub paragraphs: Vec<String>,
    pub button: Button,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    /// On this site, such as `/chapters/75`.
    pub path: String,
}

/// What the site adds to every mail.
#[derive(Debug, Clone, Copy)]
pub struct Paper<'a> {
    pub site_name: &'a str,
    /// Without a trailing slash.
    pub origin: &'a str,
    pub to: &'a Person,
}

impl Paper<'_> {
    fn greeting(&self) -> String {
        let name = one_line(&self.to.display_name);
        match self.to.locale {
            Locale::Ja => format!("{name} 様"),
            Locale::En => format!("Hello {name},"),
        }
    }

    fn footer(&self) -> String {
        let site = one_line(self.site_name);
        match self.to.locale {
            Locale::Ja => format!(
                "このメールは {site} からお送りしています。受け取るかどうかはアカウントのページで変更できます。"
            ),
            Locale::En => format!("{site} sent you this mail. You can turn mails like it off on your account page."),
        }
    }

    fn account(&self) -> (&'static str, String) {
        let label = match self.to.locale {
            Locale::Ja => "アカウントのページ",
            Locale::En => "Account page",
        };
        (label, format!("{}/account", self.origin))
    }
}

impl Letter {
    /// In one line, without anything that could begin another header.
    pub fn subject(&self) -> String {
        let line = one_line(&self.subject);
        if line.chars().count() <= LONGEST_SUBJECT {
            return line;
        }
        line.chars().take(LONGEST_SUBJECT - 1).chain(['…']).collect()
    }

    pub fn text(&self, paper: &Paper) -> String {
        let (account, account_url) = paper.account();
        let mut text = paper.greeting() + "\n\n";
        for paragraph in &self.paragraphs {
            text.push_str(&one_line(paragraph));
            text.push_str("\n\n");
        }
        let (label, url) = (one_line(&self.button.label), self.url(paper));
        text + &format!("{label}\n{url}\n\n--\n{}\n{account}\n{account_url}\n", paper.footer())
    }

    /// Without images, fonts or anything else that a mail program would have to fetch.
    pub fn html(&self, paper: &Paper) -> String {
        let language: &str = paper.to.locale.into();
        let (account, account_url) = paper.account();
        let paragraph = |words: &str| format!("<p style=\"margin:0 0 16px\">{}</p>\n", escape(&one_line(words)));
        let paragraphs: String = self.paragraphs.iter().map(|words| paragraph(words)).collect();
        format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{subject}</title></head>\n\
             <body style=\"margin:0;padding:24px;font-family:{FONTS};font-size:16px;line-height:1.8\">\n\
             <div style=\"max-width:560px;margin:0 auto\">\n{greeting}{paragraphs}\
             <p style=\"margin:24px 0\"><a href=\"{url}\" style=\"{BUTTON}\">{label}</a></p>\n\
             <hr style=\"border:0;border-top:1px solid #8886;margin:32px 0 16px\">\n\
             <p style=\"margin:0;font-size:13px\">{footer}<br><a href=\"{account_url}\" style=\"color:inherit\">{account}</a></p>\n\
             </div>\n</body>\n</html>\n",
            subject = escape(&self.subject()),
            greeting = paragraph(&paper.greeting()),
            url = escape(&self.url(paper)),
            label = escape(&one_line(&self.button.label)),
            footer = escape(&paper.footer()),
            account_url = escape(&account_url),
        )
    }

    fn url(&self, paper: &Paper) -> String {
        format!("{}{}", paper.origin, self.button.path)
    }
}

const FONTS: &str = "system-ui,-apple-system,'Hiragino Sans','Noto Sans JP','Yu Gothic UI',Meiryo,sans-serif";
const BUTTON: &str = "display:inline-block;padding:10px 20px;border-radius:6px;background:#3a3fb5;color:#ffffff;\
                      font-weight:600;text-decoration:none";

/// Names and titles are other people's: what would begin a line of its own, or cannot be seen, becomes a space.
pub fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') { ' ' } else { letter })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line_of_bounded_length() {
        let button = Button { label: String::new(), path: String::new() };
        let letter =
            |subject: &str| Letter { subject: subject.to_owned(), paragraphs: Vec::new(), button: button.clone() };
        assert_eq!(letter("a\r\nBcc: everybody@example.com\u{2028}\tb").subject(), "a Bcc: everybody@example.com b");
        assert_eq!(letter(&"章".repeat(400)).subject().chars().count(), LONGEST_SUBJECT);
    }
}
