//! Converts callers' expressions and typed update actions from request fields to domain types.

use std::collections::HashMap;

use super::value::{attribute, list};
use super::{InField, Violation};
use crate::model::{
    Addend, CallerExpression, CallerUpdate, Change, Invalid, MAX_PLACEHOLDER_BYTES, MemberSet, Path, Placeholders,
    Projection, UpdateAction, UpdateActions, excerpt,
};
use crate::pb;

/// The expressions of one message, which share its `names` and `values`.
///
/// Each method reads one field. [`finish`](Self::finish) then refuses unused definitions. An empty text means that the
/// expression is absent.
pub(crate) struct Expressions {
    /// The path of the message with a trailing dot, such as `operations[3].put_item.`; empty for the request itself.
    message: String,
    placeholders: Placeholders,
}

impl Expressions {
    /// Reads the definitions of the message at this path; empty for the request itself.
    pub(crate) fn new(
        message: &str,
        names: HashMap<String, String>,
        values: HashMap<String, pb::Value>,
    ) -> Result<Self, Violation> {
        let message = if message.is_empty() { String::new() } else { format!("{message}.") };
        let mut placeholders = Placeholders::default();
        for (alias, attribute) in names {
            let field = entry(&message, "names", &alias);
            placeholders.define_name(alias, attribute).in_field(field)?;
        }
        for (placeholder, value) in values {
            let field = entry(&message, "values", &placeholder);
            let value = attribute(value, &field)?;
            placeholders.define_value(placeholder, value).in_field(field)?;
        }
        Ok(Self { message, placeholders })
    }

    /// A condition or filter.
    pub(crate) fn condition(&mut self, field: &str, text: &str) -> Result<Option<CallerExpression>, Violation> {
        self.read(field, text, Placeholders::condition)
    }

    /// A key condition.
    pub(crate) fn key_condition(&mut self, text: &str) -> Result<Option<CallerExpression>, Violation> {
        self.read("key_condition", text, Placeholders::key_condition)
    }

    /// A projection expression.
    pub(crate) fn projection(&mut self, text: &str) -> Result<Option<Projection>, Violation> {
        self.read("projection", text, Placeholders::projection)
    }

    /// An update expression.
    pub(crate) fn update(&mut self, field: &str, text: &str) -> Result<Option<CallerUpdate>, Violation> {
        self.read(field, text, Placeholders::update)
    }

    fn read<E>(
        &mut self,
        field: &str,
        text: &str,
        read: impl FnOnce(&mut Placeholders, &str) -> Result<E, Invalid>,
    ) -> Result<Option<E>, Violation> {
        if text.is_empty() {
            return Ok(None);
        }
        read(&mut self.placeholders, text).map(Some).in_field(format!("{}{field}", self.message))
    }

    /// Refuses names and values that no expression uses.
    pub(crate) fn finish(self) -> Result<(), Violation> {
        let Some(unused) = self.placeholders.unused() else { return Ok(()) };
        let map = if unused.starts_with('#') { "names" } else { "values" };
        Err(Invalid::new("is used by no expression")).in_field(entry(&self.message, map, unused))
    }
}

/// The path of an entry of `names` or `values`. A placeholder that is too long is left out of the path.
fn entry(message: &str, map: &str, placeholder: &str) -> String {
    format!("{message}{map}[{:?}]", excerpt(placeholder, MAX_PLACEHOLDER_BYTES))
}

/// Parses typed update actions.
pub(crate) fn update_actions(actions: pb::UpdateActions, field: &str) -> Result<UpdateActions, Violation> {
    let pb::UpdateActions { actions } = actions;
    let field = format!("{field}.actions");
    let action = |(index, action)| update_action(action, &format!("{field}[{index}]"));
    let actions = actions.into_iter().enumerate().map(action).collect::<Result<_, _>>()?;
    UpdateActions::new(actions).in_field(field)
}

