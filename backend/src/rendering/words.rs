//! Everything a page says by itself, in both languages.

use super::{Change, Kind, Mark};
use crate::locale::Locale;

/// What does not vary.
#[derive(Debug)]
pub struct Words {
    pub notebook: &'static str,
    pub comparison: &'static str,
    pub no_cells: &'static str,
    pub empty_cell: &'static str,
    pub malformed_output: &'static str,
    pub stderr: &'static str,
    pub error: &'static str,
    pub parts_left_out: &'static str,
    pub colours_left_out: &'static str,
    pub markdown_as_typed: &'static str,
    pub model_details: &'static str,
    pub page_is_full: &'static str,
    pub sources_only: &'static str,
    pub no_changes: &'static str,
    pub other_newlines: &'static str,
    pub too_long_to_compare: &'static str,
    /// `1 comment`, `{n} comments`.
    pub comments: [&'static str; 2],
}

const JA: Words = Words {
    notebook: "ノートブック",
    comparison: "ノートブックの比較",
    no_cells: "このノートブックにはセルがありません。",
    empty_cell: "空のセルです",
    malformed_output: "この出力は壊れているため、表示できません。",
    stderr: "標準エラー出力",
    error: "エラー",
    parts_left_out: "HTMLのうち、次の部分は安全のため表示していません：",
    colours_left_out: "表の色や書式（style）は表示していません。",
    markdown_as_typed: "長いか複雑なため、入力されたままの形で表示しています。",
    model_details: "モデルの設定を表示する",
    page_is_full: "ノートブックが大きすぎるため、ここから先は一部を表示していません。",
    sources_only: "比べているのはセルの内容だけです。出力は比べていません。",
    no_changes: "変更はありません。",
    other_newlines: "違いは改行や、見えない空白だけです。",
    too_long_to_compare: "長すぎるため、行ごとには比べていません。",
    comments: ["コメント{n}件", "コメント{n}件"],
};

const EN: Words = Words {
    notebook: "Notebook",
    comparison: "Comparison of notebooks",
    no_cells: "This notebook has no cells.",
    empty_cell: "An empty cell",
    malformed_output: "This output is damaged and cannot be shown.",
    stderr: "standard error",
    error: "Error",
    parts_left_out: "For safety, these parts of the HTML are not shown: ",
    colours_left_out: "Colours and formatting of the table (style) are not shown.",
    markdown_as_typed: "Shown as it was typed, because it is long or complex.",
    model_details: "Show the settings of the model",
    page_is_full: "The notebook is too large: parts of it are not shown from here on.",
    sources_only: "Only what stands in the cells is compared, not their outputs.",
    no_changes: "Nothing has changed.",
    other_newlines: "Only line ends or invisible blanks differ.",
    too_long_to_compare: "Too long to be compared line by line.",
    comments: ["{n} comment", "{n} comments"],
};

pub fn of(locale: Locale) -> &'static Words {
    match locale {
        Locale::Ja => &JA,
        Locale::En => &EN,
    }
}

pub fn mark(mark: Mark, locale: Locale) -> &'static str {
    let both = match mark {
        Mark::Changed => ["変更あり", "Changed"],
        Mark::New => ["追加", "New"],
        Mark::Given => ["配布のまま", "As handed out"],
        Mark::Answer => ["解答欄", "Answer"],
    };
    pick(both, locale)
}

pub fn change(change: Change, locale: Locale) -> &'static str {
    let both = match change {
        Change::Unchanged => ["変更なし", "Unchanged"],
        Change::Changed => ["変更", "Changed"],
        Change::Added => ["追加", "Added"],
        Change::Removed => ["削除", "Removed"],
        Change::Moved => ["移動", "Moved"],
    };
    pick(both, locale)
}

/// `Cell 3 (code)`: what a screen reader says on entering it.
pub fn cell(number: usize, kind: Kind, locale: Locale) -> String {
    let kind = match kind {
        Kind::Code => ["コード", "code"],
        Kind::Markdown => ["文章", "text"],
        Kind::Raw => ["そのまま", "raw"],
        Kind::Other => ["その他", "other"],
    };
    let kind = pick(kind, locale);
    match locale {
        Locale::Ja => format!("セル{number}（{kind}）"),
        Locale::En => format!("Cell {number} ({kind})"),
    }
}

pub fn unknown_type(name: &str, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("種類が「{name}」のセルです。内容をそのまま表示しています。"),
        Locale::En => format!("A cell of the type “{name}”. Its content is shown as it is."),
    }
}

