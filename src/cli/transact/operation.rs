use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dynakv_client::{Expected, Transact, TransactOperation, pb};
use serde::Deserialize;

use super::attribute::{Attribute, list, values};
use crate::cli::duration;

/// Parses the operations of a file.
pub(super) fn parse(text: &str) -> Result<Vec<TransactOperation>, String> {
    // The JSON parser has better messages for invalid JSON.
    let is_json = text.trim_start().starts_with(['[', '{']) && serde_json::from_str::<serde_json::Value>(text).is_ok();
    let lines: Vec<Line> = if is_json {
        serde_json::from_str(text).map_err(|error| error.to_string())?
    } else {
        serde_saphyr::from_str(text).map_err(|error| error.to_string())?
    };
    let operation =
        |(index, line): (usize, Line)| line.operation().map_err(|problem| format!("operation {index}: {problem}"));
    lines.into_iter().enumerate().map(operation).collect()
}

/// An operation in a file: exactly one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    table: String,
    #[serde(default)]
    return_current: bool,
    set: Option<Set>,
    delete: Option<Delete>,
    put_item: Option<PutItem>,
    update_item: Option<UpdateItem>,
    delete_item: Option<OnItem>,
    check: Option<OnItem>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    key: String,
    value: Option<String>,
    value_base64: Option<String>,
    ttl: Option<String>,
    expected: Option<ExpectedLine>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delete {
    key: String,
    expected: Option<ExpectedLine>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum ExpectedLine {
    Absent,
    Present,
    Version(String),
    Value(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PutItem {
    item: BTreeMap<String, Attribute>,
    ttl: Option<String>,
    #[serde(default)]
    condition: String,
    #[serde(default)]
    names: HashMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, Attribute>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateItem {
    key: ItemKey,
    update_expression: Option<String>,
    actions: Option<Vec<Action>>,
    #[serde(default)]
    condition: String,
    #[serde(default)]
    names: HashMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, Attribute>,
}

/// The fields of both `delete_item` and `check`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnItem {
    key: ItemKey,
    #[serde(default)]
    condition: String,
    #[serde(default)]
    names: HashMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, Attribute>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemKey {
    partition: Attribute,
    sort: Option<Attribute>,
}

/// A typed change: a path and exactly one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    path: String,
    set: Option<Attribute>,
    set_if_absent: Option<Attribute>,
    add: Option<String>,
    append: Option<Vec<Attribute>>,
    prepend: Option<Vec<Attribute>>,
    #[serde(default)]
    remove: bool,
    add_to_set: Option<Attribute>,
    remove_from_set: Option<Attribute>,
}

impl Line {
    fn operation(self) -> Result<TransactOperation, String> {
        let kinds: [Option<Result<TransactOperation, String>>; 6] = [
            self.set.map(|set| Ok(Transact::new(set.message()?).into())),
            self.delete.map(|delete| Ok(Transact::new(delete.message()).into())),
            self.put_item.map(|put| Ok(Transact::new(put.message()?).into())),
            self.update_item.map(|update| Ok(Transact::new(update.message()?).into())),
            self.delete_item.map(|delete| Ok(Transact::new(delete.delete()?).into())),
            self.check.map(|check| Ok(Transact::new(check.check()?).into())),
        ];
        let operation = only(kinds, "set, delete, put_item, update_item, delete_item and check")??;
        let operation = pb::TransactWriteOperation {
            table: self.table,
            return_current: self.return_current,
            ..pb::TransactWriteOperation::from(operation)
        };
        Ok(operation.into())
    }
}

/// The only one that is present.
fn only<T>(these: impl IntoIterator<Item = Option<T>>, names: &str) -> Result<T, String> {
    let mut given = these.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(one), None) => Ok(one),
        (_, _) => Err(format!("needs exactly one of {names}")),
    }
}

impl Set {
    fn message(self) -> Result<pb::TransactSet, String> {
        let decoded = self.value_base64.map(|text| BASE64_STANDARD.decode(text).map_err(|error| error.to_string()));
        let value = only([self.value.map(|value| Ok(value.into())), decoded], "value and value_base64")??;
        Ok(pb::TransactSet {
            key: self.key,
            value: value.into(),
            ttl: ttl(self.ttl.as_deref())?,
            expected: self.expected.map(ExpectedLine::message),
        })
    }
}

impl Delete {
    fn message(self) -> pb::TransactDelete {
        pb::TransactDelete { key: self.key, expected: self.expected.map(ExpectedLine::message) }
    }
}

impl ExpectedLine {
    fn message(self) -> pb::Expected {
        match self {
            Self::Absent => Expected::Absent,
            Self::Present => Expected::Present,
            Self::Version(version) => Expected::version(version),
            Self::Value(value) => Expected::value(value),
        }
        .into()
    }
}

impl PutItem {
    fn message(self) -> Result<pb::TransactPutItem, String> {
        let Self { item, ttl: after, condition, names, values: placeholders } = self;
        let item = values(item).map_err(|error| format!("item: {error}"))?;
        let values = values(placeholders).map_err(|error| format!("values: {error}"))?;
        Ok(pb::TransactPutItem { item, ttl: ttl(after.as_deref())?, condition, names, values })
    }
}

impl UpdateItem {
    fn message(self) -> Result<pb::TransactUpdateItem, String> {
        use pb::transact_update_item::Update;
        let Self { key, update_expression, actions, condition, names, values: placeholders } = self;
        let actions = actions.map(|actions| actions.into_iter().map(Action::message).collect::<Result<_, _>>());
        let updates = [
            update_expression.map(|expression| Ok(Update::UpdateExpression(expression))),
            actions.map(|actions| Ok::<_, String>(Update::Actions(pb::UpdateActions { actions: actions? }))),
        ];
        let update = Some(only(updates, "update_expression and actions")??);
        let values = values(placeholders).map_err(|error| format!("values: {error}"))?;
        Ok(pb::TransactUpdateItem { key: Some(key.message()?), update, condition, names, values })
    }
}

impl OnItem {
    fn delete(self) -> Result<pb::TransactDeleteItem, String> {
        let pb::TransactCheck { key, condition, names, values } = self.check()?;
        Ok(pb::TransactDeleteItem { key, condition, names, values })
    }

    fn check(self) -> Result<pb::TransactCheck, String> {
        let Self { key, condition, names, values: placeholders } = self;
        let values = values(placeholders).map_err(|error| format!("values: {error}"))?;
        Ok(pb::TransactCheck { key: Some(key.message()?), condition, names, values })
    }
}

impl ItemKey {
    fn message(self) -> Result<pb::ItemKey, String> {
        let value = |attribute: Attribute| attribute.try_into().map_err(|error| format!("key: {error}"));
        Ok(pb::ItemKey { partition: Some(value(self.partition)?), sort: self.sort.map(value).transpose()? })
    }
}

impl Action {
    fn message(self) -> Result<pb::UpdateAction, String> {
        use pb::update_action::{Kind, Remove};
        let kinds = [
            self.set.map(|value| Ok(Kind::Set(value.try_into()?))),
            self.set_if_absent.map(|value| Ok(Kind::SetIfAbsent(value.try_into()?))),
            self.add.map(|number| Ok(Kind::Add(number))),
            self.append.map(|values| list(values).map(Kind::Append)),
            self.prepend.map(|values| list(values).map(Kind::Prepend)),
            self.remove.then_some(Ok(Kind::Remove(Remove {}))),
            self.add_to_set.map(|values| Ok(Kind::AddToSet(values.try_into()?))),
            self.remove_from_set.map(|values| Ok(Kind::RemoveFromSet(values.try_into()?))),
        ];
        let names = "set, set_if_absent, add, append, prepend, remove, add_to_set and remove_from_set";
        let kind = only(kinds, names).map_err(|problem| format!("action on {}: {problem}", self.path))?;
        let kind = kind.map_err(|error: base64::DecodeError| format!("action on {}: {error}", self.path))?;
        Ok(pb::UpdateAction { path: self.path, kind: Some(kind) })
    }
}

fn ttl(text: Option<&str>) -> Result<Option<prost_types::Duration>, String> {
    let Some(text) = text else { return Ok(None) };
    let ttl = duration::parse(text).map_err(|problem| format!("ttl: {problem}"))?;
    ttl.try_into().map(Some).map_err(|_| "ttl: is too long".to_owned())
}
