mod absent;
mod cookie;
mod sign_out;
mod start;
mod strangers;
mod watch;
mod with_hub;

const SERVER: &str = "/api/v1/notebook-server";
const EVENTS: &str = "/api/v1/notebook-server/events";
