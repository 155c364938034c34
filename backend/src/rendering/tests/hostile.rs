//! What was handed in to do harm does nothing.

use proptest::prelude::*;

use super::*;

const ATTACKS: &[&str] = &[
    "<script>parent.postMessage('x','*')</script>",
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title></head><body onload=alert(1)>",
    "--><script>alert(1)</script><!--",
    "<img src=x onerror=alert(1)>",
    "<img src=\"https://evil.example/pixel.png\">",
    "<img srcset=\"https://evil.example/p.png 1x\" src=\"data:text/html,<script>alert(1)</script>\">",
    "<img src=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/%3E\">",
    "<img src=\"data:image/png;base64,PHNjcmlwdD4=\" width=\"1\" height=\"99999999\">",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"https://evil.example/\" ping=\"https://evil.example/\" target=_top>x</a>",
    "<a href=\"//evil.example\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"script-src *\">",
    "<base href=\"https://evil.example/\"><base target=_top>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe><object data=x></object><embed src=x>",
    "<form action=\"/api/v1/session\"><input name=a autofocus onfocus=alert(1)><button formaction=x>x</button></form>",
    "<link rel=stylesheet href=\"https://evil.example/x.css\"><style>@import 'https://evil.example/x.css'; .cell{display:none}</style>",
    "<div style=\"position:fixed;inset:0;background:url(https://evil.example/x)\">x</div>",
    "<article class=\"cell code\" data-cell=\"fit\">x</article><main>x</main>",
    "<details class=\"unchanged\"><article class=\"cell\" data-cell=\"b\"></article></details>",
    "<math><annotation-xml encoding=\"text/html\"><script>alert(1)</script></annotation-xml></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math href=\"javascript:alert(1)\"><mi xlink:href=\"javascript:alert(1)\">x</mi></math>",
    "<svg><foreignObject><iframe srcdoc=x></iframe></foreignObject><script>alert(1)</script></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template><xmp><script>alert(1)</script></xmp>",
    "<p id=\"x\" name=\"getElementById\"><img name=\"body\"><form id=\"querySelector\">",
    "$\\href{javascript:alert(1)}{x}$ $$\\text{<script>alert(1)</script>}$$ $\\style{color:red}{x}$",
    "![x](javascript:alert(1)) [x](javascript:alert(1)) <javascript:alert(1)> ![x](//evil.example/x.png)",
    "[x]: javascript:alert(1)\n\n[x] ![y][x]",
    "\u{202e}evil\u{2066}\u{200b}\x1b]8;;https://evil.example\x07x\x1b[2J\x1b[31m<b>\0",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<span class=\"line\" data-line=\"1\">x</span><figure data-cell=\"a\">x</figure>",
    "<div class=\"sk-top-container\"><script>alert(1)</script><div class=\"sk-text-repr-fallback\"></div></div>",
];

/// The attack in every place where a notebook has text.
fn everywhere(attack: &str) -> Vec<u8> {
    let data = json!({
        "text/html": attack, "text/markdown": attack, "text/latex": attack, "text/plain": attack, "image/svg+xml": attack,
        "image/png": attack, "application/json": {attack: attack}, "application/javascript": attack, attack: attack,
    });
    let alone = |media: &str| shows(&json!({media: attack}));
    let outputs = [
        shows(&data),
        alone("text/html"),
        alone("text/markdown"),
        alone("text/latex"),
        alone("text/plain"),
        alone("image/svg+xml"),
        alone("application/json"),
        alone(attack),
        json!({"output_type": "stream", "name": attack, "text": [attack, attack]}),
        json!({"output_type": "error", "ename": attack, "evalue": attack, "traceback": [attack]}),
        json!({"output_type": attack}),
        shows(&json!({"text/plain": "model", "text/html": format!("<div class=\"sk-top-container\">{attack}")})),
    ];
    let mut markdown = markdown(attack, attack);
    markdown["attachments"] = json!({attack: {"image/png": attack}, "a.png": {attack: attack}});
    let cells = [
        code(attack, attack, &outputs),
        markdown,
        json!({"cell_type": "raw", "id": "raw", "metadata": {"format": attack}, "source": attack}),
        json!({"cell_type": attack, "id": "odd", "metadata": {"name": attack}, "source": attack}),
    ];
    let language = json!({"language_info": {"name": attack}, "title": attack, "widgets": {attack: attack}});
    json!({"cells": cells, "metadata": language, "nbformat": 4, "nbformat_minor": 5}).to_string().into_bytes()
}

#[test]
fn no_attack_does_anything_wherever_it_stands() {
    for attack in ATTACKS {
        for locale in [Locale::Ja, Locale::En] {
            let options = Options { locale, ..Options::default() };
            let html = render(&everywhere(attack), &options).unwrap().html;
            assert_eq!(dangers(&html), Vec::<String>::new(), "{attack}\n{}", body(&html));
            let cells = html.matches("<article class=\"cell ").count();
            assert_eq!(cells, 4, "a cell was forged: {attack}");
            let compared = diff(&everywhere("x"), &everywhere(attack), &options).unwrap().html;
            assert_eq!(dangers(&compared), Vec::<String>::new(), "{attack}\n{}", body(&compared));
        }
    }
}

#[test]
fn what_attacks_leave_behind() {
    let left = ATTACKS.iter().map(|attack| {
        let cell = shows(&json!({"text/html": attack}));
        let html = render(&notebook(&[code("a", "", &[cell])]), &english()).unwrap().html;
        let output = body(&html).split_once("<div class=\"outputs\">").unwrap().1;
        format!("{attack}\n  -> {}\n", output.replace('\0', "\\0"))
    });
    insta::assert_snapshot!(left.collect::<String>());
}

