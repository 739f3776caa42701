use super::item::{Content, ItemPlan, ItemPlanner};
use super::prepare::{Context, Kind, Prepared};
use crate::model::{DeleteItem, Invalid, TransactKind, Violation};

impl Prepared {
    /// An operation of a transaction on an item of any table.
    pub(super) fn item(planner: ItemPlanner, kind: TransactKind, context: Context) -> Result<Self, Violation> {
        let (message, kind, plan) = match kind {
            TransactKind::PutItem(put) => ("put_item", Kind::Put, planner.put(put)),
            TransactKind::UpdateItem(update) => ("update_item", Kind::Update, planner.update(update)),
            TransactKind::DeleteItem(DeleteItem { key, condition }) => {
                ("delete_item", Kind::Delete, planner.look_at(key, condition))
            }
            TransactKind::Check { key, condition } => ("check", Kind::Check, planner.look_at(key, Some(condition))),
            // Entries are prepared where their layout is known.
            TransactKind::Set { .. } | TransactKind::Delete { .. } => {
                return Err(Violation {
                    field: "kind".to_owned(),
                    invalid: Invalid::new("is no operation on an item"),
                });
            }
        };
        plan.and_then(|plan| Self::planned(plan, kind, context))
            .map(|prepared| Self { message, ..prepared })
            .map_err(|violation| violation.within(message))
    }

    fn planned(plan: ItemPlan, kind: Kind, context: Context) -> Result<Self, Violation> {
        let rendered = plan.render(context.now)?;
        let ItemPlan { table, layout, key, key_attributes, content, condition: _, written, nonce, caller_fields } =
            plan;
        let attributes = match content {
            Content::Item(item) => item,
            Content::Update(..) | Content::Nothing => key_attributes.clone(),
        };
        Ok(Self {
            attributes,
            key_attributes,
            key,
            kind,
            rendered,
            written,
            nonce,
            return_current: false,
            is_entry: false,
            message: "",
            caller_fields,
            now: context.now,
            layout,
            table,
        })
    }
}
