use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tonic::service::interceptor::InterceptedService;

use crate::batch::{BatchOperation, BatchWrite};
use crate::pb::item_service_client::ItemServiceClient;
use crate::pb::key_value_service_client::KeyValueServiceClient;
use crate::pb::table_service_client::TableServiceClient;
use crate::retry::Sender;
use crate::transport::Wire;
use crate::{
    Builder, Call, ConnectError, Credentials, Expected, RetryPolicy, Runtime, TransactOperation, TransactRead, pb,
    point, transact,
};

/// The connection as a tonic service, with the token added to every call and the layers of the builder around it.
pub type Transport = InterceptedService<Wire, Credentials>;

/// The generated stub of `KeyValueService`.
pub type Stub = KeyValueServiceClient<Transport>;

/// The generated stub of `ItemService`.
pub type ItemStub = ItemServiceClient<Transport>;

/// The generated stub of `TableService`.
pub type TableStub = TableServiceClient<Transport>;

/// The largest message that DynaKV sends.
pub(crate) const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// What calls share, as the builder was told.
pub(crate) struct Settings {
    pub(crate) table: String,
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) runtime: Arc<dyn Runtime>,
}

/// A client of one DynaKV service. Cheap to clone; the clones share one connection.
///
/// Each method begins a [`Call`], which may be given options and is sent by `.await`.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    stub: Stub,
    item_stub: ItemStub,
    table: String,
    timeout: Duration,
    sender: Sender,
}

impl Client {
    /// Connects to `host:port`, `http://host:port`, `https://host:port` or `unix:/path`.
    pub async fn connect(address: impl Into<String>) -> Result<Self, ConnectError> {
        Builder::default().address(address).connect().await
    }

    /// Connects to where the environment says; [`Builder::from_env`] lists the variables.
    pub async fn from_env() -> Result<Self, ConnectError> {
        Builder::from_env()?.connect().await
    }

