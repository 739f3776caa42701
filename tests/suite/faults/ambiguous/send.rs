//! Sends the writes of the matrix, and says what their callers are told.

use std::time::Duration;

use bytes::Bytes;
use dynakv_client::pb::batch_write_items_operation::Kind;
use dynakv_client::pb::batch_write_items_result::Outcome;
use dynakv_client::{
    BatchOperation, BatchOutcome, Client, Deletion, Error, Expected, ExpireOutcome, ItemOutcome, PersistOutcome, Swap,
    TransactOperation, Transaction, Update, Value,
};

use super::items::{batch_of_items, delete_item, put_item};
use super::write::{Write, tally};
use crate::support::Item;

/// What the caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Done,
    /// It is done, or there was nothing to do: a delete that does not report which.
    Gone,
    /// A lost race or a missing entry.
    NotDone,
    Unknown,
}

impl Write {
    pub(super) async fn call(self, client: &Client, key: &str, before: Option<&Item>) -> Result<Told, Error> {
        let version = || Expected::version(before.unwrap()["dkv_ver"].as_n().unwrap().as_str());
        let value = || Expected::value("before");
        let put = || client.put_item([("pk", Value::from(key)), ("val", Bytes::from("ours").into())]);
        let update = || client.update_item(key, Update::new().set("val", Bytes::from("ours")));
        let set = || BatchOperation::set(key, "ours");
        let delete = || BatchOperation::delete(key);
        match self {
            Self::Set => client.set(key, "ours").await.map(|_| Told::Done),
            Self::SetKeepTtl | Self::SetKeepTtlOfNothing => {
                client.set(key, "ours").keep_ttl().await.map(|_| Told::Done)
            }
            Self::SetReturnPrevious => {
                let written = client.set(key, "ours").return_previous().await?;
                assert!(written.previous_lost && written.previous.is_none(), "{written:?}");
                Ok(Told::Done)
            }
            Self::SwapAbsent => client.compare_and_set(key, "ours", Expected::Absent).await.map(swapped),
            Self::SwapPresent => client.compare_and_set(key, "ours", Expected::Present).await.map(swapped),
            Self::SwapVersion | Self::SwapForeignVersion => {
                client.compare_and_set(key, "ours", version()).await.map(swapped)
            }
            Self::SwapVersionKeepTtl => client.compare_and_set(key, "ours", version()).keep_ttl().await.map(swapped),
            Self::SwapValue => client.compare_and_set(key, "ours", value()).await.map(swapped),
            Self::SwapValueKeepTtl => client.compare_and_set(key, "ours", value()).keep_ttl().await.map(swapped),
            Self::Delete => client.delete(key).await.map(done),
            Self::DeleteOmitExisted => client.delete(key).omit_existed().await.map(|_| Told::Gone),
            Self::DeletePresent => client.compare_and_delete(key, Expected::Present).await.map(deleted),
            Self::DeleteVersion | Self::DeleteForeignVersion => {
                client.compare_and_delete(key, version()).await.map(deleted)
            }
            Self::DeleteValue => client.compare_and_delete(key, value()).await.map(deleted),
            Self::Expire => {
                let expired = client.expire(key, Duration::from_mins(10)).await;
                expired.map(|outcome| done(outcome != ExpireOutcome::NotFound))
            }
            Self::Persist => {
                let removed = |outcome| matches!(outcome, PersistOutcome::TtlRemoved { .. });
                client.persist(key).await.map(|outcome| done(removed(outcome)))
            }
            Self::Increment | Self::IncrementForeign => client.increment(key).await.map(|it| done(it.value == 11)),
            Self::IncrementNew => client.increment(key).await.map(|it| done(it.value == 1)),
            Self::PutItem => put().await.map(applied),
            Self::PutItemReturnOld => put().return_old().await.map(applied),
            Self::PutItemIfAbsent => put().condition("attribute_not_exists(pk)").await.map(applied),
            Self::UpdateItem => update().await.map(applied),
            Self::UpdateItemIf => update().condition("attribute_exists(pk)").await.map(applied),
            Self::DeleteItem => client.delete_item(key).await.map(|outcome| done(outcome.applied().unwrap().existed)),
            Self::DeleteItemOmitExisted => client.delete_item(key).omit_existed().await.map(|_| Told::Gone),
            Self::DeleteItemReturnOld => client.delete_item(key).return_old().await.map(applied),
            Self::DeleteItemIf => client.delete_item(key).condition("attribute_exists(pk)").await.map(applied),
            Self::BatchSet => batch(client, set()).await,
            Self::BatchSetKeepTtl => batch(client, set().keep_ttl()).await,
            Self::BatchSwapAbsent => batch(client, set().expected(Expected::Absent)).await,
            Self::BatchSwapPresent => batch(client, set().expected(Expected::Present)).await,
            Self::BatchSwapVersion => batch(client, set().expected(version())).await,
            Self::BatchSwapValue => batch(client, set().expected(value())).await,
            Self::BatchDelete => batch(client, delete()).await,
            Self::BatchDeleteReporting => batch(client, delete().report_existed()).await,
            Self::BatchDeletePresent => batch(client, delete().expected(Expected::Present)).await.map(was_there),
            Self::BatchDeleteVersion => batch(client, delete().expected(version())).await.map(was_there),
            Self::BatchDeleteValue => batch(client, delete().expected(value())).await.map(was_there),
            Self::BatchPutItem => items(client, put_item(key, "")).await,
            Self::BatchPutItemIfAbsent => items(client, put_item(key, "attribute_not_exists(pk)")).await,
            Self::BatchDeleteItem => items(client, delete_item(key, "", false)).await,
            Self::BatchDeleteItemReporting => items(client, delete_item(key, "", true)).await,
            Self::BatchDeleteItemIf => {
                items(client, delete_item(key, "attribute_exists(pk)", false)).await.map(was_there)
            }
            Self::TransactSet
            | Self::TransactSetAbsent
            | Self::TransactSetPresent
            | Self::TransactSetVersion
            | Self::TransactSetValue
            | Self::TransactDelete
            | Self::TransactDeleteValue
            | Self::TransactPutItem
            | Self::TransactPutItemIfAbsent
            | Self::TransactUpdateItem
            | Self::TransactDeleteItem
            | Self::TransactDeleteItemIf
            | Self::TransactCheck => self.transact(client, key, before).await,
        }
    }

