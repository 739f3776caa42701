use futures_util::stream::BoxStream;
use tonic::{Request, Response, Status};

use super::{Repeated, batch_get, caller, log_failures, respond, span_of};
use crate::driver::{Driver, ListKeys};
use crate::model::{CompareAndDelete, CompareAndSet, Increment, Set};
use crate::pb;
use crate::pb::key_value_service_server::KeyValueService;
use crate::wire::OnTable;
use crate::wire::batch::{self, BatchGet, BatchWrite};
use crate::wire::kv::{Delete, Exists, Expire, Persist, Read};
use crate::wire::page::{self, Listing, Paged};
use crate::wire::page_token::PageTokens;
use crate::wire::status::Access;
use crate::wire::transact::{self, TransactGet, TransactWrite};

/// `dynakv.v1.KeyValueService`.
#[derive(Debug, Clone)]
pub struct KeyValue {
    driver: Driver,
    tokens: PageTokens,
}

impl KeyValue {
    /// The service on a driver.
    #[must_use]
    pub fn new(driver: Driver, tokens: PageTokens) -> Self {
        Self { driver, tokens }
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl KeyValueService for KeyValue {
    async fn get(&self, request: Request<pb::GetRequest>) -> Reply<pb::GetResponse> {
        respond(Access::Read, request, |deadline, request| async move {
            let OnTable { table, command: Read { key, consistency } } = request.try_into()?;
            Ok(self.driver.key_values(&table, deadline).await?.get(&key, consistency).await?.into())
        })
        .await
    }

    async fn set(&self, request: Request<pb::SetRequest>) -> Reply<pb::SetResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<Set> { table, command } = request.try_into()?;
            Ok(self.driver.key_values(&table, deadline).await?.set(&command).await?.into())
        })
        .await
    }

    async fn compare_and_set(&self, request: Request<pb::CompareAndSetRequest>) -> Reply<pb::CompareAndSetResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<CompareAndSet> { table, command } = request.try_into()?;
            Ok(self.driver.key_values(&table, deadline).await?.compare_and_set(&command).await?.into())
        })
        .await
    }

    async fn delete(&self, request: Request<pb::DeleteRequest>) -> Reply<pb::DeleteResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<Delete> { table, command } = request.try_into()?;
            let entries = self.driver.key_values(&table, deadline).await?;
            let existed = match command {
                Delete::ReportingExistence(key) => entries.delete(&key).await?,
                Delete::Plain(key) => entries.remove(&key).await.map(|()| false)?,
            };
            Ok(pb::DeleteResponse { existed })
        })
        .await
    }

    async fn compare_and_delete(
        &self,
        request: Request<pb::CompareAndDeleteRequest>,
    ) -> Reply<pb::CompareAndDeleteResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<CompareAndDelete> { table, command } = request.try_into()?;
            Ok(self.driver.key_values(&table, deadline).await?.compare_and_delete(&command).await?.into())
        })
        .await
    }

    async fn exists(&self, request: Request<pb::ExistsRequest>) -> Reply<pb::ExistsResponse> {
        respond(Access::Read, request, |deadline, request| async move {
            let OnTable { table, command: Exists { keys, consistency } } = request.try_into()?;
            let exists = self.driver.key_values(&table, deadline).await?.exists(keys, consistency).await?;
            Ok(pb::ExistsResponse { exists })
        })
        .await
    }

    async fn get_ttl(&self, request: Request<pb::GetTtlRequest>) -> Reply<pb::GetTtlResponse> {
        respond(Access::Read, request, |deadline, request| async move {
            let OnTable { table, command: Read { key, consistency } } = request.try_into()?;
            Ok(self.driver.key_values(&table, deadline).await?.get_ttl(&key, consistency).await?.into())
        })
        .await
    }

    async fn expire(&self, request: Request<pb::ExpireRequest>) -> Reply<pb::ExpireResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable { table, command: Expire { key, ttl, request_id } } = request.try_into()?;
            Ok(self.driver.key_values(&table, deadline).await?.expire(&key, ttl, request_id).await?.into())
        })
        .await
    }

    async fn persist(&self, request: Request<pb::PersistRequest>) -> Reply<pb::PersistResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable { table, command: Persist { key, request_id } } = request.try_into()?;
            Ok(self.driver.key_values(&table, deadline).await?.persist(&key, request_id).await?.into())
        })
        .await
    }

    async fn increment(&self, request: Request<pb::IncrementRequest>) -> Reply<pb::IncrementResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<Increment> { table, command } = request.try_into()?;
            Ok(self.driver.key_values(&table, deadline).await?.increment(&command).await?.into())
        })
        .await
    }

    type BatchGetStream = BoxStream<'static, Result<pb::BatchGetResponse, Status>>;

    async fn batch_get(&self, request: Request<pb::BatchGetRequest>) -> Reply<Self::BatchGetStream> {
        let span = span_of(request.extensions());
        respond(Access::Read, request, |deadline, request| async move {
            let OnTable::<BatchGet> { table, command } = request.try_into()?;
            let key_values = self.driver.key_values(&table, deadline).await?;
            let batch = key_values.batch_get(command.keys, command.consistency, command.wants_capacity);
            batch_get::stream::<pb::BatchGetResponse>(batch, command.wants_capacity, span).await
        })
        .await
    }

    async fn batch_write(&self, request: Request<pb::BatchWriteRequest>) -> Reply<pb::BatchWriteResponse> {
        let is_repeated = request.extensions().get::<Repeated>().is_some();
        let span = span_of(request.extensions());
        respond(Access::Write, request, |deadline, request| async move {
            let OnTable::<BatchWrite> { table, command } = request.try_into()?;
            let BatchWrite { operations, wants_capacity } = command;
            let written =
                self.driver.key_values(&table, deadline).await?.batch_write(operations, wants_capacity).await?;
            span.in_scope(|| log_failures(&written));
            Ok(batch::write_response::<pb::BatchWriteResponse>(written, wants_capacity, is_repeated)?)
        })
        .await
    }

    async fn transact_get(&self, request: Request<pb::TransactGetRequest>) -> Reply<pb::TransactGetResponse> {
        respond(Access::Read, request, |deadline, request| async move {
            let TransactGet { reads, wants_capacity } = request.try_into()?;
            let (snapshots, consumed) = self.driver.transact_get(reads, wants_capacity, deadline).await?;
            Ok(transact::get_response(snapshots, consumed, wants_capacity))
        })
        .await
    }

    async fn transact_write(&self, request: Request<pb::TransactWriteRequest>) -> Reply<pb::TransactWriteResponse> {
        respond(Access::Write, request, |deadline, request| async move {
            let TransactWrite { transaction, wants_capacity } = request.try_into()?;
            let (outcome, consumed) = self.driver.transact_write(transaction, wants_capacity, deadline).await?;
            Ok(transact::write_response(outcome, consumed, wants_capacity))
        })
        .await
    }

    async fn list_keys(&self, request: Request<pb::ListKeysRequest>) -> Reply<pb::ListKeysResponse> {
        let caller = caller(&request);
        respond(Access::Read, request, |deadline, request| async move {
            let Paged::<ListKeys> { table, listing, page } = request.try_into()?;
            let tokens = listing.tokens(&self.tokens, caller.as_deref(), &self.driver.table(&table)?);
            let page = page.into_request(&tokens)?;
            let wants_capacity = page.wants_capacity;
            let page = self.driver.key_values(&table, deadline).await?.list_keys(&listing, page).await?;
            Ok(page::list_keys_response(page, &tokens, wants_capacity)?)
        })
        .await
    }
}
