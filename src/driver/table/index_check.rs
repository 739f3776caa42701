//! Checks values for the keys of a table's indexes before they are sent.

use std::sync::PoisonError;

use super::core::Core;
use super::handle::Table;
use super::index_key::IndexKey;
use super::schema::Indexes;
use crate::driver::deadline::Deadline;
use crate::model::{Attributes, CallerUpdate, Change, Invalid, ItemUpdate, UpdateActions, Violation};

/// Whether the indexes of a table are known as they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmation {
    /// They were described for this purpose a short time ago.
    Recent,
    /// They have just been described, and may be others than before.
    Now,
    /// They could not be described.
    Failed,
}

impl Core {
    /// Refuses an item with a value that cannot be a key of an index of the table. DynamoDB would refuse it too.
    pub(crate) async fn check_item(
        &self,
        table: &Table,
        item: &Attributes,
        deadline: Deadline,
    ) -> Result<(), Violation> {
        self.check_index_keys(table, deadline, |indexes| indexes.check_item(item)).await
    }

    /// Refuses an update that certainly writes such a value, or that leads into a key of an index.
    pub(crate) async fn check_update(
        &self,
        table: &Table,
        update: &ItemUpdate,
        deadline: Deadline,
    ) -> Result<(), Violation> {
        self.check_index_keys(table, deadline, |indexes| indexes.check_update(update)).await
    }

    async fn check_index_keys(
        &self,
        table: &Table,
        deadline: Deadline,
        check: impl Fn(&Indexes) -> Result<(), Violation> + Send,
    ) -> Result<(), Violation> {
        let checked = check(&table.schema().indexes);
        if checked.is_ok() {
            return checked;
        }
        match self.confirm_indexes(table, deadline).await {
            Confirmation::Recent => checked,
            Confirmation::Now => check(&table.schema().indexes),
            // DynamoDB decides.
            Confirmation::Failed => Ok(()),
        }
    }

    /// Describes a table again before a call is refused because of an index: the index may have been deleted, or made anew.
    pub(crate) async fn confirm_indexes(&self, table: &Table, deadline: Deadline) -> Confirmation {
        if !table.schema().indexes.confirmed.is_due(self.now()) {
            return Confirmation::Recent;
        }
        match self.describe_without_ttl(table, deadline).await {
            Ok(_) => Confirmation::Now,
            Err(_) => Confirmation::Failed,
        }
    }
}

impl Indexes {
    fn check_item(&self, item: &Attributes) -> Result<(), Violation> {
        self.each_key(|index, key| match item.get(&key.name) {
            Some(value) => key.check(index, value).map_err(|invalid| in_item(&key.name, invalid)),
            None => Ok(()),
        })
    }

    fn check_update(&self, update: &ItemUpdate) -> Result<(), Violation> {
        match update {
            ItemUpdate::Actions(actions) => self.check_actions(actions),
            ItemUpdate::Expression(expression) => self.check_expression(expression),
        }
    }

    fn check_actions(&self, actions: &UpdateActions) -> Result<(), Violation> {
        self.each_key(|index, key| {
            let Some((position, action)) =
                actions.iter().enumerate().find(|(_, action)| action.path.attribute() == key.name)
            else {
                return Ok(());
            };
            let at =
                |field: &str, invalid| Violation { field: format!("actions.actions[{position}].{field}"), invalid };
            match &action.change {
                _ if !action.path.steps().is_empty() => Err(at("path", leads_into(index, &key.name))),
                Change::Set(value) => key.check(index, value).map_err(|invalid| at("set", invalid)),
                // What these write depends on the stored item.
                Change::SetIfAbsent(_)
                | Change::Add(_)
                | Change::Append(_)
                | Change::Prepend(_)
                | Change::Remove
                | Change::AddToSet(_)
                | Change::RemoveFromSet(_) => Ok(()),
            }
        })
    }

    fn check_expression(&self, expression: &CallerUpdate) -> Result<(), Violation> {
        self.each_key(|index, key| {
            let refused = |invalid| Violation { field: "update_expression".to_owned(), invalid };
            if expression.leads_into(&key.name) {
                return Err(refused(leads_into(index, &key.name)));
            }
            let assigned = expression.assigned(&key.name).map_or(Ok(()), |value| key.check(index, value));
            assigned.map_err(|Invalid { problem, limit }| {
                let problem = format!("sets {:?} to a value that {problem}", key.name);
                refused(Invalid { problem, limit })
            })
        })
    }

    /// Calls `check` with the name and each key attribute of each index, until it fails.
    fn each_key(&self, check: impl Fn(&str, &IndexKey) -> Result<(), Violation>) -> Result<(), Violation> {
        let indexes = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        indexes
            .values()
            .filter(|index| index.is_enforced())
            .try_for_each(|index| index.key_attributes().iter().try_for_each(|key| check(&index.name, key)))
    }
}

fn in_item(name: &str, invalid: Invalid) -> Violation {
    Violation { field: format!("item[{name:?}]"), invalid }
}

fn leads_into(index: &str, name: &str) -> Invalid {
    Invalid::new(format!("leads into {name:?}, which is a key of the index {index:?} and must be a single value"))
}
