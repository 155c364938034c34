//! The API's description: complete, committed, and what the binary really answers.

use tenarai::http;

/// `UPDATE_OPENAPI=1 cargo test openapi` writes it anew.
#[test]
fn the_committed_document_is_what_this_binary_serves() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let now = http::openapi().to_pretty_json().expect("a document") + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &now).expect("the document can be written");
    }
    let committed = std::fs::read_to_string(path).expect("backend/openapi.json is committed");
    assert!(committed == now, "backend/openapi.json is out of date: `tenarai openapi > backend/openapi.json`");
}
