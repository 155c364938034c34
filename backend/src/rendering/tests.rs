//! What pages show, and that nothing in them acts.

mod comparison;
mod hostile;
mod real;
mod unreadable;

use html5gum::{Token, Tokenizer};
use serde_json::{Value, json};

use super::*;

fn notebook(cells: &[Value]) -> Vec<u8> {
    json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).to_string().into_bytes()
}

fn code(id: &str, source: &str, outputs: &[Value]) -> Value {
    json!({"cell_type": "code", "id": id, "metadata": {}, "execution_count": 1, "source": source, "outputs": outputs})
}

fn markdown(id: &str, source: &str) -> Value {
    json!({"cell_type": "markdown", "id": id, "metadata": {}, "source": source})
}

fn shows(data: &Value) -> Value {
    json!({"output_type": "display_data", "metadata": {}, "data": data})
}

fn english() -> Options {
    Options { locale: Locale::En, ..Options::default() }
}

/// What stands between the first cell and our script.
fn body(html: &str) -> &str {
    let (_, rest) = html.split_once("<main>\n").unwrap();
    rest.rsplit_once("</main>").unwrap().0
}

/// The body of the page of one cell with this output.
fn shown(data: &Value) -> String {
    let document = render(&notebook(&[code("a", "x", &[shows(data)])]), &english()).unwrap();
    body(&document.html).to_owned()
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/notebooks/{name}.ipynb", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Parses a whole page as a browser does and lists what would act, or load, or lead away.
fn dangers(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut scripts, mut styles) = (0, 0);
    let mut emitter = html5gum::DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        let Token::StartTag(tag) = token else { continue };
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        match name.as_str() {
            "script" => scripts += 1,
            "style" => styles += 1,
            "meta" | "html" | "head" | "body" | "main" | "article" | "title" => {}
            "iframe" | "object" | "embed" | "form" | "input" | "button" | "base" | "link" | "svg" | "video"
            | "audio" | "template" | "textarea" | "select" | "frame" | "frameset" | "applet" | "canvas" => {
                found.push(format!("<{name}>"));
            }
            _ => {}
        }
        for (key, value) in &tag.attributes {
            let (key, value) = (String::from_utf8_lossy(key), String::from_utf8_lossy(value));
            let acts = key.starts_with("on")
                || ["style", "srcset", "srcdoc", "action", "formaction", "background", "ping"].contains(&key.as_ref())
                || (key == "href" && !value.starts_with('#'))
                || (key == "src" && !value.starts_with("data:image/"));
            if acts {
                found.push(format!("<{name} {key}={value}>"));
            }
        }
    }
    if (scripts, styles) != (1, 1) {
        found.push(format!("{scripts} scripts, {styles} styles"));
    }
    if html.matches("<meta http-equiv").count() != 1 {
        found.push("another <meta http-equiv>".to_owned());
    }
    found
}

#[test]
fn the_policy_admits_the_style_and_the_script_of_the_page_and_no_others() {
    use base64::Engine;
    use sha2::Digest;
    let html = render(&notebook(&[]), &english()).unwrap().html;
    let policy = content_security_policy();
    for element in ["style", "script"] {
        let text = html.split_once(&format!("<{element}>")).unwrap().1.split_once(&format!("</{element}>")).unwrap().0;
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text));
        assert!(policy.contains(&format!("{element}-src 'sha256-{hash}';")), "{policy}");
    }
    assert_eq!(policy.matches("sha256-").count(), 2);
    assert!(!policy.contains("unsafe"));
    for rule in
        ["default-src 'none'", "img-src data:", "sandbox allow-scripts", "frame-ancestors 'self'", "base-uri 'none'"]
    {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("allow-same-origin"));
    // Without its headers the page is as closed, as far as a page can be by itself.
    let within =
        html.split_once("http-equiv=\"Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.starts_with(&within.replace("&#39;", "'")), "{within}");
    assert!(headers().contains(&("content-security-policy", policy)));
}

