use tonic::{Request, Response, Status};

use super::{caller, respond};
use crate::driver::{Driver, GetItem, ItemOutcome, Query, Returned, Scan};
use crate::model::{ItemCall, PutItem, UpdateItem};
use crate::pb;
use crate::pb::item_service_server::ItemService;
use crate::wire::OnTable;
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
