//! The writes of the matrix. Each kind of write is one row: without a row, or without an arm in each `match`, it does not
//! compile. Its call is in `send`.

use std::time::Duration;

use dynakv_client::pb;

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
    DeleteOmitExisted: "Delete", "DeleteItem", Entry, SentAgain;
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
    DeleteItemOmitExisted: "DeleteItem", "DeleteItem", Entry, SentAgain;
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
    BatchPutItem: "BatchWriteItems", "BatchWriteItem", Entry, SentAgain;
    BatchPutItemIfAbsent: "BatchWriteItems", "PutItem", Nothing, LooksFor;
    BatchDeleteItem: "BatchWriteItems", "BatchWriteItem", Entry, SentAgain;
    BatchDeleteItemReporting: "BatchWriteItems", "DeleteItem", Entry, SentAgainReporting;
    BatchDeleteItemIf: "BatchWriteItems", "DeleteItem", Entry, GivesUp;
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
    items: &pb::batch_write_items_operation::Kind,
    transact: &pb::transact_write_operation::Kind,
    expected: &pb::expected::Kind,
) -> [&'static [Write]; 4] {
    use Write as W;
    use pb::{
        batch_write_items_operation as of_items, batch_write_operation as of_batch, expected as of_expected,
        transact_write_operation as of_transaction,
    };
    [
        match batch {
            of_batch::Kind::Set(_) => &[W::BatchSet],
            of_batch::Kind::Delete(_) => &[W::BatchDelete],
        },
        match items {
            of_items::Kind::PutItem(_) => &[W::BatchPutItem],
            of_items::Kind::DeleteItem(_) => &[W::BatchDeleteItem],
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

impl Write {
    /// Whether it writes another item beside the entry: its [`tally`].
    pub(super) fn has_tally(self) -> bool {
        self.action() == "TransactWriteItems"
    }

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
            | Self::DeleteOmitExisted
            | Self::DeletePresent
            | Self::DeleteVersion
            | Self::DeleteForeignVersion
            | Self::DeleteValue
            | Self::DeleteItem
            | Self::DeleteItemOmitExisted
            | Self::DeleteItemReturnOld
            | Self::DeleteItemIf
            | Self::BatchDelete
            | Self::BatchDeleteReporting
            | Self::BatchDeletePresent
            | Self::BatchDeleteVersion
            | Self::BatchDeleteValue
            | Self::BatchDeleteItem
            | Self::BatchDeleteItemReporting
            | Self::BatchDeleteItemIf
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
            | Self::BatchPutItem
            | Self::BatchPutItemIfAbsent
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

/// Another item of the same transaction.
pub(super) fn tally(key: &str) -> String {
    format!("{key}-tally")
}

/// An entry that another program writes.
pub(super) fn of_another() -> [(&'static str, aws_sdk_dynamodb::types::AttributeValue); 3] {
    [("val", binary(b"others")), ("dkv_ver", number(4242)), ("state", string("others"))]
}
