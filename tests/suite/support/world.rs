use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_sdk_dynamodb::Client as Backend;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use dynakv::config::{Config, Flags, Listen};
use dynakv::driver::transport::{Transport, http_client};
use dynakv::driver::{self, Clock, Connection, Deadline, Driver, Options, Random, Runtime, SystemClock};
use dynakv::embedded::{Engine, Location};
use dynakv::model::{AttributeNames, TableSpec};
use dynakv::server::{self, Listener, Server, backend, dated, startup};
use dynakv_client::{Client, RetryPolicy, Version};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::clock::{EndlessSleep, InstantSleep, TestClock, TestTime};
use super::dynamodb_local::{DynamoDbLocal, unique_name};
use super::faults::{Answer, Faults, body_of, respond};

/// A DynamoDB item.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The names of tables that tests create on demand, with any keys and indexes: see [`World::create`].
const UNMADE: [&str; 3] = ["orders", "readings", "blobs"];

/// A server with its own backend, client, fault injector and stopped clock.
pub(crate) struct World {
    /// A client without retries: tests see every response of the server.
    pub(crate) client: Client,
    /// The client's connection, for calls that the client library would not make.
    pub(crate) channel: Channel,
    pub(crate) clock: Arc<TestClock>,
    /// The driver's sleep: it does not wait, but records the durations.
    pub(crate) sleep: InstantSleep,
    pub(crate) faults: Faults,
    /// The default table's name in DynamoDB.
    pub(crate) table: String,
    /// Whether requests may name any table, as on the embedded engine, or only configured ones.
    pub(crate) has_any_table: bool,
    pub(super) other: String,
    /// Configured tables that tests create on demand, with their physical names.
    pub(super) unmade: HashMap<&'static str, String>,
    pub(super) backend: Backend,
    _serving: oneshot::Sender<()>,
    _folder: Option<TempDir>,
}

/// Another program on the same table.
#[derive(Clone)]
pub(crate) struct Writer {
    backend: Backend,
    table: String,
}

impl Writer {
    pub(crate) async fn put<'a>(&self, key: &str, fields: impl IntoIterator<Item = (&'a str, AttributeValue)>) {
        let mut item: Item = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        item.insert("pk".to_owned(), string(key));
        self.put_item(item).await;
    }

    pub(crate) async fn put_item(&self, item: Item) {
        self.backend.put_item().table_name(&self.table).set_item(Some(item)).send().await.unwrap();
    }

    pub(crate) async fn delete(&self, key: &str) {
        self.backend.delete_item().table_name(&self.table).key("pk", string(key)).send().await.unwrap();
    }

    /// The stored item.
    pub(crate) async fn item(&self, key: &str) -> Option<Item> {
        let request = self.backend.get_item().table_name(&self.table).key("pk", string(key)).consistent_read(true);
        request.send().await.unwrap().item
    }
}

/// The time of a world, and what else differs from the usual one.
struct Setting {
    time: TestTime,
    runtime: Runtime,
    /// Further names of the default table.
    names: &'static [&'static str],
    /// A clock that the driver uses instead of the stopped one. It sees the dates of answers.
    clock: Option<Arc<SystemClock>>,
}

impl Setting {
    fn new() -> Self {
        let time = TestTime::new();
        Self { runtime: time.runtime(), time, names: &[], clock: None }
    }

    fn with_runtime(change: impl FnOnce(Runtime) -> Runtime) -> Self {
        let setting = Self::new();
        Self { runtime: change(setting.runtime), ..setting }
    }

    fn with_endless_sleep() -> Self {
        let setting = Self::new();
        let sleep = SharedAsyncSleep::new(EndlessSleep(setting.time.sleep.clone()));
        Self { runtime: Runtime { sleep, ..setting.runtime }, ..setting }
    }
}

#[derive(Debug)]
struct FullJitter;

impl Random for FullJitter {
    fn fraction(&self) -> f64 {
        1.0
    }
}

impl World {
    pub(crate) async fn embedded_in_memory() -> Self {
        Self::embedded(&Location::Memory, Setting::new(), None).await
    }

