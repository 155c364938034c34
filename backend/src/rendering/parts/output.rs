//! Outputs of a code cell: of each result the richest representation that does nothing, and in words what is not shown.

use super::super::read::{Bundle, Output};
use super::super::words;
use super::picture::{Picture, RASTERS};
use super::{Budget, Setting, ansi, foreign, markdown, named, note, plain, take, visible};

/// Larger HTML is not parsed.
const LONGEST_HTML: usize = 2 << 20;
/// Larger HTML is folded.
const SHOWN_HTML: usize = 64 << 10;
const LONGEST_TEXT: usize = 2 << 20;
/// Laid out, it may become a hundred times as long.
const LONGEST_JSON: usize = 256 << 10;

/// Richer than what we show, and not shown.
fn acts(media: &str) -> bool {
    media == "application/javascript"
        || media == "text/javascript"
        || (media.starts_with("application/vnd.") && !media.starts_with("application/vnd.dataresource"))
        || media.starts_with("application/x-")
        || ["video/", "audio/", "application/pdf"].iter().any(|start| media.starts_with(start))
}

pub fn outputs(setting: &Setting, budget: &mut Budget, page: &mut String) {
    let cell = setting.cell;
    if cell.outputs.is_empty() {
        return;
    }
    page.push_str("<div class=\"outputs\">");
    for output in &cell.outputs {
        let (prompt, html) = output_html(setting, output, budget);
        if take(&mut budget.output, html.len()) {
            page.push_str(&format!(
                "<div class=\"row output\"><div class=\"prompt\">{prompt}</div><div class=\"body\">{html}</div></div>"
            ));
        } else if !std::mem::replace(&mut budget.said_full, true) {
            page.push_str(&note(words::of(setting.locale).page_is_full));
        }
    }
    if cell.outputs_left > 0 {
        page.push_str(&note(&words::outputs_left(cell.outputs_left, setting.locale)));
    }
    page.push_str("</div>");
}

fn output_html(setting: &Setting, output: &Output, budget: &mut Budget) -> (String, String) {
    let words = words::of(setting.locale);
    let html = match output {
        Output::Stream { is_stderr: false, text } => terminal(setting, text, "stream"),
        Output::Stream { is_stderr: true, text } => {
            format!("<p class=\"label\">{}</p>{}", words.stderr, terminal(setting, text, "stream stderr"))
        }
        Output::Error { name, value, traceback } => {
            let text = match traceback.is_empty() {
                true => format!("{name}: {value}"),
                false => traceback.join("\n"),
            };
            format!("<p class=\"label\">{}</p>{}", words.error, terminal(setting, &text, "stream error"))
        }
        Output::Data { execution_count, data } => {
            let prompt = execution_count.map(|count| format!("Out [{count}]")).unwrap_or_default();
            return (prompt, result(setting, data, budget));
        }
        Output::Malformed => note(words.malformed_output),
    };
    (String::new(), html)
}

fn terminal(setting: &Setting, text: &str, class: &str) -> String {
    let (text, left) = plain::cut(text, LONGEST_TEXT);
    let html = plain::fold(&ansi::lines(text), class, setting.locale);
    if left == 0 { html } else { html + &note(&words::left_out(left, setting.locale)) }
}

/// Tries representations from the richest down; names those that would have been richer than what is shown.
fn result(setting: &Setting, data: &Bundle, budget: &mut Budget) -> String {
    let locale = setting.locale;
    let mut html: String = data.types().filter(|media| acts(media)).map(|media| named(media, locale)).collect();
    let shown = markup(setting, data, budget, &mut html)
        .or_else(|| pictures(setting, data, &mut html))
        .or_else(|| json(setting, data, &mut html))
        .or_else(|| Some(terminal(setting, &data.text("text/plain")?, "plain")));
    match shown {
        Some(shown) => shown + &html,
        None => {
            // What was met on the way has been named.
            let rest = data
                .types()
                .filter(|media| !acts(media) && !html.contains(&format!("data-mime=\"{}\"", visible(media))));
            let rest: String = rest.map(|media| named(media, locale)).collect();
            let html = html + &rest;
            if html.is_empty() { note(words::of(locale).malformed_output) } else { html }
        }
    }
}

