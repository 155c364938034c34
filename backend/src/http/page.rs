//! Lists by key: `?after=` the last item seen, never by offset.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{INVALID_QUERY, Problem};

const MOST: i64 = 200;
const USUAL: i64 = 50;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass it as `after` for the next page; null at the end.
    pub next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// At most 200; 50 unless told.
    limit: Option<u16>,
}

impl PageQuery {
    pub fn new(after: Option<String>, limit: Option<u16>) -> Self {
        Self { after, limit }
    }

    /// The key to go on after; 0 at the start.
    pub fn after(&self) -> Result<i64, Problem> {
        match self.after.as_deref() {
            None | Some("") => Ok(0),
            Some(text) => text.parse().map_err(|_| INVALID_QUERY.problem().with("reason", format!("after={text:.40}"))),
        }
    }

    pub fn limit(&self) -> i64 {
        self.limit.map_or(USUAL, i64::from).clamp(1, MOST)
    }
}

impl<T> Page<T> {
    /// A list that is always whole.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// Cuts a list that was read with one row more than the page holds.
    pub fn cut(mut items: Vec<T>, limit: i64, key: impl Fn(&T) -> i64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|item| key(item).to_string()) } else { None };
        Self { items, next }
    }
}