    /// Begins a client with other settings.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(wire: Wire, credentials: Credentials, settings: Settings) -> Self {
        let Settings { table, timeout, retry, runtime } = settings;
        let transport = InterceptedService::new(wire, credentials);
        // No limit on what is sent: the server's refusal names the limit and says that nothing was written.
        let stub = KeyValueServiceClient::new(transport.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        let item_stub = ItemServiceClient::new(transport.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        let sender = Sender::new(retry, runtime);
        Self(Arc::new(Inner { transport, stub, item_stub, table, timeout, sender }))
    }

    /// The generated stub, for what this library does not offer. Its calls have no deadline and are not sent again.
    #[must_use]
    pub fn stub(&self) -> Stub {
        self.0.stub.clone()
    }

    /// The generated stub of `ItemService`, like [`stub`](Self::stub).
    #[must_use]
    pub fn item_stub(&self) -> ItemStub {
        self.0.item_stub.clone()
    }

    /// The generated stub of `TableService`, like [`stub`](Self::stub).
    #[must_use]
    pub fn table_stub(&self) -> TableStub {
        TableServiceClient::new(self.0.transport.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    /// The connection, for the stubs of other services of the same server, such as `grpc.health.v1.Health`.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.0.transport.clone()
    }

    pub(crate) fn sender(&self) -> &Sender {
        &self.0.sender
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.0.timeout
    }

    pub(crate) fn table(&self) -> String {
        self.0.table.clone()
    }

    /// Reads one entry. `None` if there is none.
    pub fn get(&self, key: impl Into<String>) -> Call<pb::GetRequest> {
        self.call(pb::GetRequest { table: self.table(), key: key.into(), consistent_read: false })
    }

    /// Writes one entry, whatever was there, without a TTL unless the call gives one.
    pub fn set(&self, key: impl Into<String>, value: impl Into<Bytes>) -> Call<pb::SetRequest> {
        self.call(pb::SetRequest {
            table: self.table(),
            key: key.into(),
            value: value.into(),
            expiry: None,
            return_previous: false,
            request_id: String::new(),
        })
    }

    /// Writes one entry if it is as expected, in one atomic step. A lost race is the result [`Swap::NotSwapped`].
    ///
    /// If an answer is lost the call is sent again; a write that has happened is then recognised, unless somebody else
    /// has changed the entry in between.
    ///
    /// [`Swap::NotSwapped`]: crate::Swap::NotSwapped
    pub fn compare_and_set(
        &self,
        key: impl Into<String>,
        value: impl Into<Bytes>,
        expected: Expected,
    ) -> Call<pb::CompareAndSetRequest> {
        self.call(pb::CompareAndSetRequest {
            table: self.table(),
            key: key.into(),
            value: value.into(),
            expiry: None,
            expected: Some(expected.into()),
            return_current: false,
            request_id: String::new(),
        })
    }

    /// Deletes one entry, whatever it holds. The result says whether there was one.
    pub fn delete(&self, key: impl Into<String>) -> Call<pb::DeleteRequest> {
        let key = key.into();
        self.call(pb::DeleteRequest { table: self.table(), key, ..pb::DeleteRequest::default() })
    }

    /// Deletes one entry if it is as expected, for example to release a lock that is still one's own.
    ///
    /// Never sent again by itself: a second attempt would find nothing and call it a lost race.
    pub fn compare_and_delete(&self, key: impl Into<String>, expected: Expected) -> Call<pb::CompareAndDeleteRequest> {
        self.call(pb::CompareAndDeleteRequest {
            table: self.table(),
            key: key.into(),
            expected: Some(expected.into()),
            return_current: false,
            request_id: String::new(),
        })
    }

    /// Says of up to 100 keys, in their order, whether they exist.
    pub fn exists<K: Into<String>>(&self, keys: impl IntoIterator<Item = K>) -> Call<pb::ExistsRequest> {
        let keys = keys.into_iter().map(Into::into).collect();
        self.call(pb::ExistsRequest { table: self.table(), keys, consistent_read: false })
    }

    /// Reads when an entry expires.
    pub fn get_ttl(&self, key: impl Into<String>) -> Call<pb::GetTtlRequest> {
        self.call(pb::GetTtlRequest { table: self.table(), key: key.into(), consistent_read: false })
    }

    /// Gives an entry a TTL, or a new one, counted from now: 1 millisecond to 100 years. The value stays.
    pub fn expire(&self, key: impl Into<String>, ttl: Duration) -> Call<pb::ExpireRequest> {
        self.call(pb::ExpireRequest {
            table: self.table(),
            key: key.into(),
            ttl: Some(point::duration(ttl)),
            request_id: String::new(),
        })
    }

    /// Takes the TTL off an entry. The value stays.
    pub fn persist(&self, key: impl Into<String>) -> Call<pb::PersistRequest> {
        self.call(pb::PersistRequest { table: self.table(), key: key.into(), request_id: String::new() })
    }

    /// Adds 1 to a counter, or what the call says, and creates it if it is absent.
    ///
    /// Never sent again by itself: only while nobody else changes the counter would a second attempt count once.
    pub fn increment(&self, key: impl Into<String>) -> Call<pb::IncrementRequest> {
        self.call(pb::IncrementRequest {
            table: self.table(),
            key: key.into(),
            ttl: None,
            delta: None,
            initial: 0,
            request_id: String::new(),
        })
    }

    /// Reads any number of entries. The result says of each key, in their order, what became of it;
    /// [`stream`](Call::stream) gives the answers as they come in.
    ///
    /// Sent in requests of up to 10,000 keys and 16 MiB, one after the other. Each has the time of a call and is retried
    /// like one; a key that failed by itself is not asked for again.
    pub fn batch_get<K: Into<String>>(&self, keys: impl IntoIterator<Item = K>) -> Call<pb::BatchGetRequest> {
        let keys = keys.into_iter().map(Into::into).collect();
        let request = pb::BatchGetRequest { table: self.table(), keys, ..pb::BatchGetRequest::default() };
        self.call(request)
    }

    /// Carries out any number of sets and deletes, and says of each, in their order, what became of it. There is no order
    /// among them, but of several on one key only the last is carried out.
    ///
    /// Sent in requests of up to 10,000 operations and 16 MiB, one after the other, under ids that follow from the
    /// request id of the whole. Each has the time of a call and is retried like one, unless it has a conditional delete; an
    /// operation that failed by itself is not sent again. A request that is refused leaves the others in force.
    pub fn batch_write<O: Into<BatchOperation>>(&self, operations: impl IntoIterator<Item = O>) -> Call<BatchWrite> {
        let operations = operations.into_iter().map(Into::into).collect();
        self.call(BatchWrite { table: self.table(), operations })
    }

    /// Reads up to 100 entries or items, of any tables, as they are at one and the same moment.
    pub fn transact_get<R: Into<TransactRead>>(
        &self,
        reads: impl IntoIterator<Item = R>,
    ) -> Call<pb::TransactGetRequest> {
        self.call(transact::get_request(reads, &self.0.table))
    }

    /// Carries out up to 100 operations on distinct items, of any tables, all or none. A condition that does not hold is
    /// the result [`Transaction::Cancelled`], with a reason for each operation.
    ///
    /// [`Transaction::Cancelled`]: crate::Transaction::Cancelled
    pub fn transact_write<O: Into<TransactOperation>>(
        &self,
        operations: impl IntoIterator<Item = O>,
    ) -> Call<pb::TransactWriteRequest> {
        self.call(transact::write_request(operations, &self.0.table))
    }

    pub(crate) fn call<R>(&self, request: R) -> Call<R> {
        Call::new(self.clone(), request)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("table", &self.0.table).finish_non_exhaustive()
    }
}
