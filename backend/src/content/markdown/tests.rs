use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::content::format::Locale;
use crate::content::html::Size;
use crate::content::report::Report;
use crate::db::types::ChapterId;

/// Renders as chapter 7 of a course with chapters `01-first` (id 1) and `02-next` (id 2).
fn rendered_in(language: Locale, text: &str) -> (String, Rendered, Report) {
    let images =
        BTreeMap::from([("a.png".to_owned(), Some(Size { width: 640, height: 480 })), ("b.svg".to_owned(), None)]);
    let cells = BTreeSet::from(["fit".to_owned()]);
    let chapters = BTreeSet::from(["01-first", "02-next"]);
    let setting = Setting { language, images: &images, chapters: &chapters, cells: Some(&cells), has_notebook: true };
    let mut report = Report::default();
    let rendered = render(text, &setting, &mut Notes { file: "text.md", report: &mut report });
    report.tidy();
    let html = rendered.html.fill(ChapterId(7), |key| Some(ChapterId(if key == "01-first" { 1 } else { 2 })));
    (html, rendered, report)
}

fn html(text: &str) -> String {
    let (html, _, report) = rendered_in(Locale::En, text);
    assert!(report.items.is_empty(), "{report}");
    html
}

fn found(text: &str) -> String {
    rendered_in(Locale::En, text).2.to_string()
}

#[test]
fn code_points_at_its_cell_and_is_coloured_by_class() {
    assert_snapshot!(html(
        "```python cell=fit\nfor x in [1, \"a<b\"]:  # go\n    print(f'{x!r} {len(y)}', None)\n```\n"
    ));
}

#[test]
fn code_of_all_promised_languages_is_coloured() {
    let text = "```bash\nif true; then echo \"$HOME\"; fi\n```\n```json\n{\"a\": [1, true, \"x\"]}\n```\n\
        ```yaml\nkey: value # note\nlist: [1, yes]\n```\n```sql\nSELECT count(*) FROM t WHERE a = 'x';\n```\n\
        ```output\n<not code>\n```\n```\nplain\n```\n\n    indented\n";
    assert_snapshot!(html(text));
}

#[test]
fn callouts_have_the_title_of_their_language_or_their_own() {
    let text = "> [!NOTE]\n> One.\n\n> [!WARNING] Mind <this>\n> Two.\n>\n> - list\n";
    assert_snapshot!(rendered_in(Locale::Ja, text).0);
}

#[test]
fn formulas_become_mathml() {
    assert_snapshot!(html("Inline $x^2$ and\n\n$$\\begin{aligned} a &= b \\\\ c &= \\color{red} d \\end{aligned}$$\n"));
}

#[test]
fn headings_get_ids_of_their_words() {
    let text =
        "## はじめに\n\n### The `fit` *method*\n\n### The fit method\n\n## $R^2$ とは[^1]\n\n## ！？\n\n[^1]: Note.\n";
    let (_, rendered, _) = rendered_in(Locale::Ja, text);
    insta::assert_debug_snapshot!(rendered.headings);
}

#[test]
fn tables_footnotes_and_links() {
    let text = "| a | b | c |\n|:--|:-:|--:|\n| ~~1~~ | 2 | 3 |\n\nText[^n] https://example.com [next](chapter:02-next) \
        [here](#head) [mail](mailto:a@example.com).\n\n## Head\n\n[^n]: The note.\n";
    assert_snapshot!(html(text));
    assert!(rendered_in(Locale::Ja, text).0.contains("aria-label=\"脚注1の参照元に戻る\""));
}

#[test]
fn images_know_their_size() {
    assert_snapshot!(html("![A *small* cat](images/a.png \"Title\") ![Vector](images/b.svg)\n"));
}

#[test]
fn harmless_html_stays() {
    assert_snapshot!(html(
        "H<sub>2</sub>O <kbd>Ctrl</kbd> <ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>\n\n\
        <details><summary>More</summary>\n\nHidden *text*.\n\n</details>\n"
    ));
}

#[test]
fn bold_beside_japanese_brackets_is_bold() {
    assert!(html("これは**「大事」**です。\n").contains("<strong>「大事」</strong>"));
}