    /// Retry pauses have their maximum length. None of them takes time.
    pub(crate) async fn with_full_pauses() -> Self {
        let setting = Setting::with_runtime(|runtime| Runtime { random: Arc::new(FullJitter), ..runtime });
        Self::embedded(&Location::Memory, setting, None).await
    }

    /// Waits have no timeout, and retry pauses take no time.
    pub(crate) async fn with_endless_patience() -> Self {
        Self::embedded(&Location::Memory, Setting::with_endless_sleep(), None).await
    }

    /// Waits have no timeout, retry pauses never end, and the default table has a second name, `alias`.
    pub(crate) async fn with_endless_pauses() -> Self {
        let setting = Setting::with_endless_sleep();
        let runtime = Runtime { random: Arc::new(FullJitter), ..setting.runtime };
        Self::embedded(&Location::Memory, Setting { runtime, names: &["alias"], ..setting }, None).await
    }

    /// The driver judges expiry by this clock, which sees the dates of answers.
    pub(crate) async fn with_clock(clock: Arc<SystemClock>) -> Self {
        let time = Arc::clone(&clock);
        let setting = Setting::with_runtime(|runtime| Runtime { clock: time, ..runtime });
        Self::embedded(&Location::Memory, Setting { clock: Some(clock), ..setting }, None).await
    }

    pub(crate) async fn embedded_on_disk() -> Self {
        let folder = TempDir::new().unwrap();
        Self::embedded(&Location::Folder(folder.path().join("data")), Setting::new(), Some(folder)).await
    }

    async fn embedded(location: &Location, setting: Setting, folder: Option<TempDir>) -> Self {
        let engine = Engine::open(location).unwrap();
        let behind = engine.connection();
        let connect = |transport| Connection::lean(&backend::nominal(None), transport);
        Self::start(engine.transport(), connect, behind, Some(engine), setting, folder).await
    }

    /// The embedded engine, with the AWS SDK instead of the lean client.
    pub(crate) async fn through_the_sdk() -> Self {
        let engine = Engine::open(&Location::Memory).unwrap();
        let connect = |transport| {
            let config = backend::nominal(None).into_builder().http_client(http_client(transport));
            Connection::sdk(&config.build())
        };
        Self::start(engine.transport(), connect, engine.connection(), Some(engine), Setting::new(), None).await
    }

    pub(crate) async fn dynamodb_local() -> Self {
        let local = DynamoDbLocal::shared().await;
        let connect = |transport| local.connection(transport);
        Self::start(local.network(), connect, connect(local.network()), None, Setting::new(), None).await
    }

    async fn start(
        transport: Arc<dyn Transport>,
        connect: impl Fn(Arc<dyn Transport>) -> Connection,
        behind: Connection,
        engine: Option<Engine>,
        setting: Setting,
        folder: Option<TempDir>,
    ) -> Self {
        let Setting { time, runtime, names, clock } = setting;
        let (transport, faults) = Faults::wrap(transport);
        let (table, other) = (unique_name("entries"), unique_name("other"));
        let tables = vec![
            TableSpec { physical_name: table.clone(), ..TableSpec::named("entries") },
            TableSpec {
                physical_name: other.clone(),
                attributes: AttributeNames { key: "id".into(), value: "v".into(), ..AttributeNames::default() },
                ..TableSpec::named("other")
            },
        ];
        // Tables are created without the fault injector, so that it counts only the test's calls.
        let backend = behind.client().clone();
        let maker = Driver::new(behind, tables.clone(), Runtime::system());
        for table in &tables {
            maker.ensure_table(&table.name, Deadline::after(dynakv::driver::DEFAULT_TIMEOUT)).await.unwrap();
        }
        let unmade = UNMADE.map(|name| (name, unique_name(name)));
        let unmade_spec =
            |(name, physical): &(&str, String)| TableSpec { physical_name: physical.clone(), ..TableSpec::named(name) };
        let alias = |name: &&str| TableSpec { physical_name: table.clone(), ..TableSpec::named(name) };
        let tables = tables.into_iter().chain(unmade.iter().map(unmade_spec)).chain(names.iter().map(alias)).collect();
        let has_any_table = engine.is_some();
        let backend_kind = if has_any_table { driver::Backend::Embedded } else { driver::Backend::DynamoDb };
        let options = Options { backend: backend_kind, ..Options::from(runtime) };
        let transport = match clock {
            Some(clock) => dated(transport, clock),
            None => transport,
        };
        let driver = Driver::new(connect(transport), tables, options);
        let (serving, channel) = serve(driver, engine).await;
        await_readiness(channel.clone()).await;
        faults.reset_counts();
        let client = Client::builder().retry(RetryPolicy::none()).over(channel.clone()).unwrap();
        let TestTime { clock, sleep } = time;
        let unmade = unmade.into();
        Self {
            client,
            channel,
            clock,
            sleep,
            faults,
            table,
            has_any_table,
            other,
            unmade,
            backend,
            _serving: serving,
            _folder: folder,
        }
    }

