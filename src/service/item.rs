use futures_util::stream::BoxStream;
use tonic::{Request, Response, Status};

use super::{Repeated, batch_get, caller, log_failures, respond, span_of};
use crate::driver::{BatchGetItems, BatchWriteItems, Driver, GetItem, ItemOutcome, Query, Returned, Scan};
use crate::model::{ItemCall, PutItem, UpdateItem};
use crate::pb;
use crate::pb::item_service_server::ItemService;
use crate::wire::OnTable;
use crate::wire::batch;
use crate::wire::item::{self, ItemDelete};
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
    /// The service on a driver.
    #[must_use]
    pub fn new(driver: Driver, tokens: PageTokens) -> Self {
        Self { driver, tokens }
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ItemService for Items {
    async fn get_item(&self, request: Request<pb::GetItemRequest>) -> Reply<pb::GetItemResponse> {
        respond(Access::Read, request, |deadline, request| async move {
            let OnTable::<GetItem> { table, command } = request.try_into()?;
            let (item, consumed) = self.driver.items(&table, deadline).await?.get(&command).await?;
            Ok(item::get_response(item, consumed, command.wants_capacity))
        })
        .await
    }

    async fn put_item(&self, request: Request<pb::PutItemRequest>) -> Reply<pb::PutItemResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<ItemCall<PutItem, _>> { table, command } = request.try_into()?;
            let wants_capacity = command.wants_capacity;
            let (outcome, consumed) = self.driver.items(&table, deadline).await?.put(command).await?;
            Ok(item::put_response(outcome, consumed, wants_capacity))
        })
        .await
    }

    async fn update_item(&self, request: Request<pb::UpdateItemRequest>) -> Reply<pb::UpdateItemResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<ItemCall<UpdateItem, _>> { table, command } = request.try_into()?;
            let wants_capacity = command.wants_capacity;
            let (outcome, consumed) = self.driver.items(&table, deadline).await?.update(command).await?;
            Ok(item::update_response(outcome, consumed, wants_capacity))
        })
        .await
    }

    async fn delete_item(&self, request: Request<pb::DeleteItemRequest>) -> Reply<pb::DeleteItemResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<ItemDelete> { table, command } = request.try_into()?;
            let items = self.driver.items(&table, deadline).await?;
            Ok(match command {
                ItemDelete::Reporting(call) => {
                    let wants_capacity = call.wants_capacity;
                    let (outcome, consumed) = items.delete(call).await?;
                    item::delete_response(outcome, consumed, wants_capacity)
                }
                ItemDelete::Plain(remove) => {
                    let wants_capacity = remove.wants_capacity;
                    let consumed = items.remove(remove).await?;
                    let outcome = ItemOutcome::Applied(false, Returned::Nothing);
                    item::delete_response(outcome, consumed, wants_capacity)
                }
            })
        })
        .await
    }

    type BatchGetItemsStream = BoxStream<'static, Result<pb::BatchGetItemsResponse, Status>>;

    async fn batch_get_items(&self, request: Request<pb::BatchGetItemsRequest>) -> Reply<Self::BatchGetItemsStream> {
        let span = span_of(request.extensions());
        respond(Access::Read, request, |deadline, request| async move {
            let get: BatchGetItems = request.try_into()?;
            let wants_capacity = get.wants_capacity;
            let batch = self.driver.batch_get_items_as(get, deadline).await?;
            batch_get::stream::<pb::BatchGetItemsResponse>(batch, wants_capacity, span).await
        })
        .await
    }

    async fn batch_write_items(
        &self,
        request: Request<pb::BatchWriteItemsRequest>,
    ) -> Reply<pb::BatchWriteItemsResponse> {
        let is_repeated = request.extensions().get::<Repeated>().is_some();
        let span = span_of(request.extensions());
        respond(Access::Write, request, |deadline, request| async move {
            let write: BatchWriteItems = request.try_into()?;
            let wants_capacity = write.wants_capacity;
            let written = self.driver.batch_write_items(write, deadline).await?;
            span.in_scope(|| log_failures(&written));
            Ok(batch::write_response::<pb::BatchWriteItemsResponse>(written, wants_capacity, is_repeated)?)
        })
        .await
    }

    async fn query(&self, request: Request<pb::QueryRequest>) -> Reply<pb::QueryResponse> {
        let caller = caller(&request);
        respond(Access::Read, request, |deadline, request| async move {
            let Paged::<Query> { table, listing, page } = request.try_into()?;
            let tokens = listing.tokens(&self.tokens, caller.as_deref(), &self.driver.table(&table)?);
            let page = page.into_request(&tokens)?;
            let wants_capacity = page.wants_capacity;
            let page = self.driver.query_as(&table, &listing, page, deadline).await?;
            Ok(page::query_response(page, &tokens, wants_capacity)?)
        })
        .await
    }

    async fn scan(&self, request: Request<pb::ScanRequest>) -> Reply<pb::ScanResponse> {
        let caller = caller(&request);
        respond(Access::Read, request, |deadline, request| async move {
            let Paged::<Scan> { table, listing, page } = request.try_into()?;
            let tokens = listing.tokens(&self.tokens, caller.as_deref(), &self.driver.table(&table)?);
            let page = page.into_request(&tokens)?;
            let wants_capacity = page.wants_capacity;
            let page = self.driver.scan_as(&table, &listing, page, deadline).await?;
            Ok(page::scan_response(page, &tokens, wants_capacity)?)
        })
        .await
    }
}
