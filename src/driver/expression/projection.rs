//! A caller's projection, extended by the attributes that the driver needs.
//!
//! DynamoDB refuses a projection with overlapping paths. So an attribute that the caller asks for is not added again. If the
//! caller asks only for a part of an attribute that the driver needs, the whole attribute is read and then cut to that part.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::driver::store::Item;
use crate::model::{MAX_NESTING, Projected, Projection, Step};

/// A projection, and the attributes to remove from the answer before the caller sees it.
#[derive(Debug, Default)]
pub(crate) struct SharedProjection {
    /// `None` for all attributes.
    expression: Option<String>,
    names: HashMap<String, String>,
    /// Attributes that were added for the driver. Each has the parts of it that the caller asked for, if any.
    ours: Vec<(String, Part)>,
}

/// The parts of a value that a caller asks for.
#[derive(Debug, Default)]
struct Part {
    is_all: bool,
    names: HashMap<Arc<str>, Part>,
    indexes: HashMap<u32, Part>,
}

impl SharedProjection {
    /// What the caller asks for (everything if there is no projection), and these attributes.
    pub(crate) fn new<'a>(caller: Option<&Projection>, needed: impl IntoIterator<Item = &'a str>) -> Self {
        let Some(caller) = caller else { return Self::default() };
        let mut shared = Self::default();
        let mut texts = Vec::new();
        for attribute in needed {
            shared.need(attribute, caller.places(), &mut texts);
        }
        for Projected { text, aliases, path } in caller.places() {
            if !shared.ours.iter().any(|(ours, _)| ours == path.attribute()) {
                texts.push(text.clone());
                for alias in aliases {
                    shared.name(alias, caller);
                }
            }
        }
        Self { expression: Some(texts.join(", ")), ..shared }
    }

    /// Only these attributes, and nothing for the caller.
    pub(crate) fn only<'a>(needed: impl IntoIterator<Item = &'a str>) -> Self {
        let mut shared = Self::default();
        let mut texts = Vec::new();
        for attribute in needed {
            shared.need(attribute, &[], &mut texts);
        }
        Self { expression: Some(texts.join(", ")), ..shared }
    }

    fn need(&mut self, attribute: &str, places: &[Projected], texts: &mut Vec<String>) {
        let inside = places.iter().map(|place| &place.path).filter(|path| path.attribute() == attribute);
        let mut part = Part::default();
        inside.for_each(|path| part.add(path.steps()));
        let is_asked_for = part.is_all || self.ours.iter().any(|(ours, _)| ours == attribute);
        if !is_asked_for {
            let alias = format!("#dkv_r{}", self.ours.len());
            texts.push(alias.clone());
            self.names.insert(alias, attribute.to_owned());
            self.ours.push((attribute.to_owned(), part));
        }
    }

    /// Copies an alias of the caller.
    fn name(&mut self, alias: &str, caller: &Projection) {
        if !self.names.contains_key(alias) {
            self.names.extend(caller.names().get_key_value(alias).map(|(alias, name)| (alias.clone(), name.clone())));
        }
    }

    /// The projection expression; `None` for all attributes.
    pub(crate) fn expression(&self) -> Option<&str> {
        self.expression.as_deref()
    }

    /// The aliases in the expression. `Renderer` never makes the same ones.
    pub(crate) fn names(&self) -> &HashMap<String, String> {
        &self.names
    }

    /// Whether an answer has more than the caller asked for.
    pub(crate) fn strips(&self) -> bool {
        !self.ours.is_empty()
    }

    /// Removes from the item what the caller did not ask for.
    pub(crate) fn strip(&self, mut item: Item) -> Item {
        for (attribute, part) in &self.ours {
            let cut_down = item.remove(attribute).and_then(|value| part.of(value));
            item.extend(cut_down.map(|value| (attribute.clone(), value)));
        }
        item
    }
}

impl Part {
    /// Adds the value at this path.
    fn add(&mut self, steps: &[Step]) {
        // DynamoDB's items are not nested that deeply.
        if steps.len() >= MAX_NESTING {
            return;
        }
        let mut part = self;
        for step in steps {
            part = match step {
                Step::Name(name) => part.names.entry(Arc::clone(name)).or_default(),
                Step::Index(index) => part.indexes.entry(*index).or_default(),
            };
        }
        part.is_all = true;
    }

