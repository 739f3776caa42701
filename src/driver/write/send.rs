use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::plan::{Action, WritePlan};
use crate::driver::expression::Rendered;
use crate::driver::store::{Item, some_unless_empty};
use crate::driver::table::Scope;
use crate::driver::upstream::{Capacity, Failure};

/// What DynamoDB is asked to return.
#[derive(Debug, Clone)]
pub(crate) struct Answers {
    pub(crate) return_values: ReturnValue,
    pub(crate) wants_capacity: bool,
}

impl Scope {
    /// Sends a write once.
    pub(super) async fn send_write(
        &self,
        plan: &WritePlan,
        rendered: Rendered,
        answers: &Answers,
    ) -> Result<(Option<Item>, Capacity), Failure> {
        let on_failure = all_old(&rendered);
        macro_rules! send {
            ($request:expr) => {{
                let request = $request
                    .table_name(self.table.physical_name())
                    .set_return_values_on_condition_check_failure(on_failure)
                    .set_condition_expression(rendered.condition)
                    .set_expression_attribute_names(some_unless_empty(rendered.names))
                    .set_expression_attribute_values(some_unless_empty(rendered.values))
                    .return_values(answers.return_values.clone())
                    .set_return_consumed_capacity(Capacity::request(answers.wants_capacity));
                let answer = self.dispatcher().send(request).await?;
                Ok((answer.attributes, Capacity::of(answer.consumed_capacity.as_slice())))
            }};
        }
        let key = || Some(plan.target.key_attributes(&self.layout));
        match &plan.action {
            Action::Put(content) => {
                send!(PutItemInput::builder().set_item(Some(plan.item(&self.layout, content))))
            }
            Action::Update(_) => {
                send!(UpdateItemInput::builder().set_key(key()).set_update_expression(rendered.update))
            }
            Action::Delete => send!(DeleteItemInput::builder().set_key(key())),
            // Only transactions have checks.
            Action::Check => Err(Failure::refused()),
        }
    }
}

/// Asks for the item on which a condition fails. This costs nothing, and the item may have our nonce or have expired.
fn all_old(rendered: &Rendered) -> Option<ReturnValuesOnConditionCheckFailure> {
    rendered.condition.as_ref().map(|_| ReturnValuesOnConditionCheckFailure::AllOld)
}
