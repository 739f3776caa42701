use std::collections::HashMap;
use std::mem::discriminant;

use super::{Path, Step};

/// The paths that an update changes, as a tree of their steps.
///
/// The time to find a collision depends on the path's length only, not on the number of paths.
#[derive(Default)]
pub(super) struct PathTree<'p>(HashMap<&'p str, Node<'p>>);

/// A node of the tree: the end of a path, or a step on the way.
struct Node<'p> {
    /// The first path through this node.
    first: &'p Path,
    /// Empty at the end of a path. All steps are of one kind.
    inside: HashMap<&'p Step, Node<'p>>,
}

impl<'p> PathTree<'p> {
    /// Adds a path, unless it collides with an earlier one: one contains the other, or they use the same value as a map
    /// and as a list.
    ///
    /// # Errors
    /// The first path that collides with it.
    pub(super) fn add(&mut self, path: &'p Path) -> Result<(), &'p Path> {
        let mut is_new = false;
        let mut reach = || {
            is_new = true;
            Node { first: path, inside: HashMap::new() }
        };
        let mut place = self.0.entry(path.attribute()).or_insert_with(&mut reach);
        for step in path.steps() {
            if place.blocks(path, step) {
                return Err(place.first);
            }
            place = place.inside.entry(step).or_insert_with(&mut reach);
        }
        if is_new { Ok(()) } else { Err(place.first) }
    }
}

impl Node<'_> {
    /// Whether this path must not continue with this step.
    fn blocks(&self, path: &Path, step: &Step) -> bool {
        match self.inside.keys().next() {
            Some(other) => discriminant(*other) != discriminant(step),
            // The end of a path, unless the node is new.
            None => !std::ptr::eq(self.first, path),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Defines the collision of two paths.
    fn collide(one: &Path, other: &Path) -> bool {
        let parting = one.steps().iter().zip(other.steps()).find(|(one, other)| one != other);
        one.attribute() == other.attribute()
            && !matches!(parting, Some((Step::Name(_), Step::Name(_)) | (Step::Index(_), Step::Index(_))))
    }

    fn paths<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<Path> {
        texts.into_iter().map(|text| Path::parse(text).unwrap()).collect()
    }

    #[test]
    fn places_collide_that_share_a_value() {
        for pair in [["a", "a"], ["a", "a.b"], ["a.b", "a.b[0].c"], ["a.b", "a[0]"], ["a[1].b", "a[1]"]] {
            for pair in [pair, [pair[1], pair[0]]] {
                let [one, other] = &paths(pair)[..] else { panic!() };
                let mut tree = PathTree::default();
                tree.add(one).unwrap();
                assert_eq!(tree.add(other), Err(one), "{pair:?}");
            }
        }
        for pair in [["a", "b"], ["a.b", "a.c"], ["a[0]", "a[1]"], ["a.b.x", "a.c.x"], [r#""a.b""#, "a"]] {
            let both = paths(pair);
            let mut tree = PathTree::default();
            assert!(both.iter().all(|path| tree.add(path).is_ok()), "{pair:?}");
        }
    }

    /// Comparing all pairs would take 200 million comparisons.
    #[test]
    fn many_places_are_no_more_work_each_than_few() {
        let all: Vec<Path> = (0..20_000).map(|index| Path::parse(&format!("a.b.c.d[{index}].e")).unwrap()).collect();
        let mut tree = PathTree::default();
        assert!(all.iter().all(|path| tree.add(path).is_ok()));
        let last = all.last().unwrap().clone();
        assert_eq!(tree.add(&last), Err(all.last().unwrap()));
    }

    proptest! {
        #[test]
        fn the_first_collision_is_found(texts in proptest::collection::vec("[ab](\\.[ab]|\\[[01]\\]){0,3}", 1..12)) {
            let all = paths(texts.iter().map(String::as_str));
            let mut tree = PathTree::default();
            for (index, path) in all.iter().enumerate() {
                let first = all[..index].iter().find(|other| collide(other, path));
                let added = tree.add(path);
                prop_assert_eq!(added.err(), first);
                if first.is_some() {
                    break;
                }
            }
        }
    }
}
