//! Changes of tables with lost responses or at the wrong time.

use dynakv_client::{Code, Error, Reason, TimeToLive};

use crate::support::World;
use crate::support::faults::{Fault, What, When};

const LOSSES: [What; 5] = [What::Status500, What::Reset, What::Timeout, What::Garbage, What::Truncated];

const fn refusal(code: &'static str) -> What {
    What::Error { status: 400, code, message: "as DynamoDB says" }
}

async fn world_without_other() -> World {
    let world = World::embedded_in_memory().await;
    world.client.delete_table("other").await.unwrap();
    world
}

/// A second attempt finds the table of the first one, which does not prove who created it.
#[tokio::test]
pub(super) async fn a_table_that_may_be_ours_is_not_said_to_exist() {
    for what in LOSSES {
        let world = world_without_other().await;
        world.faults.inject(Fault::new("CreateTable", When::After, what.clone()));
        let error = world.client.create_table().table("other").await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{what:?}: {error}");
        assert_eq!((error.code(), error.reason()), (Some(Code::Unknown), Some(&Reason::OutcomeUnknown)), "{what:?}");
        assert!(world.client.describe_table().table("other").await.unwrap().is_active());
    }
}

#[tokio::test]
async fn a_table_is_made_at_the_second_attempt() {
    for what in [What::ConnectRefused, refusal("LimitExceededException"), What::Reset] {
        let world = world_without_other().await;
        world.faults.inject(Fault::new("CreateTable", When::Before, what.clone()));
        world.client.create_table().table("other").await.unwrap();
        world.client.set("key", "value").table("other").await.unwrap();
    }
}

#[tokio::test]
pub(super) async fn a_table_that_may_be_gone_is_not_said_to_be_missing() {
    for what in LOSSES {
        let world = World::embedded_in_memory().await;
        world.faults.inject(Fault::new("DeleteTable", When::After, what.clone()));
        let error = world.client.delete_table("other").await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{what:?}: {error}");
        let described = world.client.describe_table().table("other").await;
        assert_eq!(described.unwrap_err().reason(), Some(&Reason::TableNotFound), "{what:?}");
    }
}

/// A second attempt would delete the table that another caller has created since then.
#[tokio::test]
async fn a_table_is_deleted_once() {
    for when in [When::Before, When::After] {
        let world = World::embedded_in_memory().await;
        let client = world.client.clone();
        world.faults.inject(Fault::new("DeleteTable", when, What::Reset).between(move || {
            let client = client.clone();
            async move {
                if when == When::After {
                    client.create_table().table("other").await.unwrap();
                }
            }
        }));
        let error = world.client.delete_table("other").await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{when:?}: {error}");
        assert!(world.client.describe_table().table("other").await.unwrap().is_active(), "{when:?}");
        assert_eq!(world.faults.calls("DeleteTable"), 1, "{when:?}");
    }
}

/// The table shows what the lost response would have said.
#[tokio::test]
pub(super) async fn ttl_is_enabled_although_the_answer_is_lost() {
    for what in LOSSES {
        let world = world_without_other().await;
        world.client.create_table().table("other").await.unwrap();
        world.faults.inject(Fault::new("UpdateTimeToLive", When::After, what.clone()).times(usize::MAX));
        let ttl = world.client.enable_ttl().table("other").await.unwrap();
        assert_eq!(ttl, TimeToLive::Enabled { attribute: "ttl".into() }, "{what:?}");
    }
}

#[tokio::test]
async fn ttl_that_cannot_be_changed_now_is_said_so() {
    let world = world_without_other().await;
    world.client.create_table().table("other").await.unwrap();
    for code in ["ValidationException", "ResourceInUseException"] {
        world.faults.inject(Fault::new("UpdateTimeToLive", When::Before, refusal(code)));
        let error = world.client.enable_ttl().table("other").await.unwrap_err();
        assert_eq!((error.code(), error.reason()), (Some(Code::FailedPrecondition), Some(&Reason::TableNotActive)));
    }
    // The table is created in any case.
    world.client.delete_table("other").await.unwrap();
    world.faults.inject(Fault::new("UpdateTimeToLive", When::Before, refusal("ResourceInUseException")));
    let created = world.client.create_table().table("other").enable_ttl().await.unwrap();
    assert_eq!(created.time_to_live, TimeToLive::Disabled);
}

/// In AWS a new table may be invisible for a moment, and not every role has permission for TTL.
#[tokio::test]
async fn what_dynamodb_does_not_say_is_no_failure() {
    let world = world_without_other().await;
    world.faults.inject(Fault::new("DescribeTable", When::Before, refusal("ResourceNotFoundException")));
    let created = world.client.create_table().table("other").sort_key("sk").await.unwrap();
    assert_eq!((created.status.as_str(), created.sort_key), ("CREATING", Some("sk".into())));

    world.faults.inject(Fault::new("DescribeTimeToLive", When::Before, refusal("AccessDeniedException")));
    assert_eq!(world.client.describe_table().await.unwrap().time_to_live, TimeToLive::Unknown);
}

#[tokio::test]
async fn what_the_role_may_not_do_is_said_so() {
    let world = world_without_other().await;
    for action in ["CreateTable", "DescribeTable", "UpdateTimeToLive", "DeleteTable", "ListTables"] {
        world.faults.inject(Fault::new(action, When::Before, refusal("AccessDeniedException")).times(usize::MAX));
    }
    let errors: [Error; 4] = [
        world.client.create_table().table("other").await.unwrap_err(),
        world.client.describe_table().await.unwrap_err(),
        world.client.delete_table("other").await.unwrap_err(),
        world.client.list_tables().await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.reason(), Some(&Reason::BackendAccessDenied), "{error}");
    }
}
