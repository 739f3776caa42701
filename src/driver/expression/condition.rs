use aws_sdk_dynamodb::types::AttributeValue;

use crate::driver::store::{Item, Layout, Nonce, Role};
use crate::model::{CallerExpression, Definitions};

/// A condition on the stored item: for a write to happen, or for a read to show the item.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// DynamoDB holds an item under this key, expired or not.
    Stored,
    /// The item has not expired. Also true if there is no item.
    Alive,
    /// The version is absent, or DynaKV wrote it.
    OwnVersion,
    /// Increment wrote the version.
    CounterVersion,
    Equals(Role, AttributeValue),
    AtLeast(Role, AttributeValue),
    AtMost(Role, AttributeValue),
    IsNumber(Role),
    BeginsWith(Role, String),
    /// A caller's expression.
    Caller(CallerExpression),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    /// There is such an entry.
    pub(crate) fn exists() -> Self {
        Self::All(vec![Self::Stored, Self::Alive])
    }

    /// There is no such entry.
    pub(crate) fn absent() -> Self {
        Self::Any(vec![Self::not(Self::Stored), Self::not(Self::Alive)])
    }

    /// The write with this nonce has not happened yet.
    pub(crate) fn not_written_by(nonce: Nonce) -> Self {
        Self::not(Self::Equals(Role::Version, nonce.to_attribute()))
    }

    /// Whether it holds only on a version that DynaKV wrote.
    pub(crate) fn implies_own_version(&self) -> bool {
        match self {
            Self::CounterVersion => true,
            Self::All(conditions) => conditions.iter().any(Self::implies_own_version),
            _ => false,
        }
    }

    /// Whether a caller's expression in it uses this placeholder. Such an expression is never negated or an alternative.
    pub(super) fn uses(&self, placeholder: &str) -> bool {
        match self {
            Self::Caller(expression) => {
                let Definitions { names, values } = expression.definitions();
                names.contains_key(placeholder) || values.contains_key(placeholder)
            }
            Self::All(conditions) => conditions.iter().any(|condition| condition.uses(placeholder)),
            _ => false,
        }
    }

    /// Whether it holds only on an item with one certain version that DynaKV wrote, and so never again once it has failed.
    /// Another program may write a version of its own as often as it likes.
    pub(crate) fn pins_version(&self) -> bool {
        match self {
            Self::Equals(Role::Version, AttributeValue::N(number)) => Nonce::is_nonce(number),
            Self::All(conditions) => conditions.iter().any(Self::pins_version),
            _ => false,
        }
    }

    /// Whether an attribute of the item shows that it does not hold on the item, whoever wrote its version.
    pub(crate) fn contradicts(&self, layout: &Layout, item: &Item) -> bool {
        match self {
            Self::Equals(role, value) => item.get(layout.name(*role)) != Some(value),
            Self::IsNumber(role) => !matches!(item.get(layout.name(*role)), Some(AttributeValue::N(_))),
            Self::All(conditions) => conditions.iter().any(|condition| condition.contradicts(layout, item)),
            Self::Any(conditions) => conditions.iter().all(|condition| condition.contradicts(layout, item)),
            Self::Stored
            | Self::Alive
            | Self::OwnVersion
            | Self::CounterVersion
            | Self::AtLeast(..)
            | Self::AtMost(..)
            | Self::BeginsWith(..)
            | Self::Caller(_)
            | Self::Not(_) => false,
        }
    }

    pub(crate) fn not(condition: Self) -> Self {
        Self::Not(Box::new(condition))
    }

    pub(crate) fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut conditions) => {
                conditions.push(other);
                Self::All(conditions)
            }
            first => Self::All(vec![first, other]),
        }
    }

    /// All of these conditions, if there are any.
    pub(crate) fn all(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut conditions: Vec<_> = conditions.into_iter().collect();
        if conditions.len() > 1 { Some(Self::All(conditions)) } else { conditions.pop() }
    }

    /// A caller's condition, and the condition that the item has not expired: the caller's condition must not see an expired
    /// item.
    pub(crate) fn of_caller(condition: Option<CallerExpression>) -> impl Iterator<Item = Self> {
        condition.into_iter().flat_map(|condition| [Self::Alive, Self::Caller(condition)])
    }
}
