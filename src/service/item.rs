use tonic::{Request, Response, Status};

use crate::driver::Driver;
use crate::pb;
use crate::pb::item_service_server::ItemService;

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

    async fn query(&self, _request: Request<pb::QueryRequest>) -> Answer<pb::QueryResponse> {
        Err(Status::unimplemented(""))
    }

    async fn scan(&self, _request: Request<pb::ScanRequest>) -> Answer<pb::ScanResponse> {
        Err(Status::unimplemented(""))
    }
}
