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

/// What is null where it is not there, is required in answers and may be left out of requests.
#[test]
fn answers_leave_nothing_out_and_requests_may() {
    let document = serde_json::to_value(http::openapi()).expect("a document");
    let required = |name: &str, field: &str| {
        let schema = &document["components"]["schemas"][name];
        assert!(!schema["properties"][field].is_null(), "{name} has no {field}");
        schema["required"].as_array().is_some_and(|names| names.iter().any(|name| name == field))
    };
    for (name, field) in [("ChapterView", "notebook"), ("ServerStatus", "url"), ("Page_MemberRow", "next")] {
        assert!(required(name, field), "{name}.{field}");
    }
    for (name, field) in [("ProfileChange", "locale"), ("CellExecuted", "error"), ("ProblemBody", "errors")] {
        assert!(!required(name, field), "{name}.{field}");
    }
    let rows = &document["components"]["schemas"]["Page_MemberRow"]["properties"]["items"]["items"];
    assert!(rows["required"].as_array().is_some_and(|names| names.iter().any(|name| name == "department")), "{rows}");
}
