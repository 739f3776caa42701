use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::expression::CallerUpdate;
use super::number::{Number, without_padding};
use super::path_tree::PathTree;
use super::{Invalid, Path};

/// A caller's changes to an item.
#[derive(Debug, Clone)]
pub enum ItemUpdate {
    /// Typed changes.
    Actions(UpdateActions),
    /// An update expression.
    Expression(CallerUpdate),
}

impl ItemUpdate {
    /// Refuses an update that changes this attribute or a value in it.
    ///
    /// # Errors
    /// The update changes the attribute. The error names it with the `reason`, such as "is part of the primary key".
    pub fn spare(&self, attribute: &str, reason: &str) -> Result<(), Invalid> {
        let is_changed = match self {
            Self::Actions(actions) => actions.iter().any(|action| action.path.attribute() == attribute),
            Self::Expression(expression) => expression.targets().any(|target| target == attribute),
        };
        if is_changed { Err(Invalid::new(format!("changes {attribute:?}, which {reason}"))) } else { Ok(()) }
    }
}

/// Maximum number of actions: DynamoDB's limit for operators in an expression; each action has at least one.
pub(crate) const MAX_ACTIONS: usize = 300;

/// Changes that can be made together: at least one, with paths that do not overlap.
#[derive(Debug, Clone)]
pub struct UpdateActions(Vec<UpdateAction>);

/// A change at one path.
#[derive(Debug, Clone)]
pub struct UpdateAction {
    /// The path.
    pub path: Path,
    /// The change.
    pub change: Change,
}

/// The kinds of changes.
#[derive(Clone)]
pub enum Change {
    /// Sets the value.
    Set(AttributeValue),
    /// Sets the value if there is none.
    SetIfAbsent(AttributeValue),
    /// Adds to the number; an absent one counts as 0.
    Add(Addend),
    /// Appends to the list; an absent one counts as empty.
    Append(Vec<AttributeValue>),
    /// Prepends to the list; an absent one counts as empty.
    Prepend(Vec<AttributeValue>),
    /// Removes the value.
    Remove,
    /// Adds members to the set; an absent one counts as empty.
    AddToSet(MemberSet),
    /// Removes members from the set.
    RemoveFromSet(MemberSet),
}

/// A number as decimal text, within DynamoDB's range.
#[derive(Clone)]
pub struct Addend(String);

impl TryFrom<String> for Addend {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Number::parse(&text)?;
        Ok(Self(without_padding(text)))
    }
}

impl From<Addend> for AttributeValue {
    fn from(Addend(number): Addend) -> Self {
        Self::N(number)
    }
}

/// A value of type SS, NS or BS.
#[derive(Clone)]
pub struct MemberSet(AttributeValue);

impl TryFrom<AttributeValue> for MemberSet {
    type Error = Invalid;

    fn try_from(value: AttributeValue) -> Result<Self, Invalid> {
        if matches!(value, AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_)) {
            Ok(Self(value))
        } else {
            Err(Invalid::new("is not a set: of type ss, ns or bs"))
        }
    }
}

impl From<MemberSet> for AttributeValue {
    fn from(MemberSet(value): MemberSet) -> Self {
        value
    }
}

impl UpdateActions {
    /// Combines changes.
    ///
    /// # Errors
    /// There are none, or two paths overlap; the error names both.
    pub fn new(actions: Vec<UpdateAction>) -> Result<Self, Invalid> {
        if !(1..=MAX_ACTIONS).contains(&actions.len()) {
            let problem = format!("has {} actions, 1 to {MAX_ACTIONS} are allowed", actions.len());
            return Err(Invalid::limit(problem, format!("1..{MAX_ACTIONS} actions")));
        }
        let mut path_tree = PathTree::default();
        for action in &actions {
            if let Err(other) = path_tree.add(&action.path) {
                return Err(Invalid::new(format!("change {other} and {}, which overlap", action.path)));
            }
        }
        Ok(Self(actions))
    }

    /// The changes, in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = &UpdateAction> {
        self.0.iter()
    }
}

/// Hides the values, which must not be logged.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(_) => "Set",
            Self::SetIfAbsent(_) => "SetIfAbsent",
            Self::Add(_) => "Add",
            Self::Append(_) => "Append",
            Self::Prepend(_) => "Prepend",
            Self::Remove => "Remove",
            Self::AddToSet(_) => "AddToSet",
            Self::RemoveFromSet(_) => "RemoveFromSet",
        })
    }
}

impl fmt::Debug for Addend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Addend")
    }
}

impl fmt::Debug for MemberSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemberSet")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(paths: &[&str]) -> Result<UpdateActions, Invalid> {
        let action = |path: &&str| UpdateAction { path: Path::parse(path).unwrap(), change: Change::Remove };
        UpdateActions::new(paths.iter().map(action).collect())
    }

    #[test]
    fn overlapping_paths_are_refused_by_name() {
        assert!(actions(&["a.b", "a.c[0]", "a.c[1]", "b"]).is_ok());
        assert!(actions(&[]).is_err());
        let problem = actions(&["x", "a.b", "b", r#"a."b"[0]"#]).unwrap_err().problem;
        assert_eq!(problem, "change a.b and a.b[0], which overlap");
    }

    #[test]
    fn an_attribute_can_be_spared() {
        let update = ItemUpdate::Actions(actions(&["ver[0]", "meta.pk"]).unwrap());
        assert!(update.spare("ver", "is the server's").is_err_and(|invalid| invalid.problem.contains("\"ver\"")));
        assert!(update.spare("pk", "is part of the primary key").is_ok());
    }

    #[test]
    fn numbers_and_sets_are_what_they_say() {
        assert!(Addend::try_from("1E+20".to_owned()).is_ok());
        assert!(Addend::try_from("one".to_owned()).is_err());
        assert!(MemberSet::try_from(AttributeValue::Ss(vec!["a".to_owned()])).is_ok());
        assert!(MemberSet::try_from(AttributeValue::L(Vec::new())).is_err());
    }
}