#[test]
fn mistakes_are_found_where_they_stand() {
    let text = "# Title\n\n日本語の文 $\\frac{1$ です。\n\n![](images/a.png) ![x](images/none.png) ![x](https://e.example/x.png)\n\n\
        [a](chapter:99-none) [b](../secret) [c](javascript:alert(1)) [d](#nowhere)\n\n\
        ```python cell=none run=yes\nx\n```\n\n```klingon\nx\n```\n\n#### Deep\n\n\
        <div onclick=\"x()\" style=\"color:red\">\n<script>alert(1)</script>\n<iframe src=x></iframe></div>\n\n\
        Inline <blink>x</blink> and <img src=\"images/a.png\">.\n\n> 引用の中 $\\nope$\n";
    assert_snapshot!(found(text));
}

#[test]
fn formulas_that_would_cost_too_much_are_mistakes() {
    for latex in
        ["{".repeat(100_000), "\\sqrt".repeat(3_000), "x^".repeat(4_000), "\\frac".repeat(2_000), "\\left(".repeat(900)]
    {
        let report = rendered_in(Locale::En, &format!("${latex}$\n")).2;
        assert!(report.has_errors(), "{}", &latex[..20]);
    }
}

#[test]
fn nesting_without_end_is_a_mistake_and_costs_no_time() {
    for text in [
        "> ".repeat(200_000),
        ">".repeat(200_000),
        "- ".repeat(200_000),
        "<div>".repeat(100_000),
        "1. - ".repeat(100_000),
    ] {
        let report = rendered_in(Locale::En, &text).2;
        assert!(report.to_string().contains("too_deep"), "{}", &text[..10]);
    }
    let stairs: String = (0..200).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect();
    assert!(rendered_in(Locale::En, &stairs).2.to_string().contains("too_deep"));
    for text in
        ["*a **a ".repeat(20_000), "[".repeat(100_000), "![".repeat(50_000), "`".repeat(100_000), "[^1]".repeat(20_000)]
    {
        rendered_in(Locale::En, &text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rendering_never_panics_and_nothing_acts(pieces in prop::collection::vec(piece(), 0..30)) {
        let html = rendered_in(Locale::Ja, &pieces.concat()).0.to_lowercase();
        for Ok(token) in html5gum::Tokenizer::new(&html) {
            if let html5gum::Token::StartTag(tag) = token {
                prop_assert_ne!(tag.name.as_slice(), b"script");
                for (key, value) in &tag.attributes {
                    prop_assert!(!key.starts_with(b"on") && key.as_slice() != b"style", "{}", html);
                    prop_assert!(!value.starts_with(b"javascript:"), "{}", html);
                }
            }
        }
    }
}

fn piece() -> impl Strategy<Value = String> {
    let bits = [
        "\n",
        "\n\n",
        "## ",
        "#",
        "> ",
        "> [!NOTE] ",
        "- ",
        "1. ",
        "```python cell=fit\n",
        "```",
        "~~~",
        "$",
        "$$",
        "\\frac{",
        "}",
        "\\begin{aligned}",
        "\\end{aligned}",
        "\\color{red}",
        "&",
        "|",
        "|--|\n",
        "![",
        "](",
        ")",
        "[^1]",
        "[^1]: ",
        "<script>",
        "</script>",
        "<img src=x onerror=a>",
        "<math>",
        "<style>",
        "<!--",
        "-->",
        "[x](javascript:alert(1))",
        "<a href='javascript:x'>",
        "https://e.example",
        "**",
        "_",
        "~~",
        "`",
        "\\",
        "    ",
        "\t",
        "日本語",
        "「",
        "\0",
        "<",
        "images/a.png",
    ];
    prop_oneof![3 => prop::sample::select(bits.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

#[test]
fn a_table_too_wide_or_too_long_is_a_mistake() {
    let row = |columns: usize, cell: &str| format!("|{}\n", format!("{cell}|").repeat(columns));
    let table =
        |columns: usize, rows: usize| row(columns, "h") + &row(columns, " :-: ") + &row(columns, "x").repeat(rows);
    let found = |text: &str| rendered_in(Locale::En, text).2.to_string();
    assert!(!rendered_in(Locale::En, &table(50, 100)).2.has_errors());
    assert!(found(&table(2_000, 2_000)).contains("too_wide"));
    assert!(found(&format!("> {}", table(51, 1).replace('\n', "\n> "))).contains("too_wide"));
    let padded = row(50, "h") + &row(50, "-") + &"|x|\n".repeat(5_000);
    assert!(found(&padded).contains("too_large"));
}
