//! The writes of the matrix. Each kind of write is one row: without a row, or without an arm in each `match`, it does not
//! compile.

use std::time::Duration;

use bytes::Bytes;
use dynakv_client::{
    BatchOperation, BatchOutcome, Client, Deletion, Error, Expected, ExpireOutcome, ItemOutcome, PersistOutcome, Swap,
    TransactOperation, Transaction, Update, Value, pb,
};

use crate::support::{Item, World, binary, number, string};

/// What is stored before the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    /// An entry of DynaKV, with a TTL.
    Entry,
    /// A counter of Increment.
    Counter,
    /// A number of another program, without a version.
    Number,
    /// An entry of another program, with a version of its own.
    Foreign,
}

/// What the driver does after the lost attempt, and what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// It is sent again. It may happen twice, as the proto says.
    SentAgain,
    /// It is sent again, and may happen twice. If the entry is then gone, nobody knows who deleted it.
    SentAgainReporting,
    /// It is sent again, on a version that never comes back. Our own version in the old item is a success.
    PutOfVersion,
    /// The same, but a delete leaves no version.
    DeleteOfVersion,
    /// It is never sent again. Our version in the stored item is a success.
    LooksFor,
    /// It is never sent again, and nothing shows its outcome.
    GivesUp,
    /// It is sent again with the same token. It has no condition that fails on the entry of another writer.
    Token,
    /// The same, with such a condition. If it is then cancelled, the first attempt may still commit.
    ConditionalToken,
}

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

macro_rules! writes {
    ($($write:ident: $rpc:literal, $action:literal, $before:ident, $rule:ident;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Write {
            $($write,)*
        }

        pub(super) const WRITES: &[Write] = &[$(Write::$write,)*];

        /// The RPC of each row.
        pub(crate) const IN_MATRIX: &[&str] = &[$($rpc,)*];

        impl Write {
            /// The DynamoDB action whose answer is lost.
            pub(super) fn action(self) -> &'static str {
                match self {
                    $(Self::$write => $action,)*
                }
            }

            pub(super) fn before(self) -> Before {
                match self {
                    $(Self::$write => Before::$before,)*
                }
            }

            pub(super) fn rule(self) -> Rule {
                match self {
                    $(Self::$write => Rule::$rule,)*
                }
            }
        }
    };
}

