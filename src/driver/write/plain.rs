//! Plain writes: puts and deletes without a condition, which BatchWriteItem can carry out.

use std::sync::Arc;

use super::plan::{Action, Content, WritePlan};
use crate::driver::coalesce::PlainWrite;
use crate::driver::store::Layout;
use crate::model::ItemKey;

/// A plan without a condition that puts or deletes an item.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlainPlan<'a> {
    plan: &'a WritePlan,
    /// What a put writes; `None` for a delete.
    content: Option<&'a Content>,
}

impl WritePlan {
    pub(super) fn plain(&self) -> Option<PlainPlan<'_>> {
        let content = match &self.action {
            Action::Put(content) => Some(content),
            Action::Delete => None,
            Action::Update(_) | Action::Check => return None,
        };
        self.condition.is_none().then_some(PlainPlan { plan: self, content })
    }
}

impl<'a> PlainPlan<'a> {
    pub(super) fn key(self) -> &'a Arc<ItemKey> {
        self.plan.target.key()
    }

    pub(super) fn write(self, layout: &Layout) -> PlainWrite {
        match self.content {
            Some(content) => PlainWrite::Put(self.plan.item(layout, content)),
            None => PlainWrite::Delete(self.plan.target.key_attributes(layout)),
        }
    }
}
