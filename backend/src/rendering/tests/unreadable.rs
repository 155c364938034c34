use super::*;

fn reason(bytes: &[u8]) -> Unreadable {
    render(bytes, &english()).unwrap_err()
}

#[test]
fn what_is_no_notebook_is_refused_with_its_reason() {
    assert_eq!(reason(b""), Unreadable::NotJson { line: 1, column: 0 });
    assert_eq!(reason(b"{\"cells\": [}"), Unreadable::NotJson { line: 1, column: 12 });
    assert_eq!(reason(&[0xff, 0xfe, 0]), Unreadable::NotUtf8);
    assert_eq!(reason("[".repeat(1_000_000).as_bytes()), Unreadable::TooDeep);
    assert_eq!(reason(&vec![b' '; 100 << 20]), Unreadable::TooLarge { bytes: 100 << 20, most: 32 << 20 });
    for other in ["null", "[]", "{}", "3", "{\"nbformat\": 4}", "{\"nbformat\": 4, \"cells\": {}}", "{\"cells\": []}"] {
        assert_eq!(reason(other.as_bytes()), Unreadable::NotANotebook, "{other}");
    }
    let old = br#"{"nbformat": 3, "worksheets": [{"cells": []}], "metadata": {}}"#;
    assert_eq!(reason(old), Unreadable::Format { major: 3 });
    let many = vec![json!({"cell_type": "code", "source": ""}); 2_001];
    assert_eq!(reason(&notebook(&many)), Unreadable::TooManyCells { cells: 2_001, most: 2_000 });
}

#[test]
fn a_cell_that_is_none_is_named_by_its_number() {
    for cell in [
        json!(null),
        json!({}),
        json!({"cell_type": "code"}),
        json!({"cell_type": 1, "source": ""}),
        json!({"cell_type": "code", "source": 3}),
        json!({"cell_type": "code", "source": [["x"]]}),
    ] {
        assert_eq!(reason(&notebook(&[markdown("a", "x"), cell])), Unreadable::Cell { number: 2 });
    }
}

#[test]
fn outputs_that_are_none_are_said_to_be_damaged() {
    let outputs = [
        json!(null),
        json!([]),
        json!({"output_type": "stream"}),
        json!({"output_type": "display_data", "data": 3}),
        json!({"output_type": "dance"}),
        json!({"output_type": "display_data", "data": {"text/plain": {"a": 1}}}),
    ];
    let html = render(&notebook(&[code("a", "x", &outputs)]), &english()).unwrap().html;
    assert_eq!(html.matches("This output is damaged").count(), 5, "{}", body(&html));
    assert!(html.contains("data-mime=\"text/plain\""));
    for outputs in [json!(null), json!("x"), json!({"a": 1})] {
        let cell = json!({"cell_type": "code", "source": "x", "outputs": outputs});
        assert!(render(&notebook(&[cell]), &english()).is_ok());
    }
}

#[test]
fn reasons_are_sentences_in_both_languages() {
    let all = [
        Unreadable::TooLarge { bytes: 100 << 20, most: 32 << 20 },
        Unreadable::NotUtf8,
        Unreadable::NotJson { line: 3, column: 14 },
        Unreadable::TooDeep,
        Unreadable::NotANotebook,
        Unreadable::Format { major: 3 },
        Unreadable::TooManyCells { cells: 2_500, most: 2_000 },
        Unreadable::Cell { number: 7 },
    ];
    let lines: Vec<String> = all
        .iter()
        .map(|reason| {
            format!("{}\n  {}\n  {}", reason.code(), reason.sentence(Locale::Ja), reason.sentence(Locale::En))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
