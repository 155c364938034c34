//! Which cell was which: by their ids, then by what they say.

use std::collections::{HashMap, HashSet};

use super::Cell;
use crate::content::shared::{Candidate, Earlier, assign_ids};

/// Places of one cell in both notebooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub before: Option<usize>,
    pub after: Option<usize>,
    pub moved: bool,
}

/// All cells of both, in the order of `after`, with removed ones behind whatever they stood behind.
pub fn pairs(before: &[Cell], after: &[Cell]) -> Vec<Pair> {
    let matched = matched(before, after);
    let staying = longest_rising(&matched);
    let mut pairs: Vec<Pair> = Vec::with_capacity(before.len() + after.len());
    let found: HashSet<usize> = matched.iter().flatten().copied().collect();
    // Removed cells go in front of the next one that stays in its place.
    let mut next_old = 0;
    for (index, old) in matched.iter().enumerate() {
        if let Some(old) = old.filter(|old| staying.contains(old)) {
            pairs.extend((next_old..old).filter(|old| !found.contains(old)).map(removed));
            next_old = old + 1;
        }
        let moved = old.is_some_and(|old| !staying.contains(&old));
        pairs.push(Pair { before: *old, after: Some(index), moved });
    }
    pairs.extend((next_old..before.len()).filter(|old| !found.contains(old)).map(removed));
    pairs
}

fn removed(old: usize) -> Pair {
    Pair { before: Some(old), after: None, moved: false }
}

/// For each cell of `after` the place it had.
fn matched(before: &[Cell], after: &[Cell]) -> Vec<Option<usize>> {
    let place: HashMap<&str, usize> = before.iter().map(|cell| (cell.id.as_str(), cell.index)).collect();
    let candidates: Vec<Candidate> = after
        .iter()
        .map(|cell| Candidate {
            id: Some(cell.id.as_str()).filter(|id| place.contains_key(id)),
            kind: cell.kind.nearest(),
            source: &cell.source,
        })
        .collect();
    // Empty cells are all alike and say nothing.
    let earlier: Vec<Earlier> = before
        .iter()
        .filter(|cell| !cell.source.trim().is_empty())
        .map(|cell| Earlier { id: cell.id.clone(), kind: cell.kind.nearest(), source: cell.source.clone() })
        .collect();
    assign_ids(&candidates, &earlier).iter().map(|id| place.get(id.as_str()).copied()).collect()
}

/// The most places that are in the same order in both: what is not among them has moved.
fn longest_rising(places: &[Option<usize>]) -> HashSet<usize> {
    let places: Vec<usize> = places.iter().flatten().copied().collect();
    // The end of the best run of each length so far, and for each place the one before it in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(places.len());
    for (index, place) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end] < *place);
        previous.push(length.checked_sub(1).map(|before| ends[before]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    std::iter::successors(ends.last().copied(), |index| previous[*index]).map(|index| places[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_as_possible_have_moved() {
        let of = |places: &[usize]| {
            let mut kept: Vec<usize> =
                longest_rising(&places.iter().copied().map(Some).collect::<Vec<_>>()).into_iter().collect();
            kept.sort_unstable();
            kept
        };
        assert_eq!(of(&[0, 1, 2, 3]), [0, 1, 2, 3]);
        assert_eq!(of(&[3, 0, 1, 2]), [0, 1, 2]);
        assert_eq!(of(&[1, 2, 3, 0]), [1, 2, 3]);
        assert_eq!(of(&[]), [0_usize; 0]);
    }
}
