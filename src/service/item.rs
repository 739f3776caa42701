use tonic::{Request, Response, Status};

use super::{answer, caller};
use crate::driver::{Driver, Query, Scan};
use crate::pb;
use crate::pb::item_service_server::ItemService;
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
    async fn get_item(&self, _request: Request<pb::GetItemRequest>) -> Answer<pb::GetItemResponse> {
        Err(Status::unimplemented(""))
    }

    async fn put_item(&self, _request: Request<pb::PutItemRequest>) -> Answer<pb::PutItemResponse> {
        Err(Status::unimplemented(""))
    }

    async fn update_item(&self, _request: Request<pb::UpdateItemRequest>) -> Answer<pb::UpdateItemResponse> {
        Err(Status::unimplemented(""))
    }

    async fn delete_item(&self, _request: Request<pb::DeleteItemRequest>) -> Answer<pb::DeleteItemResponse> {
        Err(Status::unimplemented(""))
    }

    async fn query(&self, request: Request<pb::QueryRequest>) -> Answer<pb::QueryResponse> {
        let caller = caller(&request);
        answer(Access::Read, request, |deadline, request| async move {
            let Paged::<Query> { table, listing, page } = request.try_into()?;
            let tokens = listing.tokens(&self.tokens, caller.as_deref(), self.driver.table(&table)?);
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
            let tokens = listing.tokens(&self.tokens, caller.as_deref(), self.driver.table(&table)?);
            let page = page.opened(&tokens)?;
            let wants_capacity = page.wants_capacity;
            let page = self.driver.scan(&table, &listing, page, deadline).await?;
            Ok(page::scan_response(page, &tokens, wants_capacity)?)
        })
        .await
    }
}
