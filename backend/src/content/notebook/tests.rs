use insta::assert_snapshot;

use super::*;
use crate::content::report::Report;

fn read(text: &str) -> (Option<Notebook>, Report) {
    let mut report = Report::default();
    let notebook = Notebook::read(text, &mut Notes { file: "notebook.ipynb", report: &mut report });
    (notebook, report)
}

fn code(id: Option<&str>, source: &str) -> Value {
    let mut cell = serde_json::json!({
        "cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": source,
    });
    if let Some(id) = id {
        cell["id"] = id.into();
    }
    cell
}

fn notebook(cells: Vec<Value>) -> Notebook {
    let text = serde_json::json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).to_string();
    let (notebook, report) = read(&text);
    notebook.unwrap_or_else(|| panic!("{report}"))
}

fn ids(notebook: &Notebook, earlier: &[Earlier]) -> Vec<String> {
    notebook.hand_out(earlier).cells.into_iter().map(|cell| cell.id).collect()
}

#[test]
fn what_running_left_behind_is_taken_out_and_the_rest_is_written_as_jupyter_does() {
    let ran = r##"{"nbformat_minor": 5, "nbformat": 4,
        "metadata": {"widgets": {"x": 1}, "kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "cells": [
            {"cell_type": "markdown", "id": "intro", "metadata": {}, "source": ["# 見出し\n", "text"], "attachments": {}},
            {"cell_type": "code", "id": "fit", "metadata": {"tags": ["a"], "execution": {"shell.execute_reply": "2026"}},
             "execution_count": 12, "outputs": [{"output_type": "stream", "name": "stdout", "text": "secret"}],
             "source": "x = 1\nx"}]}"##;
    let (notebook, report) = read(ran);
    assert!(report.items.is_empty(), "{report}");
    let handout = notebook.unwrap().hand_out(&[]);
    assert_snapshot!(String::from_utf8(handout.bytes.clone()).unwrap());
    assert_eq!(handout.blob, BlobId::of(&handout.bytes));
    // Its own output is a notebook that stays as it is.
    let again = read(std::str::from_utf8(&handout.bytes).unwrap()).0.unwrap().hand_out(&[]);
    assert_eq!(again, handout);
}

#[test]
fn a_notebook_without_a_kernel_gets_the_one_there_is_and_another_is_refused() {
    let with = |metadata: &str| {
        format!(
            r#"{{"cells": [{}],
            "metadata": {metadata}, "nbformat": 4, "nbformat_minor": 5}}"#,
            code(None, "x")
        )
    };
    for metadata in ["{}", r#"{"kernelspec": null}"#, r#"{"kernelspec": {"display_name": "Python"}}"#] {
        let (notebook, report) = read(&with(metadata));
        assert!(report.items.is_empty(), "{report}");
        let written: Value = serde_json::from_slice(&notebook.unwrap().hand_out(&[]).bytes).unwrap();
        assert_eq!(written["metadata"]["kernelspec"]["name"], "python3");
    }
    let (_, report) = read(&with(r#"{"language_info": {}, "kernelspec": {"name": "julia-1.10"}}"#));
    assert_eq!(
        report.to_string(),
        "notebook.ipynb:2:47: error[kernel]: trainees have the kernel `python3` only, not `julia-1.10`: choose it and \
         save again\n1 error, 0 warnings"
    );
    let (_, report) = read(&with("[]"));
    assert!(report.has_errors());
}

#[test]
fn an_id_follows_its_cell_through_edits_and_moves() {
    let before = notebook(vec![
        code(Some("load"), "import pandas as pd\ndf = pd.read_csv('data/rent.csv')"),
        code(Some("plot"), "df.plot.scatter(x='area', y='rent')"),
        code(Some("end"), "print('done')"),
    ]);
    let earlier = Earlier::of_handout(&before.hand_out(&[]).bytes);
    let after = notebook(vec![
        code(None, "print('done')"),
        code(None, "import pandas as pd\ndf = pd.read_csv('data/rent_clean.csv')"),
        code(None, "model.fit(X, y)"),
        code(Some("plot"), "something else entirely"),
    ]);
    let ids = ids(&after, &earlier);
    assert_eq!((ids[0].as_str(), ids[1].as_str(), ids[3].as_str()), ("end", "load", "plot"));
    assert!(ids[2].starts_with("c-"), "{ids:?}");
}

#[test]
fn ids_made_of_content_are_the_same_every_time_and_never_twice() {
    let twins = notebook(vec![code(None, "x"), code(None, "x"), code(None, "y")]);
    let first = ids(&twins, &[]);
    assert_eq!(first, ids(&twins, &[]));
    assert_eq!(first[1], format!("{}-2", first[0]));
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 3);
}

#[test]
fn mistakes_in_every_cell_are_found_where_they_stand() {
    let text = r#"{
 "cells": [
  {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": null, "source": 5},
  {"cell_type": "raw", "id": "b", "metadata": {}, "source": ""},
  {"cell_type": "code", "id": "日本", "metadata": {}, "outputs": [], "execution_count": null, "source": ""},
  {"cell_type": "code", "id": "c", "metadata": {}, "source": ""},
  {"cell_type": "markdown", "id": "c", "metadata": {}, "source": "", "outputs": []},
  {"cell_type": "markdown", "id": "d", "metadata": {}, "source": "",
   "extra": 1},
  {"cell_type": "markdown", "id": "e", "source": ""}
 ],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5
}"#;
    assert_snapshot!(read(text).1.to_string());
}

#[test]
fn files_that_are_no_notebooks_are_refused() {
    let texts = [
        "",
        "{",
        "[1]",
        "{\"cells\": [], \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 5}",
        "{\"cells\": [], \"metadata\": {}, \"nbformat\": 3, \"nbformat_minor\": 0}",
        "{\"cells\": [], \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 6}",
        "{\"worksheets\": [], \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 5}",
    ];
    let all: String = texts.iter().map(|text| format!("{text}\n{}\n", read(text).1)).collect();
    assert_snapshot!(all);
    let deep =
        format!("{{\"cells\": [{}], \"metadata\": {{}}, \"nbformat\": 4, \"nbformat_minor\": 5}}", "[".repeat(50_000));
    assert!(read(&deep).1.has_errors());
}