fn markup(setting: &Setting, data: &Bundle, budget: &mut Budget, named_so_far: &mut String) -> Option<String> {
    if let Some(html) = data.text("text/html") {
        // A model of scikit-learn: what it is in one line, and its boxes of parameters in a fold.
        if foreign::is_model(&html)
            && let Some(line) = data.text("text/plain")
            && let Some(cleaned) = cleaned(setting, &html, budget)
        {
            return Some(format!(
                "{}<details class=\"fold\"><summary>{}</summary><div class=\"prose rich\">{}</div></details>{}",
                terminal(setting, &line, "plain"),
                words::of(setting.locale).model_details,
                cleaned.html,
                cleaned.notes(setting)
            ));
        }
        match html_output(setting, &html, budget) {
            Some(shown) => return Some(shown),
            None => named_so_far.push_str(&named("text/html", setting.locale)),
        }
    }
    if let Some(text) = data.text("text/markdown") {
        return Some(markdown::text(setting, &text, budget));
    }
    data.text("text/latex").map(|latex| markdown::latex(setting, &latex, budget))
}

/// `None` when nothing of it can be shown.
fn cleaned(setting: &Setting, html: &str, budget: &mut Budget) -> Option<foreign::Cleaned> {
    let affordable = html.len() <= LONGEST_HTML && take(&mut budget.markup, html.len());
    affordable.then(|| foreign::clean(setting, html)).flatten().filter(|cleaned| cleaned.is_visible)
}

fn html_output(setting: &Setting, html: &str, budget: &mut Budget) -> Option<String> {
    let cleaned = cleaned(setting, html, budget)?;
    let shown = format!("<div class=\"prose rich\">{}</div>", cleaned.html);
    let shown = match cleaned.html.len() > SHOWN_HTML && !cleaned.html.contains("src=\"data:") {
        true => format!(
            "<details class=\"fold\"><summary>{}</summary>{shown}</details>",
            words::large_html(html.len(), setting.locale)
        ),
        false => shown,
    };
    Some(shown + &cleaned.notes(setting))
}

fn pictures(setting: &Setting, data: &Bundle, named_so_far: &mut String) -> Option<String> {
    let alt = data.text("text/plain").unwrap_or_default();
    let (alt, _) = plain::cut(&alt, 200);
    let show = |picture: Picture| {
        format!(
            "<img class=\"picture\" src=\"{}\" alt=\"{}\"{}>",
            picture.address,
            visible(alt).replace('\n', " "),
            picture.size_attributes()
        )
    };
    let svg = data.text("image/svg+xml").map(|svg| ("image/svg+xml", Picture::from_svg(&svg)));
    let rasters = RASTERS.iter().filter_map(|media| Some((*media, Picture::from_base64(&data.text(media)?))));
    for (media, picture) in svg.into_iter().chain(rasters) {
        match picture {
            Some(picture) => return Some(show(picture)),
            None => named_so_far.push_str(&named(media, setting.locale)),
        }
    }
    None
}

fn json(setting: &Setting, data: &Bundle, named_so_far: &mut String) -> Option<String> {
    let raw = data.raw("application/json")?;
    let value: Option<serde_json::Value> =
        (raw.len() <= LONGEST_JSON).then(|| serde_json::from_str(raw).ok()).flatten();
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let Some(pretty) = pretty else {
        named_so_far.push_str(&named("application/json", setting.locale));
        return None;
    };
    let lines: Vec<String> = pretty.split_inclusive('\n').map(visible).collect();
    Some(plain::fold(&lines, "plain", setting.locale))
}