writes! {
    Set: "Set", "PutItem", Entry, SentAgain;
    SetKeepTtl: "Set", "UpdateItem", Entry, LooksFor;
    SetKeepTtlOfNothing: "Set", "PutItem", Nothing, LooksFor;
    SetReturnPrevious: "Set", "PutItem", Entry, LooksFor;
    SwapAbsent: "CompareAndSet", "PutItem", Nothing, LooksFor;
    SwapPresent: "CompareAndSet", "PutItem", Entry, LooksFor;
    SwapVersion: "CompareAndSet", "PutItem", Entry, PutOfVersion;
    SwapVersionKeepTtl: "CompareAndSet", "UpdateItem", Entry, PutOfVersion;
    SwapForeignVersion: "CompareAndSet", "PutItem", Foreign, LooksFor;
    SwapValue: "CompareAndSet", "PutItem", Entry, LooksFor;
    SwapValueKeepTtl: "CompareAndSet", "UpdateItem", Entry, LooksFor;
    Delete: "Delete", "DeleteItem", Entry, SentAgainReporting;
    DeletePresent: "CompareAndDelete", "DeleteItem", Entry, GivesUp;
    DeleteVersion: "CompareAndDelete", "DeleteItem", Entry, DeleteOfVersion;
    DeleteForeignVersion: "CompareAndDelete", "DeleteItem", Foreign, GivesUp;
    DeleteValue: "CompareAndDelete", "DeleteItem", Entry, GivesUp;
    Expire: "Expire", "UpdateItem", Entry, LooksFor;
    Persist: "Persist", "UpdateItem", Entry, LooksFor;
    Increment: "Increment", "UpdateItem", Counter, LooksFor;
    IncrementNew: "Increment", "PutItem", Nothing, LooksFor;
    IncrementForeign: "Increment", "UpdateItem", Number, LooksFor;
    PutItem: "PutItem", "PutItem", Entry, SentAgain;
    PutItemReturnOld: "PutItem", "PutItem", Entry, LooksFor;
    PutItemIfAbsent: "PutItem", "PutItem", Nothing, LooksFor;
    UpdateItem: "UpdateItem", "UpdateItem", Entry, LooksFor;
    UpdateItemIf: "UpdateItem", "UpdateItem", Entry, LooksFor;
    DeleteItem: "DeleteItem", "DeleteItem", Entry, SentAgainReporting;
    DeleteItemReturnOld: "DeleteItem", "DeleteItem", Entry, GivesUp;
    DeleteItemIf: "DeleteItem", "DeleteItem", Entry, GivesUp;
    BatchSet: "BatchWrite", "BatchWriteItem", Entry, SentAgain;
    BatchSetKeepTtl: "BatchWrite", "UpdateItem", Entry, LooksFor;
    BatchSwapAbsent: "BatchWrite", "PutItem", Nothing, LooksFor;
    BatchSwapPresent: "BatchWrite", "PutItem", Entry, LooksFor;
    BatchSwapVersion: "BatchWrite", "PutItem", Entry, PutOfVersion;
    BatchSwapValue: "BatchWrite", "PutItem", Entry, LooksFor;
    BatchDelete: "BatchWrite", "BatchWriteItem", Entry, SentAgain;
    BatchDeleteReporting: "BatchWrite", "DeleteItem", Entry, SentAgainReporting;
    BatchDeletePresent: "BatchWrite", "DeleteItem", Entry, GivesUp;
    BatchDeleteVersion: "BatchWrite", "DeleteItem", Entry, DeleteOfVersion;
    BatchDeleteValue: "BatchWrite", "DeleteItem", Entry, GivesUp;
    TransactSet: "TransactWrite", "TransactWriteItems", Entry, Token;
    TransactSetAbsent: "TransactWrite", "TransactWriteItems", Nothing, ConditionalToken;
    TransactSetPresent: "TransactWrite", "TransactWriteItems", Entry, Token;
    TransactSetVersion: "TransactWrite", "TransactWriteItems", Entry, ConditionalToken;
    TransactSetValue: "TransactWrite", "TransactWriteItems", Entry, ConditionalToken;
    TransactDelete: "TransactWrite", "TransactWriteItems", Entry, Token;
    TransactDeleteValue: "TransactWrite", "TransactWriteItems", Entry, ConditionalToken;
    TransactPutItem: "TransactWrite", "TransactWriteItems", Entry, Token;
    TransactPutItemIfAbsent: "TransactWrite", "TransactWriteItems", Nothing, ConditionalToken;
    TransactUpdateItem: "TransactWrite", "TransactWriteItems", Counter, ConditionalToken;
    TransactDeleteItem: "TransactWrite", "TransactWriteItems", Entry, Token;
    TransactDeleteItemIf: "TransactWrite", "TransactWriteItems", Entry, Token;
    TransactCheck: "TransactWrite", "TransactWriteItems", Entry, Token;
}

/// A new kind of operation or expectation does not compile until it is here, with its rows.
#[expect(dead_code, reason = "it is only compiled")]
fn rows(
    batch: &pb::batch_write_operation::Kind,
    transact: &pb::transact_write_operation::Kind,
    expected: &pb::expected::Kind,
) -> [&'static [Write]; 3] {
    use Write as W;
    use pb::{batch_write_operation as of_batch, expected as of_expected, transact_write_operation as of_transaction};
    [
        match batch {
            of_batch::Kind::Set(_) => &[W::BatchSet],
            of_batch::Kind::Delete(_) => &[W::BatchDelete],
        },
        match transact {
            of_transaction::Kind::Set(_) => &[W::TransactSet],
            of_transaction::Kind::Delete(_) => &[W::TransactDelete],
            of_transaction::Kind::PutItem(_) => &[W::TransactPutItem],
            of_transaction::Kind::UpdateItem(_) => &[W::TransactUpdateItem],
            of_transaction::Kind::DeleteItem(_) => &[W::TransactDeleteItem],
            of_transaction::Kind::Check(_) => &[W::TransactCheck],
        },
        match expected {
            of_expected::Kind::Absent(_) => &[W::SwapAbsent, W::BatchSwapAbsent, W::TransactSetAbsent],
            of_expected::Kind::Present(_) => &[W::SwapPresent, W::DeletePresent, W::TransactSetPresent],
            of_expected::Kind::Version(_) => &[W::SwapVersion, W::DeleteVersion, W::TransactSetVersion],
            of_expected::Kind::Value(_) => &[W::SwapValue, W::DeleteValue, W::TransactSetValue],
        },
    ]
}

