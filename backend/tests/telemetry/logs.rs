//! Logs that an analytics store can take.

use macro_rules_attribute::apply;
use serde_json::Value;
use tenarai::config::LogFormat;

use super::break_enrolments;
use crate::support::{PASSWORD, Plan, Program};

#[apply(story)]
async fn every_line_is_json_and_names_the_request_but_not_the_person(plan: Plan) {
    let plan = plan.with(|settings| settings.log_format = LogFormat::Json);
    let somebody = plan.clone().start().await.somebody().await;
    let mut program = Program::serve(plan.clone());
    let person = somebody.with(program.browser());
    person.sign_in().await;
    person.try_password("not-the-password").await.refused(401, "invalid_credentials");
    break_enrolments(&plan);
    let problem = person.get("/api/v1/home").await.refused(500, "internal");
    let id = problem["instance"].as_str().expect("an id");
    program.stop();
    let log = program.log();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect();
    let of_the_request: Vec<&Value> = lines.iter().filter(|line| line["request_id"] == id).collect();
    let failed = of_the_request.iter().find(|line| line["level"] == "ERROR").expect("the failure is logged");
    assert_eq!((failed["code"].as_str(), failed["route"].as_str()), (Some("internal"), Some("/api/v1/home")));
    assert!(failed["cause"].as_str().expect("a cause").contains("enrolments"), "{failed}");
    let access = of_the_request.iter().find(|line| line["target"] == "access").expect("the request is logged");
    assert_eq!((access["status"].as_u64(), access["method"].as_str()), (Some(500), Some("GET")));
    for secret in [person.email.as_str(), PASSWORD, "not-the-password", "tenarai_session"] {
        assert!(!log.contains(secret), "{secret} in the log");
    }
    assert_eq!(lines.iter().filter(|line| line["level"] == "ERROR").count(), 1, "one failure is one line of error");
}
