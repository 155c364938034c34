//! Notebooks that were really executed (tests/notebooks/make.py). What nbconvert shows of the same ones is compared by
//! k8s/jupyterhub/tests/test_rendering.py.

use super::*;
use crate::blobs::BlobId;

/// Pictures by the start of their hash, so that a snapshot can be read.
fn readable(html: &str) -> String {
    let mut pieces = body(html).split("base64,");
    let mut text = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (data, rest) = piece.split_once('"').unwrap();
        text.push_str(&format!("base64,[{}]\"{rest}", &BlobId::of(data.as_bytes()).as_str()[..12]));
    }
    text
}

#[test]
fn executed_notebooks_look_as_they_did() {
    for name in ["figures", "tables", "formulas", "failures", "active"] {
        let document = render(&fixture(name), &english()).unwrap();
        assert_eq!(dangers(&document.html), Vec::<String>::new(), "{name}");
        insta::assert_snapshot!(name, readable(&document.html));
    }
}

#[test]
fn both_languages_show_the_same_cells() {
    for name in ["figures", "tables", "formulas", "failures", "active"] {
        let [ja, en] = [Locale::Ja, Locale::En]
            .map(|locale| render(&fixture(name), &Options { locale, ..Options::default() }).unwrap());
        assert_eq!(ja.cells, en.cells);
        assert!(ja.html.contains("<html lang=\"ja\">") && en.html.contains("<html lang=\"en\">"));
        let english_notes: Vec<&str> =
            ja.html.split("<p class=\"note").skip(1).filter(|note| note.contains("not shown")).collect();
        assert_eq!(english_notes, Vec::<&str>::new());
    }
}
