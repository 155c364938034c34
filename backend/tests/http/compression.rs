//! Answers are compressed where the reader takes it and it helps.

use macro_rules_attribute::apply;
use reqwest::Method;

use crate::support::{CourseDraft, TestSite};

#[apply(story)]
async fn a_long_text_comes_compressed_as_the_reader_asks(site: TestSite) {
    let mut draft = CourseDraft::new("ml");
    draft.chapter_mut("hello").words = "Words that come again and again. ".repeat(500);
    let course = site.publish(&draft).await;
    let trainee = site.trainee(&course).await;
    let path = course.chapter("hello");
    let plain = trainee.get(&path).await.is(200);
    assert_eq!(plain.header("content-encoding"), "");
    for coding in ["zstd", "gzip"] {
        let answer = trainee.send(trainee.as_page(Method::GET, &path).header("accept-encoding", coding)).await.is(200);
        assert_eq!(answer.header("content-encoding"), coding);
        assert!(answer.body.len() * 10 < plain.body.len(), "{} of {}", answer.body.len(), plain.body.len());
        assert_eq!(answer.header("etag"), plain.header("etag"), "a weak tag holds for every coding");
        assert!(answer.header("vary").to_lowercase().contains("accept-encoding"), "{:?}", answer.headers);
    }
}
