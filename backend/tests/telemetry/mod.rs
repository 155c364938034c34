mod logs;
mod sentry;

use diesel::connection::SimpleConnection;
use tenarai::db::{Access, Target};

use crate::support::Plan;

/// Takes a table away under a running site: every request that needs it fails from now on.
fn break_enrolments(plan: &Plan) {
    let target = Target::parse(&plan.settings.database_url).expect("a database");
    let mut connection = target.connect(Access::Write).expect("it opens");
    connection.batch_execute("ALTER TABLE enrolments RENAME TO enrolments_away").expect("it is taken away");
}