    /// Deletes are alone in their transaction, so that it writes no version.
    async fn transact(self, client: &Client, key: &str, before: Option<&Item>) -> Result<Told, Error> {
        let version = || Expected::version(before.unwrap()["dkv_ver"].as_n().unwrap().as_str());
        let value = || Expected::value("before");
        let count = |key: &str| TransactOperation::update_item(key, Update::new().add("count", 1));
        let set = || TransactOperation::set(key, "ours");
        let put = || TransactOperation::put_item([("pk", Value::from(key)), ("val", Bytes::from("ours").into())]);
        let with_tally = |operation: TransactOperation| vec![operation, count(&tally(key)).into()];
        let operations = match self {
            Self::TransactSet => with_tally(set().into()),
            Self::TransactSetAbsent => with_tally(set().expected(Expected::Absent).into()),
            Self::TransactSetPresent => with_tally(set().expected(Expected::Present).into()),
            Self::TransactSetVersion => with_tally(set().expected(version()).into()),
            Self::TransactSetValue => with_tally(set().expected(value()).into()),
            Self::TransactDelete => vec![TransactOperation::delete(key).into()],
            Self::TransactDeleteValue => vec![TransactOperation::delete(key).expected(value()).into()],
            Self::TransactPutItem => with_tally(put().into()),
            Self::TransactPutItemIfAbsent => with_tally(put().condition("attribute_not_exists(pk)").into()),
            Self::TransactUpdateItem => with_tally(count(key).into()),
            Self::TransactDeleteItem => vec![TransactOperation::delete_item(key).into()],
            Self::TransactDeleteItemIf => {
                vec![TransactOperation::delete_item(key).condition("attribute_exists(pk)").into()]
            }
            Self::TransactCheck => with_tally(TransactOperation::check(key, "attribute_exists(pk)").into()),
            other => unreachable!("{other:?} is no transaction"),
        };
        let gone = matches!(self, Self::TransactDelete | Self::TransactDeleteItem);
        client.transact_write(operations).await.map(|outcome| match outcome {
            Transaction::Committed(_) if gone => Told::Gone,
            Transaction::Committed(_) => Told::Done,
            Transaction::Cancelled(_) => Told::NotDone,
        })
    }
}

/// A batch of one operation.
async fn batch(client: &Client, operation: impl Into<BatchOperation>) -> Result<Told, Error> {
    let outcomes = client.batch_write([operation.into()]).await?;
    Ok(match &outcomes[0] {
        BatchOutcome::Written { .. } | BatchOutcome::Deleted { existed: Some(true) } => Told::Done,
        BatchOutcome::Deleted { existed: Some(false) } | BatchOutcome::ConditionFailed { .. } => Told::NotDone,
        BatchOutcome::Deleted { existed: None } => Told::Gone,
        BatchOutcome::OutcomeUnknown(_) => Told::Unknown,
        other @ (BatchOutcome::Superseded | BatchOutcome::Failed(_)) => panic!("{other:?}"),
    })
}

/// A batch of one operation on an item.
async fn items(client: &Client, kind: Kind) -> Result<Told, Error> {
    let is_put = matches!(kind, Kind::PutItem(_));
    let result = batch_of_items(client, kind).await?;
    Ok(match (result.outcome(), result.existed) {
        (Outcome::Applied, Some(true)) => Told::Done,
        (Outcome::Applied, Some(false)) | (Outcome::ConditionFailed, _) => Told::NotDone,
        (Outcome::Applied, None) if is_put => Told::Done,
        (Outcome::Applied, None) => Told::Gone,
        other => panic!("{other:?}"),
    })
}

/// A delete with a condition is not applied to nothing.
fn was_there(told: Told) -> Told {
    if told == Told::Gone { Told::Done } else { told }
}

fn done(is_done: bool) -> Told {
    if is_done { Told::Done } else { Told::NotDone }
}

#[allow(clippy::needless_pass_by_value, reason = "handed to Result::map")]
fn swapped(swap: Swap) -> Told {
    done(matches!(swap, Swap::Swapped { .. }))
}

#[allow(clippy::needless_pass_by_value, reason = "handed to Result::map")]
fn deleted(deletion: Deletion) -> Told {
    done(deletion == Deletion::Deleted)
}

#[allow(clippy::needless_pass_by_value, reason = "handed to Result::map")]
fn applied<T>(outcome: ItemOutcome<T>) -> Told {
    done(outcome.is_applied())
}
