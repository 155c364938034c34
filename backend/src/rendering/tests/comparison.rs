use super::*;

fn compared(before: &[Value], after: &[Value]) -> Comparison {
    let comparison = diff(&notebook(before), &notebook(after), &english()).unwrap();
    assert_eq!(dangers(&comparison.html), Vec::<String>::new());
    comparison
}

/// `id change` of each cell, in the order of the page.
fn changes(comparison: &Comparison) -> Vec<String> {
    comparison.cells.iter().map(|cell| format!("{} {:?}", cell.id, cell.change)).collect()
}

fn without_id(mut cell: Value) -> Value {
    cell.as_object_mut().unwrap().remove("id");
    cell
}

#[test]
fn every_cell_says_what_happened_to_it() {
    let before = [
        code("a", "a = 1", &[]),
        code("b", "b = 2\nc = 3", &[]),
        code("gone", "old()", &[]),
        code("d", "d", &[]),
        code("e", "e", &[]),
    ];
    let after = [
        code("e", "e", &[]),
        code("a", "a = 1", &[]),
        code("b", "b = 2\nc = 4", &[]),
        code("mine", "new()", &[]),
        code("d", "d", &[]),
    ];
    let comparison = compared(&before, &after);
    assert_eq!(
        changes(&comparison),
        ["e Moved", "a Unchanged", "b Changed", "mine Added", "gone Removed", "d Unchanged"]
    );
    let Comparison { added, removed, changed, moved, .. } = comparison;
    assert_eq!((added, removed, changed, moved), (1, 1, 1, 1));
    insta::assert_snapshot!(body(&comparison.html));
}

#[test]
fn a_changed_cell_says_which_lines_and_words() {
    let comparison = compared(&[code("a", "x = 家賃の平均\ny", &[])], &[code("a", "x = 家賃の中央値\ny", &[])]);
    let [cell] = comparison.cells.as_slice() else { panic!() };
    assert_eq!((cell.lines_added, cell.lines_removed), (1, 1));
    insta::assert_json_snapshot!(cell.lines);
}

#[test]
fn cells_whose_ids_are_lost_are_known_by_what_they_say() {
    let before = [
        code("load", "import pandas as pd\ndf = pd.read_csv('rent.csv')\ndf.head()", &[]),
        code("fit", "model.fit(X, y)", &[]),
    ];
    let after = [
        without_id(code("", "import pandas as pd\ndf = pd.read_csv('rent.csv')\ndf.head(10)", &[])),
        code("other-id", "model.fit(X, y)", &[]),
    ];
    let comparison = compared(&before, &after);
    let found: Vec<_> = comparison.cells.iter().map(|cell| (cell.before, cell.after, cell.change)).collect();
    assert_eq!(found, [(Some(0), Some(0), Change::Changed), (Some(1), Some(1), Change::Unchanged)]);
}

#[test]
fn outputs_and_counts_are_not_compared_and_the_page_says_so() {
    let ran = code("a", "x", &[json!({"output_type": "stream", "name": "stdout", "text": "secret"})]);
    let comparison = compared(&[code("a", "x", &[])], &[ran]);
    assert_eq!(changes(&comparison), ["a Unchanged"]);
    assert!(comparison.html.contains("Nothing has changed") && comparison.html.contains("not their outputs"));
    assert!(!comparison.html.contains("secret"));
}

#[test]
fn a_cell_that_became_text_has_changed() {
    let comparison = compared(&[code("a", "x", &[])], &[markdown("a", "x")]);
    assert_eq!(changes(&comparison), ["a Changed"]);
}

#[test]
fn what_would_take_long_is_shown_whole() {
    let long = |word: &str| (0..20_000).map(|n| format!("{word}{n}\n")).collect::<String>();
    let comparison = compared(&[code("a", &long("a"), &[])], &[code("a", &long("b"), &[])]);
    assert_eq!(comparison.cells[0].lines, []);
    assert!(comparison.html.contains("Too long to be compared line by line"));
    // Many cells, none with an id in common, and all of the same words.
    let shuffled = |seed: usize| -> Vec<Value> {
        (0..30)
            .map(|n| {
                let words: Vec<String> = (0..400).map(|w| format!("w{}", (w * (seed + n) + n) % 397)).collect();
                code(&format!("{seed}-{n}"), &words.join("\n"), &[])
            })
            .collect()
    };
    compared(&shuffled(3), &shuffled(7));
}

#[test]
fn a_notebook_that_cannot_be_read_is_the_reason() {
    assert_eq!(diff(b"x", &notebook(&[]), &english()), Err(Unreadable::NotJson { line: 1, column: 1 }));
}