#[test]
fn a_cell_says_where_it_is_and_what_is_known_of_it() {
    let bytes = notebook(&[
        markdown("intro", "# Title"),
        code("fit", "a = 1\nb = 2\n", &[]),
        code("fail", "x", &[json!({"output_type": "error", "ename": "E", "evalue": "v", "traceback": []})]),
        json!({"cell_type": "raw", "id": "raw", "metadata": {}, "source": ["one\n", "two"]}),
        json!({"cell_type": "poll", "id": "odd", "metadata": {}, "source": "?"}),
    ]);
    let marks = BTreeMap::from([("fit".to_owned(), Mark::Answer), ("intro".to_owned(), Mark::Given)]);
    let document = render(&bytes, &Options { locale: Locale::Ja, marks }).unwrap();
    insta::assert_debug_snapshot!(document.cells);
    insta::assert_snapshot!(body(&document.html));
}

#[test]
fn cells_without_an_id_of_their_own_get_one_that_stays() {
    let mut bare = code("", "x = 1", &[]);
    bare.as_object_mut().unwrap().remove("id");
    let cells = [bare.clone(), bare, code("twice", "a", &[]), code("twice", "b", &[]), code("a\"><script>", "c", &[])];
    let ids = |bytes: &[u8]| -> Vec<String> {
        render(bytes, &english()).unwrap().cells.into_iter().map(|cell| cell.id).collect()
    };
    let first = ids(&notebook(&cells));
    assert_eq!(first, ids(&notebook(&cells)));
    assert_eq!(first[2], "twice");
    assert!(first[0].starts_with("c-") && first[1] == format!("{}-2", first[0]), "{first:?}");
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), 5);
}

#[test]
fn the_richest_representation_that_does_nothing_is_shown() {
    let square =
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR4nGM8ISfHgA0wYRUdtBIA0MoBFD5jqJkAAAAASUVORK5CYII=";
    let html =
        shown(&json!({"text/html": "<table class=\"dataframe\"><tr><td>1</td></tr></table>", "text/plain": "no"}));
    assert!(html.contains("<table class=\"dataframe\">") && !html.contains("no<"), "{html}");
    let html = shown(&json!({"image/png": square, "text/plain": "<Figure>"}));
    assert!(
        html.contains("src=\"data:image/png;base64,iVBOR")
            && html.contains("alt=\"&lt;Figure&gt;\" width=\"8\" height=\"8\"")
    );
    // What it is called is not what it is.
    assert!(shown(&json!({"image/jpeg": square})).contains("src=\"data:image/png;base64,"));
    let html = shown(&json!({"image/png": "bm90IGFuIGltYWdl", "text/plain": "fallback"}));
    assert!(html.contains("fallback") && html.contains("data-mime=\"image/png\""), "{html}");
    assert!(shown(&json!({"application/json": {"a": [1, null]}})).contains("&quot;a&quot;: [\n"));
    assert!(shown(&json!({"text/latex": "$x^2$"})).contains("<math alttext=\"x^2\""));
    assert!(shown(&json!({"text/latex": "$\\nope{$"})).contains("math-source"));
    let html = shown(&json!({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider()"}));
    assert!(html.contains("IntSlider()") && html.contains("An interactive widget is not shown here"), "{html}");
    let html = shown(&json!({"application/x-unheard": "x", "video/mp4": "x"}));
    assert!(html.contains("<code>application/x-unheard</code>") && html.contains("A video is not shown"), "{html}");
    assert!(shown(&json!({})).contains("This output is damaged"));
}

#[test]
fn floats_that_json_does_not_have_are_read() {
    let bytes = br#"{"cells": [{"cell_type": "code", "source": "x", "metadata": {"a": NaN}, "execution_count": NaN, "outputs":
        [{"output_type": "display_data", "data": {"application/json": {"loss": NaN, "best": -Infinity}}, "metadata": {}}]}],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    let html = render(bytes, &english()).unwrap().html;
    assert!(html.contains("&quot;loss&quot;: &quot;NaN&quot;"), "{}", body(&html));
}

#[test]
fn what_is_too_long_is_folded_and_then_left_out() {
    let text = "line\n".repeat(600_000);
    let document = render(
        &notebook(&[code("a", "x", &[json!({"output_type": "stream", "name": "stdout", "text": text})])]),
        &english(),
    );
    let html = document.unwrap().html;
    assert!(html.len() < 1_000_000, "{}", html.len());
    assert!(html.contains("more lines") && html.contains("are left out, being too long"));
    let many: Vec<Value> = (0..700).map(|n| shows(&json!({"text/plain": n.to_string()}))).collect();
    assert!(
        render(&notebook(&[code("a", "x", &many)]), &english()).unwrap().html.contains("200 more outputs are left out")
    );
}
