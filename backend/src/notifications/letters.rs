//! Notices as mails.

use async_trait::async_trait;
use serde_json::Value;

use super::Notice;
use super::view::{Told, told};
use crate::accounts::Person;
use crate::http::problem::{INTERNAL, Problem};
use crate::mail::{self, Button, Letter, Writer};
use crate::site::Site;

/// Writes mails about notices.
pub struct Letters;

#[async_trait]
impl Writer for Letters {
    fn kind(&self) -> mail::Kind {
        mail::Kind::Feedback
    }

    async fn write(&self, site: &Site, to: &Person, body: &Value) -> Result<Option<Letter>, Problem> {
        let notice: Notice = serde_json::from_value(body.clone()).map_err(|error| INTERNAL.caused_by(error))?;
        let Told { words, course, link } = told(site, notice, to.locale).await?;
        // Of a chapter that is gone there is nothing to be read: the notice in the page is enough.
        let Some(path) = link else { return Ok(None) };
        let mut paragraphs = vec![words.title.clone() + full_stop(to)];
        paragraphs.extend(course.map(|course| about(to, &course)));
        paragraphs.push(words.advice.to_owned());
        let button = Button { label: words.button.to_owned(), path };
        Ok(Some(Letter { subject: words.title, paragraphs, button }))
    }
}

fn full_stop(to: &Person) -> &'static str {
    match to.locale {
        crate::accounts::Locale::Ja => "。",
        crate::accounts::Locale::En => ".",
    }
}

fn about(to: &Person, course: &str) -> String {
    match to.locale {
        crate::accounts::Locale::Ja => format!("講座：{course}"),
        crate::accounts::Locale::En => format!("Course: {course}"),
    }
}
