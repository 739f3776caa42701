use tonic::{Request, Response, Status};

use super::{answer, caller};
use crate::driver::{Driver, GetItem, Query, Scan};
use crate::model::{DeleteItem, ItemCall, PutItem, UpdateItem};
use crate::pb;
use crate::pb::item_service_server::ItemService;
use crate::wire::OnTable;
use crate::wire::item;
use crate::wire::page::{self, Listing, Paged};
use crate::wire::page_token::PageTokens;
use crate::wire::status::Access;

/// `dynakv.v1.ItemService`.
#[derive(Debug, Clone)]
pub struct Items {
    driver: Driver,
    tokens: PageTokens,
}

impl Items {
    /// The service over a driver.
    #[must_use]
    pub fn new(driver: Driver, tokens: PageTokens) -> Self {
        Self { driver, tokens }
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

    async fn query(&self, request: Request<pb::QueryRequest>) -> Answer<pb::QueryResponse> {
        let caller = caller(&request);
        answer(Access::Read, request, |deadline, request| async move {
            let Paged::<Query> { table, listing, page } = request.try_into()?;
            let tokens = listing.tokens(&self.tokens, caller.as_deref(), &self.driver.table(&table)?);
            let page = page.opened(&tokens)?;
            let wants_capacity = page.wants_capacity;
            let page = self.driver.query(&table, &listing, page, deadline).await?;
            Ok(page::query_response(page, &tokens, wants_capacity)?)
        })
        .await
    }

    async fn scan(&self, request: Request<pb::ScanRequest>) -> Answer<pb::ScanResponse> {
        let caller = caller(&request);
        answer(Access::Read, request, |deadline, request| async move {
            let Paged::<Scan> { table, listing, page } = request.try_into()?;
            let tokens = listing.tokens(&self.tokens, caller.as_deref(), &self.driver.table(&table)?);
            let page = page.opened(&tokens)?;
            let wants_capacity = page.wants_capacity;
            let page = self.driver.scan(&table, &listing, page, deadline).await?;
            Ok(page::scan_response(page, &tokens, wants_capacity)?)
        })
        .await
    }
}