fn update_action(action: pb::UpdateAction, field: &str) -> Result<UpdateAction, Violation> {
    use pb::update_action::Kind;
    let pb::UpdateAction { path, kind } = action;
    let path = Path::parse(&path).in_field(format!("{field}.path"))?;
    let at = |kind: &str| format!("{field}.{kind}");
    let change = match kind {
        Some(Kind::Set(value)) => Change::Set(attribute(value, &at("set"))?),
        Some(Kind::SetIfAbsent(value)) => Change::SetIfAbsent(attribute(value, &at("set_if_absent"))?),
        Some(Kind::Add(number)) => Change::Add(Addend::try_from(number).in_field(at("add"))?),
        Some(Kind::Append(values)) => Change::Append(list(values, &at("append"))?),
        Some(Kind::Prepend(values)) => Change::Prepend(list(values, &at("prepend"))?),
        Some(Kind::Remove(pb::update_action::Remove {})) => Change::Remove,
        Some(Kind::AddToSet(members)) => Change::AddToSet(member_set(members, at("add_to_set"))?),
        Some(Kind::RemoveFromSet(members)) => Change::RemoveFromSet(member_set(members, at("remove_from_set"))?),
        None => {
            let kinds = "set, set_if_absent, add, append, prepend, remove, add_to_set or remove_from_set";
            return Err(Invalid::new(format!("needs one of {kinds}"))).in_field(field);
        }
    };
    Ok(UpdateAction { path, change })
}

fn member_set(members: pb::Value, field: String) -> Result<MemberSet, Violation> {
    MemberSet::try_from(attribute(members, &field)?).in_field(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb::update_action::Kind;

    fn text(text: &str) -> pb::Value {
        pb::Value { kind: Some(pb::value::Kind::S(text.to_owned())) }
    }

    fn expressions(message: &str) -> Expressions {
        let names = HashMap::from([("#a".to_owned(), "ttl".to_owned())]);
        Expressions::new(message, names, HashMap::from([(":v".to_owned(), text("x"))])).unwrap()
    }

    #[test]
    fn expressions_share_names_and_values() {
        let mut both = expressions("");
        assert!(both.condition("condition", "#a = :v").unwrap().is_some());
        assert!(both.update("update_expression", "REMOVE #a").unwrap().is_some());
        both.finish().unwrap();
    }

    #[test]
    fn a_problem_names_its_field() {
        let at = "operations[3].put_item";
        let bad = expressions(at).condition("condition", "a = :v) OR (a = :v").unwrap_err();
        assert_eq!(bad.field, "operations[3].put_item.condition");
        assert_eq!(expressions("").finish().unwrap_err().field, r##"names["#a"]"##);
        let mut names = expressions(at);
        names.condition("condition", "attribute_exists(#a)").unwrap();
        assert_eq!(names.finish().unwrap_err().field, r#"operations[3].put_item.values[":v"]"#);

        let ours = Expressions::new(at, HashMap::from([("#dkv_ttl".to_owned(), "x".to_owned())]), HashMap::new());
        assert_eq!(ours.err().unwrap().field, r##"operations[3].put_item.names["#dkv_ttl"]"##);
        let bad = Expressions::new("", HashMap::new(), HashMap::from([(":v".to_owned(), pb::Value { kind: None })]));
        assert_eq!(bad.err().unwrap().field, r#"values[":v"]"#);
    }

    #[test]
    fn an_action_names_its_field() {
        let field = |path: &str, kind| {
            let remove =
                pb::UpdateAction { path: "fine".to_owned(), kind: Some(Kind::Remove(pb::update_action::Remove {})) };
            let actions = vec![remove, pb::UpdateAction { path: path.to_owned(), kind }];
            update_actions(pb::UpdateActions { actions }, "actions").map_err(|violation| violation.field)
        };
        let refused = |path: &str, kind| field(path, kind).unwrap_err();
        assert!(field("a", Some(Kind::Set(text("x")))).is_ok());
        assert_eq!(refused("a..b", None), "actions.actions[1].path");
        assert_eq!(refused("a", None), "actions.actions[1]");
        assert_eq!(refused("a", Some(Kind::Add("x".to_owned()))), "actions.actions[1].add");
        assert_eq!(refused("a", Some(Kind::AddToSet(text("x")))), "actions.actions[1].add_to_set");
        let nested = pb::AttributeList { values: vec![text("fine"), pb::Value { kind: None }] };
        assert_eq!(refused("a", Some(Kind::Append(nested))), "actions.actions[1].append.values[1]");
        assert_eq!(refused("fine.a", Some(Kind::Set(text("x")))), "actions.actions");
        assert!(update_actions(pb::UpdateActions { actions: Vec::new() }, "actions").is_err());
    }
}