/// Another item of the same transaction.
pub(super) fn tally(key: &str) -> String {
    format!("{key}-tally")
}

impl Write {
    /// The number of calls of the action before the one whose answer is lost.
    pub(super) fn calls_before(self) -> usize {
        usize::from(self.before() == Before::Number)
    }

    pub(super) async fn prepare(self, world: &World, key: &str) {
        match self.before() {
            Before::Nothing => {}
            Before::Entry => drop(world.client.set(key, "before").ttl(Duration::from_mins(1)).await.unwrap()),
            Before::Counter => drop(world.client.increment(key).by(10).await.unwrap()),
            Before::Number => world.put(key, [("val", number(10))]).await,
            Before::Foreign => world.put(key, [("val", binary(b"before")), ("dkv_ver", number(7))]).await,
        }
    }

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

    /// Checks that the item is what the write makes of the one before.
    pub(super) fn assert_written(self, item: Option<&Item>, before: Option<&Item>, case: &str) {
        let value = item.and_then(|item| item.get("val"));
        let of_before = |name| before.and_then(|before| before.get(name));
        let of_item = |name| item.and_then(|item| item.get(name));
        match self {
            Self::Increment | Self::IncrementForeign => assert_eq!(value, Some(&number(11)), "{case}"),
            Self::IncrementNew => assert_eq!(value, Some(&number(1)), "{case}"),
            Self::Expire | Self::Persist => {
                assert_eq!(value, Some(&binary(b"before")), "{case}");
                assert_ne!(of_item("ttl"), of_before("ttl"), "{case}");
            }
            Self::SetKeepTtl | Self::SwapVersionKeepTtl | Self::SwapValueKeepTtl | Self::BatchSetKeepTtl => {
                assert_eq!((value, of_item("ttl")), (Some(&binary(b"ours")), of_before("ttl")), "{case}");
            }
            Self::Delete
            | Self::DeletePresent
            | Self::DeleteVersion
            | Self::DeleteForeignVersion
            | Self::DeleteValue
            | Self::DeleteItem
            | Self::DeleteItemReturnOld
            | Self::DeleteItemIf
            | Self::BatchDelete
            | Self::BatchDeleteReporting
            | Self::BatchDeletePresent
            | Self::BatchDeleteVersion
            | Self::BatchDeleteValue
            | Self::TransactDelete
            | Self::TransactDeleteValue
            | Self::TransactDeleteItem
            | Self::TransactDeleteItemIf => assert_eq!(item, None, "{case}"),
            Self::TransactUpdateItem => assert_eq!(of_item("count"), Some(&number(1)), "{case}"),
            Self::TransactCheck => assert_eq!(item, before, "{case}"),
            Self::Set
            | Self::SetKeepTtlOfNothing
            | Self::SetReturnPrevious
            | Self::SwapAbsent
            | Self::SwapPresent
            | Self::SwapVersion
            | Self::SwapForeignVersion
            | Self::SwapValue
            | Self::PutItem
            | Self::PutItemReturnOld
            | Self::PutItemIfAbsent
            | Self::UpdateItem
            | Self::UpdateItemIf
            | Self::BatchSet
            | Self::BatchSwapAbsent
            | Self::BatchSwapPresent
            | Self::BatchSwapVersion
            | Self::BatchSwapValue
            | Self::TransactSet
            | Self::TransactSetAbsent
            | Self::TransactSetPresent
            | Self::TransactSetVersion
            | Self::TransactSetValue
            | Self::TransactPutItem
            | Self::TransactPutItemIfAbsent => assert_eq!(value, Some(&binary(b"ours")), "{case}"),
        }
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

/// An entry that another program writes.
pub(super) fn of_another() -> [(&'static str, aws_sdk_dynamodb::types::AttributeValue); 3] {
    [("val", binary(b"others")), ("dkv_ver", number(4242)), ("state", string("others"))]
}