/// A representation that is not shown.
pub fn not_shown(media: &str, locale: Locale) -> String {
    let what = what_it_is(media);
    match locale {
        Locale::Ja => format!("{}は、ここでは表示していません", what[0]),
        Locale::En => format!("{} is not shown here", what[1]),
    }
}

fn what_it_is(media: &str) -> [&'static str; 2] {
    match media {
        "application/vnd.jupyter.widget-view+json" => ["操作できる部品（ウィジェット）", "An interactive widget"],
        "application/javascript" | "text/javascript" => ["JavaScript", "JavaScript"],
        media if media.contains("plotly") => ["動くグラフ（Plotly）", "An interactive chart (Plotly)"],
        media if media.contains("vega") => ["動くグラフ（Vega）", "An interactive chart (Vega)"],
        media if media.contains("bokeh") || media.contains("holoviews") => {
            ["動くグラフ（Bokeh）", "An interactive chart (Bokeh)"]
        }
        "text/html" => ["このHTML", "This HTML"],
        "application/pdf" => ["PDF", "A PDF"],
        media if media.starts_with("image/") => ["この画像", "This image"],
        media if media.starts_with("video/") => ["動画", "A video"],
        media if media.starts_with("audio/") => ["音声", "A sound"],
        _ => ["この形式の出力", "Output of this type"],
    }
}

pub fn image_not_loaded(address: &str, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("画像は読み込んでいません：{address}"),
        Locale::En => format!("Image not loaded: {address}"),
    }
}

pub fn image_unusable(name: &str, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("表示できない画像です：{name}"),
        Locale::En => format!("Image that cannot be shown: {name}"),
    }
}

/// What a fold holds.
pub fn more(lines: usize, bytes: usize, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("残り{}行（{}）を表示する", thousands(lines), size(bytes)),
        Locale::En if lines == 1 => format!("Show 1 more line ({})", size(bytes)),
        Locale::En => format!("Show {} more lines ({})", thousands(lines), size(bytes)),
    }
}

pub fn large_html(bytes: usize, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("大きな出力（{}）を表示する", size(bytes)),
        Locale::En => format!("Show a large output ({})", size(bytes)),
    }
}

pub fn left_out(bytes: usize, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("この後の{}は、長すぎるため省略しました。", size(bytes)),
        Locale::En => format!("The {} after this are left out, being too long.", size(bytes)),
    }
}

pub fn outputs_left(count: usize, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("この後の出力{}個は省略しました。", thousands(count)),
        Locale::En if count == 1 => "One more output is left out.".to_owned(),
        Locale::En => format!("{} more outputs are left out.", thousands(count)),
    }
}

pub fn unchanged_cells(count: usize, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("変更のないセル {count}個"),
        Locale::En if count == 1 => "1 unchanged cell".to_owned(),
        Locale::En => format!("{count} unchanged cells"),
    }
}

pub fn unchanged_lines(count: usize, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("変更のない行 {count}行"),
        Locale::En => format!("{count} unchanged lines"),
    }
}

pub fn changes(changed: usize, added: usize, removed: usize, moved: usize, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("変更 {changed}・追加 {added}・削除 {removed}・移動 {moved}"),
        Locale::En => format!("{changed} changed, {added} added, {removed} removed, {moved} moved"),
    }
}

/// Where a cell stands, and stood, counted from 1.
pub fn place(before: Option<usize>, after: Option<usize>, locale: Locale) -> String {
    let place = match (before, after) {
        (Some(before), Some(after)) if before != after => format!("{before} → {after}"),
        (before, after) => after.or(before).map(|number| number.to_string()).unwrap_or_default(),
    };
    match (locale, after) {
        (Locale::Ja, Some(_)) => format!("セル {place}"),
        (Locale::Ja, None) => format!("元のセル {place}"),
        (Locale::En, Some(_)) => format!("Cell {place}"),
        (Locale::En, None) => format!("Former cell {place}"),
    }
}

fn pick(both: [&'static str; 2], locale: Locale) -> &'static str {
    let [ja, en] = both;
    match locale {
        Locale::Ja => ja,
        Locale::En => en,
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", bytes.div_ceil(1_024)),
        _ => format!("{} MB", bytes.div_ceil(1_048_576)),
    }
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for (index, digit) in digits[first..].chars().enumerate() {
        if index % 3 == 0 && !text.is_empty() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
