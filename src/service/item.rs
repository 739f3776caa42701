use tonic::{Request, Response, Status};

use super::answer;
use crate::driver::{Driver, GetItem};
use crate::model::{DeleteItem, ItemCall, PutItem, UpdateItem};
use crate::pb;
use crate::pb::item_service_server::ItemService;
use crate::wire::OnTable;
use crate::wire::item;
use crate::wire::status::Access;

/// `dynakv.v1.ItemService`.
#[derive(Debug, Clone)]
pub struct Items {
    driver: Driver,
}

impl Items {
    /// The service over a driver.
    #[must_use]
    pub fn new(driver: Driver) -> Self {
        Self { driver }
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ItemService for Items {
    async fn get_item(&self, request: Request<pb::GetItemRequest>) -> Answer<pb::GetItemResponse> {
        answer(Access::Read, request, |deadline, request| async move {
            let OnTable::<GetItem> { table, command } = request.try_into()?;
            let (item, consumed) = self.driver.items(&table, deadline).await?.get(&command).await?;
            Ok(item::get_response(item, consumed, command.wants_capacity))
        })
        .await
    }

    async fn put_item(&self, request: Request<pb::PutItemRequest>) -> Answer<pb::PutItemResponse> {
        answer(Access::Write, request, |deadline, request| async move {
            let OnTable::<ItemCall<PutItem, _>> { table, command } = request.try_into()?;
            let wants_capacity = command.wants_capacity;
            let (outcome, consumed) = self.driver.items(&table, deadline).await?.put(command).await?;
            Ok(item::put_response(outcome, consumed, wants_capacity))
        })
        .await
    }

    async fn update_item(&self, request: Request<pb::UpdateItemRequest>) -> Answer<pb::UpdateItemResponse> {
        answer(Access::Write, request, |deadline, request| async move {
            let OnTable::<ItemCall<UpdateItem, _>> { table, command } = request.try_into()?;
            let wants_capacity = command.wants_capacity;
            let (outcome, consumed) = self.driver.items(&table, deadline).await?.update(command).await?;
            Ok(item::update_response(outcome, consumed, wants_capacity))
        })
        .await
    }

    async fn delete_item(&self, request: Request<pb::DeleteItemRequest>) -> Answer<pb::DeleteItemResponse> {
        answer(Access::Write, request, |deadline, request| async move {
            let OnTable::<ItemCall<DeleteItem, _>> { table, command } = request.try_into()?;
            let wants_capacity = command.wants_capacity;
            let (outcome, consumed) = self.driver.items(&table, deadline).await?.delete(command).await?;
            Ok(item::delete_response(outcome, consumed, wants_capacity))
        })
        .await
    }

    async fn query(&self, _request: Request<pb::QueryRequest>) -> Answer<pb::QueryResponse> {
        Err(Status::unimplemented(""))
    }

    async fn scan(&self, _request: Request<pb::ScanRequest>) -> Answer<pb::ScanResponse> {
        Err(Status::unimplemented(""))
    }
}
