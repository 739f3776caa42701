//! Items as they stand in an answer.

use std::borrow::Cow;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Item;

/// An item in an answer. It borrows from the answer what has no escape there, so it exists only while the answer is read: each
/// reader makes what it needs of it.
///
/// Without [`std::fmt::Debug`]: it holds keys and values.
#[derive(Clone, Default)]
pub(crate) struct AnswerItem<'a>(Vec<(Cow<'a, str>, AnswerValue<'a>)>);

/// An attribute value in an answer.
#[derive(Clone)]
pub(crate) enum AnswerValue<'a> {
    S(Cow<'a, str>),
    N(Cow<'a, str>),
    B(Cow<'a, [u8]>),
    Bool(bool),
    Null(bool),
    M(AnswerItem<'a>),
    L(Vec<AnswerValue<'a>>),
    Ss(Vec<Cow<'a, str>>),
    Ns(Vec<Cow<'a, str>>),
    Bs(Vec<Cow<'a, [u8]>>),
    /// Of a type that the SDK does not know. Only an answer through the SDK has it.
    Unknown(AttributeValue),
}

impl<'a> AnswerItem<'a> {
    /// An item without attributes, with room for this many.
    pub(crate) fn with_capacity(attributes: usize) -> Self {
        Self(Vec::with_capacity(attributes))
    }

    /// Adds an attribute. Of two with one name the last counts.
    pub(crate) fn push(&mut self, name: Cow<'a, str>, value: AnswerValue<'a>) {
        self.0.push((name, value));
    }

    /// The attributes in the order of the answer.
    pub(crate) fn attributes(&self) -> &[(Cow<'a, str>, AnswerValue<'a>)] {
        &self.0
    }

    pub(crate) fn get(&self, name: &str) -> Option<&AnswerValue<'a>> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The number in an attribute of type N.
    pub(crate) fn number(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(AnswerValue::N(number)) => Some(number),
            _ => None,
        }
    }

    /// Removes an attribute. The others keep their order, so that of two with one name the last still counts.
    pub(crate) fn take(&mut self, name: &str) -> Option<AnswerValue<'a>> {
        let position = self.0.iter().rposition(|(key, _)| key == name)?;
        Some(self.0.remove(position).1)
    }

    pub(crate) fn into_owned(self) -> Item {
        self.0.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }
}

impl AnswerValue<'_> {
    pub(crate) fn into_owned(self) -> AttributeValue {
        let texts = |set: Vec<Cow<'_, str>>| set.into_iter().map(Cow::into_owned).collect();
        match self {
            Self::S(text) => AttributeValue::S(text.into_owned()),
            Self::N(number) => AttributeValue::N(number.into_owned()),
            Self::B(bytes) => AttributeValue::B(Blob::new(bytes)),
            Self::Bool(truth) => AttributeValue::Bool(truth),
            Self::Null(null) => AttributeValue::Null(null),
            Self::M(fields) => AttributeValue::M(fields.into_owned()),
            Self::L(values) => AttributeValue::L(values.into_iter().map(AnswerValue::into_owned).collect()),
            Self::Ss(set) => AttributeValue::Ss(texts(set)),
            Self::Ns(set) => AttributeValue::Ns(texts(set)),
            Self::Bs(set) => AttributeValue::Bs(set.into_iter().map(Blob::new).collect()),
            Self::Unknown(value) => value,
        }
    }
}

impl From<Item> for AnswerItem<'_> {
    fn from(item: Item) -> Self {
        Self(item.into_iter().map(|(name, value)| (Cow::Owned(name), value.into())).collect())
    }
}

impl From<AttributeValue> for AnswerValue<'_> {
    fn from(value: AttributeValue) -> Self {
        let texts = |set: Vec<String>| set.into_iter().map(Cow::Owned).collect();
        match value {
            AttributeValue::S(text) => Self::S(text.into()),
            AttributeValue::N(number) => Self::N(number.into()),
            AttributeValue::B(blob) => Self::B(blob.into_inner().into()),
            AttributeValue::Bool(truth) => Self::Bool(truth),
            AttributeValue::Null(null) => Self::Null(null),
            AttributeValue::M(fields) => Self::M(fields.into()),
            AttributeValue::L(values) => Self::L(values.into_iter().map(Into::into).collect()),
            AttributeValue::Ss(set) => Self::Ss(texts(set)),
            AttributeValue::Ns(set) => Self::Ns(texts(set)),
            AttributeValue::Bs(set) => Self::Bs(set.into_iter().map(|blob| blob.into_inner().into()).collect()),
            unknown => Self::Unknown(unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_attributes_with_one_name_the_last_counts() {
        let mut item = AnswerItem::default();
        for (name, number) in [("a", "1"), ("b", "2"), ("a", "3")] {
            item.push(name.into(), AnswerValue::N(number.into()));
        }
        assert_eq!((item.number("a"), item.number("b"), item.number("c")), (Some("3"), Some("2"), None));
        let owned = item.clone().into_owned();
        assert_eq!((owned.len(), &owned["a"]), (2, &AttributeValue::N("3".to_owned())));
        assert!(matches!(item.take("a"), Some(AnswerValue::N(number)) if number == "3"));
    }

    #[test]
    fn the_last_counts_also_after_another_attribute_is_taken() {
        let mut item = AnswerItem::default();
        for (name, number) in [("a", "1"), ("b", "2"), ("b", "3")] {
            item.push(name.into(), AnswerValue::N(number.into()));
        }
        assert!(item.take("a").is_some());
        assert_eq!(item.number("b"), Some("3"));
    }
}
