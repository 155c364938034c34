//! Images of the texts.

use macro_rules_attribute::apply;

use crate::support::TestSite;

#[apply(story)]
async fn an_image_comes_with_its_type_and_may_run_nothing(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    let path = format!("{}/images/dot.svg", course.chapter("hello"));
    let answer = trainee.get(&path).await.is(200);
    assert_eq!(answer.header("content-type"), "image/svg+xml");
    assert!(answer.header("content-security-policy").contains("sandbox"), "{:?}", answer.headers);
    let again = trainee.bare(reqwest::Method::GET, &path).header("if-none-match", answer.header("etag"));
    assert!(trainee.send(again).await.is(304).body.is_empty());
}

#[apply(story)]
async fn images_are_for_readers_of_the_chapter(site: TestSite) {
    let (course, other) = (site.course("ml").await, site.course("other").await);
    let path = format!("{}/images/dot.svg", course.chapter("hello"));
    site.browser().get(&path).await.refused(401, "not_signed_in");
    site.trainee(&other).await.get(&path).await.refused(404, "not_found");
}

#[apply(story)]
async fn a_name_that_is_no_image_of_the_chapter_finds_nothing(site: TestSite) {
    let course = site.course("ml").await;
    let trainee = site.trainee(&course).await;
    for name in ["none.svg", "..%2f..%2fcourse.yaml", "values.ipynb", "%2e%2e", "dot.svg%00"] {
        let answer = trainee.get(&format!("{}/images/{name}", course.chapter("hello"))).await;
        answer.refused(404, "not_found");
    }
}
