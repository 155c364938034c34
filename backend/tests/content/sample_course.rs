//! The example of the format has to follow it.

use std::path::Path;

use tenarai::content::{self, Severity};

#[test]
fn the_sample_course_has_nothing_wrong() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sample-course");
    let report = content::check(&folder);
    assert_eq!((report.count(Severity::Error), report.count(Severity::Warning)), (0, 0), "{report}");
}
