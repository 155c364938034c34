//! The way in: application, middleware, errors, the SPA.

mod app;
mod body;
mod docs;
pub mod etag;
mod health;
mod listen;
mod middleware;
mod openapi;
pub mod page;
pub mod problem;
mod site_info;
mod spa;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use utoipa::openapi::{Content, RefOr, Response};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

pub use app::serve;
pub use body::Body;
pub use listen::{Listener, listen, taken};
pub use middleware::request_id;
pub use openapi::openapi;
use problem::{FieldProblem, Kind, ProblemBody};

/// Every problem this server can answer with.
pub fn kinds() -> Vec<&'static Kind> {
    [
        problem::ALL,
        crate::accounts::problems::ALL,
        crate::sessions::problems::ALL,
        crate::study::problems::ALL,
        crate::notebooks::problems::ALL,
        crate::quizzes::problems::ALL,
        crate::assignments::problems::ALL,
        crate::checks::problems::ALL,
        crate::grading::problems::ALL,
    ]
    .concat()
}

/// For `responses(…)`: everything that is not success is problem+json.
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let mut response = Response::new("a problem; its `code` says which");
        response.content.insert(
            "application/problem+json".to_owned(),
            RefOr::T(Content::new(Some(RefOr::from(ProblemBodyRef::reference())))),
        );
        [("default".to_owned(), RefOr::T(response))].into()
    }
}

/// Names the schema without writing it out at every operation.
struct ProblemBodyRef;

impl ProblemBodyRef {
    fn reference() -> utoipa::openapi::Ref {
        utoipa::openapi::Ref::from_schema_name(ProblemBody::name())
    }
}

/// The schemas themselves, for the document.
fn problem_schemas() -> [(String, RefOr<utoipa::openapi::Schema>); 2] {
    [
        (ProblemBody::name().into_owned(), ProblemBody::schema()),
        (FieldProblem::name().into_owned(), FieldProblem::schema()),
    ]
}

/// The id in an address; what is no id names nothing.
pub fn id_in(request: &HttpRequest, name: &str) -> Result<i64, problem::Problem> {
    request.match_info().get(name).and_then(|id| id.parse().ok()).ok_or_else(|| problem::NOT_FOUND.problem())
}

/// Some proxies add the port.
fn address_of(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()))
}

/// Whom a limit counts: the address, or, where the network gives whole ranges to one, its network.
pub fn network_of(address: &str) -> String {
    match address.parse().map(|address: IpAddr| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).to_string(),
        _ => address.to_owned(),
    }
}

/// The address the request came from; of forwarded ones only the hops our own proxies added are believed.
pub fn client_address(request: &HttpRequest, proxies: usize) -> String {
    // Who listens at `[::]` is told of IPv4 as `::ffff:203.0.113.7`.
    let peer = request.peer_addr().map(|address| address.ip().to_canonical().to_string()).unwrap_or_default();
    if proxies == 0 {
        return peer;
    }
    // A proxy may add a line of its own to those that came (RFC 9110, 5.3): together they are one list.
    let lines = request.headers().get_all("x-forwarded-for").filter_map(|line| line.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|hop| !hop.is_empty()).collect();
    let hop = hops.len().checked_sub(proxies).and_then(|index| address_of(hops.get(index)?));
    hop.map_or(peer, |hop| hop.to_canonical().to_string())
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn who_has_a_network_is_counted_as_one() {
        assert_eq!(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2:ffff::1"));
        assert_ne!(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
        assert_eq!(network_of("203.0.113.7"), "203.0.113.7");
        assert_ne!(network_of("::ffff:203.0.113.7"), network_of("::ffff:203.0.113.8"));
        assert_eq!(network_of("nobody"), "nobody");
    }
}