#[test]
fn little_in_a_file_never_becomes_much_on_a_page() {
    let square =
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR4nGM8ISfHgA0wYRUdtBIA0MoBFD5jqJkAAAAASUVORK5CYII=";
    let mut attached = markdown("a", &"![x](attachment:a.png) ".repeat(10_000));
    // A picture may have anything behind its end.
    let padded = format!("{}{}", &square[..square.len() - 4].replace('=', ""), "A".repeat(100_000));
    attached["attachments"] = json!({"a.png": {"image/png": padded}});
    let lines: Vec<Value> =
        (0..60).map(|n| code(&n.to_string(), &"\n".repeat(10_000).replace("\n\n", "\n.\n"), &[])).collect();
    let nested = "[0,".repeat(100) + &"0,".repeat(50_000) + "0" + &"]".repeat(100);
    let nested: Value = serde_json::from_str(&nested).unwrap();
    for cells in [vec![attached], lines, vec![code("j", "x", &[shows(&json!({"application/json": nested}))])]] {
        let bytes = notebook(&cells);
        assert!(render(&bytes, &english()).unwrap().html.len() < 40 << 20);
        assert!(diff(&notebook(&[]), &bytes, &english()).unwrap().html.len() < 80 << 20);
    }
}

#[test]
fn text_that_turns_itself_around_is_seen() {
    let html = render(&notebook(&[code("a", "ok = '\u{202e}txet\u{202c}'", &[])]), &english()).unwrap().html;
    assert!(html.contains("<span class=\"odd\">U+202E</span>txet<span class=\"odd\">U+202C</span>"), "{}", body(&html));
    let html = render(&notebook(&[markdown("a", "a\u{202e}b &#x202e;")]), &english()).unwrap().html;
    assert_eq!(html.matches("U+202E").count(), 2, "{}", body(&html));
}

#[test]
fn links_lead_nowhere_but_their_addresses_are_said() {
    let html = render(
        &notebook(&[markdown("a", "## Part one\n\n[up](#Part-one) [there](https://example.com/a?b)")]),
        &english(),
    )
    .unwrap()
    .html;
    assert!(
        html.contains("<h2 id=\"h-Part-one\">") && html.contains("<a href=\"#h-Part-one\">up</a>"),
        "{}",
        body(&html)
    );
    assert!(
        html.contains("<span class=\"link\">there<span class=\"address\"> (https://example.com/a?b)</span></span>"),
        "{}",
        body(&html)
    );
}

#[test]
fn what_costs_time_is_shown_as_it_is() {
    for source in [
        "> ".repeat(50_000),
        "<div>".repeat(50_000),
        "$\\frac{".repeat(20_000),
        "*a **a ".repeat(20_000),
        "[".repeat(100_000),
    ] {
        render(&notebook(&[markdown("a", &source)]), &english()).unwrap();
        shown(&json!({"text/html": source}));
    }
    let lines = "(".repeat(3_000) + "\n";
    render(&notebook(&[code("a", &lines.repeat(20), &[])]), &english()).unwrap();
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        prop::sample::select(ATTACKS).prop_map(str::to_owned),
        prop::sample::select(vec![
            "code",
            "markdown",
            "raw",
            "stream",
            "error",
            "display_data",
            "execute_result",
            "text/html",
            "text/plain",
            "image/png",
            "stdout",
            "<script",
            "data:image/png;base64,AAAA",
            "\u{202e}",
            "\x1b[31m",
            "$x$",
            "```\n",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,12}",
    ];
    let keys = prop::sample::select(vec![
        "cell_type",
        "source",
        "outputs",
        "output_type",
        "data",
        "text",
        "name",
        "traceback",
        "ename",
        "evalue",
        "metadata",
        "id",
        "attachments",
        "execution_count",
        "text/html",
        "text/plain",
        "text/markdown",
        "text/latex",
        "image/svg+xml",
        "image/png",
        "application/json",
        "language_info",
        "a",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(keys.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Notebooks that are read, with anything in their cells.
fn any_cell() -> impl Strategy<Value = Value> {
    let kinds = prop::sample::select(vec!["code", "markdown", "raw", "other"]);
    (kinds, any_json(), prop::collection::vec(any_json(), 0..3), any_json(), prop::sample::select(ATTACKS)).prop_map(
        |(kind, data, outputs, rest, source)| {
            let mut outputs = outputs;
            outputs.push(json!({"output_type": "display_data", "data": data, "metadata": rest}));
            json!({"cell_type": kind, "source": source, "outputs": outputs, "metadata": rest, "attachments": data, "id": rest})
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_panics_and_no_script_but_ours_comes_out(cells in prop::collection::vec(any_cell(), 0..4), other in any_json()) {
        let bytes = notebook(&cells);
        let html = render(&bytes, &english()).unwrap().html;
        prop_assert_eq!(dangers(&html), Vec::<String>::new(), "{}", body(&html));
        prop_assert_eq!(html.to_lowercase().matches("<script").count(), 1);
        prop_assert!(diff(&bytes, &notebook(&cells[cells.len() / 2..]), &english()).is_ok());
        // Anything at all is a notebook or is not; it is never a panic.
        for value in [json!({"cells": other, "nbformat": 4, "metadata": {}}), json!({"cells": [other], "nbformat": 4})] {
            if let Ok(document) = render(value.to_string().as_bytes(), &english()) {
                prop_assert_eq!(document.html.to_lowercase().matches("<script").count(), 1);
            }
        }
    }
}