    /// This part of a value, as DynamoDB projects it: a list has no gaps for elements that are left out.
    fn of(&self, value: AttributeValue) -> Option<AttributeValue> {
        if self.is_all {
            return Some(value);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "AttributeValue is non-exhaustive")]
        match value {
            AttributeValue::M(fields) => {
                let field = |(name, value): (String, _)| {
                    let inside = self.names.get(name.as_str())?.of(value)?;
                    Some((name, inside))
                };
                let fields: HashMap<_, _> = fields.into_iter().filter_map(field).collect();
                (!fields.is_empty()).then_some(AttributeValue::M(fields))
            }
            AttributeValue::L(values) => {
                let element = |(index, value)| self.indexes.get(&index)?.of(value);
                let values: Vec<_> = (0..).zip(values).filter_map(element).collect();
                (!values.is_empty()).then_some(AttributeValue::L(values))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Placeholders;

    fn projection(text: &str) -> Projection {
        let mut placeholders = Placeholders::default();
        placeholders.define_name("#t".to_owned(), "ttl".to_owned()).unwrap();
        placeholders.define_name("#n".to_owned(), "name".to_owned()).unwrap();
        placeholders.projection(text).unwrap()
    }

    fn shared(text: &str) -> SharedProjection {
        SharedProjection::new(Some(&projection(text)), ["pk", "ttl", "ttl"])
    }

    fn number(number: i32) -> AttributeValue {
        AttributeValue::N(number.to_string())
    }

    fn map(fields: impl IntoIterator<Item = (&'static str, AttributeValue)>) -> Item {
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn without_a_projection_everything_is_read_and_shown() {
        let all = SharedProjection::new(None, ["pk"]);
        assert_eq!((all.expression(), all.names().len()), (None, 0));
        let item = map([("pk", number(1)), ("ttl", number(2))]);
        assert_eq!(all.strip(item.clone()), item);
    }

    #[test]
    fn attributes_that_only_we_need_are_read_and_not_shown() {
        let shared = shared("#n.first, b");
        assert_eq!(shared.expression(), Some("#dkv_r0, #dkv_r1, #n.first, b"));
        let names = [("#dkv_r0", "pk"), ("#dkv_r1", "ttl"), ("#n", "name")];
        assert_eq!(*shared.names(), names.map(|(alias, name)| (alias.to_owned(), name.to_owned())).into());
        let item = map([("pk", number(1)), ("ttl", number(2)), ("b", number(3))]);
        assert_eq!(shared.strip(item), map([("b", number(3))]));
    }

    #[test]
    fn an_attribute_that_both_need_is_read_once_and_shown() {
        let shared = shared("#t, pk");
        assert_eq!(shared.expression(), Some("#t, pk"));
        let item = map([("pk", number(1)), ("ttl", number(2))]);
        assert_eq!(shared.strip(item.clone()), item);
    }

    #[test]
    fn the_caller_sees_only_its_parts_of_an_attribute_that_we_need() {
        let shared = shared("#t.a[1], #t.a[3].b, #t.c, d");
        assert_eq!(shared.expression(), Some("#dkv_r0, #dkv_r1, d"));
        assert!(!shared.names().contains_key("#t"), "DynamoDB refuses what is not used");
        let list = AttributeValue::L(vec![number(0), number(1), number(2), AttributeValue::M(map([("b", number(3))]))]);
        let document = map([("a", list), ("c", number(4)), ("e", number(5))]);
        let item = map([("pk", number(1)), ("ttl", AttributeValue::M(document))]);
        let in_list = AttributeValue::L(vec![number(1), AttributeValue::M(map([("b", number(3))]))]);
        let shown = AttributeValue::M(map([("a", in_list), ("c", number(4))]));
        assert_eq!(shared.strip(item), map([("ttl", shown)]));
        assert_eq!(shared.strip(map([("ttl", number(2))])), Item::new(), "there is nothing inside a number");
    }

    /// Comparing each element with each path would take 240 million comparisons.
    #[test]
    fn the_elements_of_a_list_are_not_compared_with_each_path() {
        let text: Vec<String> = (0..480).map(|index| format!("#t[{index}]")).collect();
        let list = vec![AttributeValue::Null(true); 500_000];
        let item = map([("pk", number(1)), ("ttl", AttributeValue::L(list))]);
        let shown = AttributeValue::L(vec![AttributeValue::Null(true); 480]);
        assert_eq!(shared(&text.join(",")).strip(item), map([("ttl", shown)]));
    }

    #[test]
    fn a_path_deeper_than_any_item_finds_nothing() {
        let deep = format!("#t{}", "[0]".repeat(1200));
        let list = AttributeValue::L(vec![AttributeValue::L(vec![number(1)])]);
        let item = map([("ttl", list.clone())]);
        assert_eq!(shared(&deep).strip(item.clone()), Item::new());
        assert_eq!(shared(&format!("{deep}, #t[0][0]")).strip(item.clone()), item);
    }
}