    /// Another program on the default table.
    pub(crate) fn writer(&self) -> Writer {
        Writer { backend: self.backend.clone(), table: self.table.clone() }
    }

    /// Stores an item as another program would.
    pub(crate) async fn put<'a>(&self, key: &str, fields: impl IntoIterator<Item = (&'a str, AttributeValue)>) {
        self.writer().put(key, fields).await;
    }

    pub(crate) async fn put_item(&self, item: Item) {
        self.writer().put_item(item).await;
    }

    /// The stored item.
    pub(crate) async fn item(&self, key: &str) -> Option<Item> {
        self.stored(&self.table, "pk", key).await
    }

    /// The item of the table named `other`, whose attributes have other names.
    pub(crate) async fn item_of_other(&self, key: &str) -> Option<Item> {
        self.stored(&self.other, "id", key).await
    }

    async fn stored(&self, table: &str, attribute: &str, key: &str) -> Option<Item> {
        let request = self.backend.get_item().table_name(table).key(attribute, string(key)).consistent_read(true);
        request.send().await.unwrap().item
    }

    /// The version that Get shows.
    pub(crate) async fn version(&self, key: &str) -> Version {
        self.client.get(key).consistent().await.unwrap().unwrap().version.unwrap()
    }

    /// Milliseconds of the driver's clock.
    pub(crate) fn millis(&self) -> i64 {
        self.clock.now()
    }

    /// Whole seconds of the driver's clock.
    pub(crate) fn seconds(&self) -> i64 {
        self.clock.now().div_euclid(1000)
    }

    /// Changes a successful answer of DynamoDB.
    pub(crate) async fn amend(answer: Answer, change: impl FnOnce(&mut Value)) -> Answer {
        let mut json: Value = serde_json::from_slice(&body_of(answer?).await).unwrap();
        change(&mut json);
        Ok(respond(200, json.to_string()))
    }
}

/// Runs a server on a free port until the sender is dropped.
async fn serve(driver: Driver, engine: Option<Engine>) -> (oneshot::Sender<()>, Channel) {
    // A single probe at the start, so that no other can be counted or hit by a fault.
    let settings = [("DYNAKV__HEALTH__PROBE_PERIOD", "1h"), ("DYNAKV__ALLOW_DELETE_TABLE", "true")];
    let environment: BTreeMap<_, _> = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let config = Config::load(&Flags::default(), &environment).unwrap();
    let listener = Listener::bind(&Listen::Tcp(([127, 0, 0, 1], 0).into())).await.unwrap();
    let address = listener.address().unwrap();
    let (serving, stop) = oneshot::channel();
    let page_tokens = startup::page_tokens(&config.page_tokens, engine.as_ref()).unwrap();
    let server = Server::new(&config, driver, engine, page_tokens, Runtime::system());
    tokio::spawn(async move {
        server::run(server, listener, async { drop(stop.await) }).await.unwrap();
    });
    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    (serving, channel)
}

async fn await_readiness(channel: Channel) {
    let service = "dynakv.v1.KeyValueService".to_owned();
    let watch = HealthClient::new(channel).watch(HealthCheckRequest { service }).await;
    let mut changes = watch.unwrap().into_inner();
    while changes.message().await.unwrap().unwrap().status() != ServingStatus::Serving {}
}

pub(crate) fn binary(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

pub(crate) fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

#[allow(clippy::needless_pass_by_value, reason = "numbers and literals alike")]
pub(crate) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
