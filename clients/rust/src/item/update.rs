use pb::update_action::{Kind, Remove};

use crate::{Number, Value, pb};

/// What an [`update_item`](crate::Client::update_item) changes: places in the item, none twice.
///
/// A place is a path such as `address.lines[0]`. A name that holds a dot, a bracket or a quote is quoted, as in `"a.b".c`;
/// within quotes a backslash escapes a quote or a backslash. Names need no aliases: reserved words work.
///
/// ```
/// # use dynakv_client::Update;
/// Update::new().set("state", "paid").add("total", 5).append("log", ["paid"]).remove("cart");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Update(Change);

#[derive(Debug, Clone, PartialEq)]
enum Change {
    Actions(Vec<pb::UpdateAction>),
    Expression(String),
}

impl Update {
    /// Without a change so far, which the server would refuse.
    pub fn new() -> Self {
        Self(Change::Actions(Vec::new()))
    }

    /// By a DynamoDB update expression, such as `SET #total = #total + :more`, instead of what the methods here add. Its
    /// aliases and placeholders are those of the call.
    pub fn expression(expression: impl Into<String>) -> Self {
        Self(Change::Expression(expression.into()))
    }

    /// Puts a value there.
    pub fn set(self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.action(path, Kind::Set(value.into().into()))
    }

    /// Puts a value there unless there is one.
    pub fn set_if_absent(self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.action(path, Kind::SetIfAbsent(value.into().into()))
    }

    /// Adds to the number there; an absent one counts as 0.
    pub fn add(self, path: impl Into<String>, number: impl Into<Number>) -> Self {
        self.action(path, Kind::Add(number.into().to_string()))
    }

    /// Adds values to the end of the list there; an absent one counts as empty.
    pub fn append<V: Into<Value>>(self, path: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        self.action(path, Kind::Append(values.into_iter().collect()))
    }

    /// Adds values to the beginning of the list there; an absent one counts as empty.
    pub fn prepend<V: Into<Value>>(self, path: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        self.action(path, Kind::Prepend(values.into_iter().collect()))
    }

    /// Takes away what is there.
    pub fn remove(self, path: impl Into<String>) -> Self {
        self.action(path, Kind::Remove(Remove {}))
    }

    /// Adds the members of a set to the set there; an absent one counts as empty.
    pub fn add_to_set(self, path: impl Into<String>, members: impl Into<Value>) -> Self {
        self.action(path, Kind::AddToSet(members.into().into()))
    }

    /// Takes the members of a set out of the set there.
    pub fn remove_from_set(self, path: impl Into<String>, members: impl Into<Value>) -> Self {
        self.action(path, Kind::RemoveFromSet(members.into().into()))
    }

    /// After an expression, begins anew: the two do not go together.
    fn action(self, path: impl Into<String>, kind: Kind) -> Self {
        let mut actions = match self.0 {
            Change::Actions(actions) => actions,
            Change::Expression(_) => Vec::new(),
        };
        actions.push(pb::UpdateAction { path: path.into(), kind: Some(kind) });
        Self(Change::Actions(actions))
    }
}

impl Default for Update {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! into_update {
    ($($update:ty),+) => {
        $(impl From<Update> for $update {
            fn from(Update(change): Update) -> Self {
                match change {
                    Change::Actions(actions) => Self::Actions(pb::UpdateActions { actions }),
                    Change::Expression(expression) => Self::UpdateExpression(expression),
                }
            }
        })+
    };
}

into_update!(pb::update_item_request::Update, pb::transact_update_item::Update);
