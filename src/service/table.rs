use tonic::{Request, Response, Status};

use crate::driver::Driver;
use crate::pb;
use crate::pb::table_service_server::TableService;

/// `dynakv.v1.TableService`.
#[derive(Debug, Clone)]
pub struct Tables {
    driver: Driver,
}

impl Tables {
    /// The service over a driver.
    #[must_use]
    pub fn new(driver: Driver) -> Self {
        Self { driver }
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl TableService for Tables {
    async fn create_table(&self, _request: Request<pb::CreateTableRequest>) -> Answer<pb::CreateTableResponse> {
        Err(Status::unimplemented(""))
    }

    async fn describe_table(&self, _request: Request<pb::DescribeTableRequest>) -> Answer<pb::DescribeTableResponse> {
        Err(Status::unimplemented(""))
    }

    async fn list_tables(&self, _request: Request<pb::ListTablesRequest>) -> Answer<pb::ListTablesResponse> {
        Err(Status::unimplemented(""))
    }

    async fn enable_ttl(&self, _request: Request<pb::EnableTtlRequest>) -> Answer<pb::EnableTtlResponse> {
        Err(Status::unimplemented(""))
    }

    async fn delete_table(&self, _request: Request<pb::DeleteTableRequest>) -> Answer<pb::DeleteTableResponse> {
        Err(Status::unimplemented(""))
    }
}
