//! The health service, as an orchestrator and a load balancer use it.

use dynakv_client::{Client, Code, Transport};
use tonic::Streaming;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::binary::{Proxy, Serve, make_table};

pub(super) const SERVICE: &str = "dynakv.v1.KeyValueService";
const SERVICES: [&str; 3] = [SERVICE, "dynakv.v1.ItemService", "dynakv.v1.TableService"];

pub(super) struct Health(HealthClient<Transport>);

impl Health {
    pub(super) fn of(client: &Client) -> Self {
        Self(HealthClient::new(client.transport()))
    }

    pub(super) async fn check(&mut self, service: &str) -> Result<ServingStatus, tonic::Status> {
        let request = HealthCheckRequest { service: service.to_owned() };
        Ok(self.0.check(request).await?.into_inner().status())
    }

    pub(super) async fn watch(&mut self, service: &str) -> Streaming<HealthCheckResponse> {
        let request = HealthCheckRequest { service: service.to_owned() };
        self.0.watch(request).await.unwrap().into_inner()
    }
}

pub(super) async fn until(watch: &mut Streaming<HealthCheckResponse>, status: ServingStatus) {
    while watch.message().await.unwrap().unwrap().status() != status {}
}

#[tokio::test]
async fn the_service_follows_the_backend_and_the_process_does_not() {
    let (proxy, table) = (Proxy::start().await, make_table().await);
    let server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    let client = server.client().await;
    let mut health = Health::of(&client);
    let mut watch = health.watch(SERVICE).await;
    until(&mut watch, ServingStatus::Serving).await;
    client.set("key", "value").await.unwrap();

    proxy.unplug();
    for service in SERVICES {
        until(&mut health.watch(service).await, ServingStatus::NotServing).await;
    }
    until(&mut watch, ServingStatus::NotServing).await;
    assert_eq!(health.check("").await.unwrap(), ServingStatus::Serving);
    let ran = server.cli().run(&format!("health {SERVICE}")).await;
    ran.is(1, "NOT_SERVING\n", "the service does not serve\n");

    proxy.plug_in();
    until(&mut watch, ServingStatus::Serving).await;
    for service in SERVICES {
        until(&mut health.watch(service).await, ServingStatus::Serving).await;
    }
    assert_eq!(client.get("key").await.unwrap().unwrap().text(), Some("value"));
    server.logs("not ready").await;
}

#[tokio::test]
async fn a_backend_out_of_reach_at_the_start_is_waited_for() {
    let (proxy, table) = (Proxy::start().await, make_table().await);
    proxy.unplug();
    let server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
    let warning = format!("the table {table:?} could not be checked: ");
    server.logs(&warning).await;
    let client = server.client().await;
    let mut health = Health::of(&client);
    assert_eq!(health.check(SERVICE).await.unwrap(), ServingStatus::NotServing);
    assert_eq!(health.check("").await.unwrap(), ServingStatus::Serving);

    let mut watch = health.watch(SERVICE).await;
    proxy.plug_in();
    until(&mut watch, ServingStatus::Serving).await;
    client.set("key", "value").await.unwrap();
}

#[tokio::test]
async fn a_service_that_nobody_offers_is_not_found() {
    let server = Serve::in_memory().start().await;
    let mut health = Health::of(&server.client().await);
    assert_eq!(health.check("dynakv.v1.NoSuchService").await.unwrap_err().code(), Code::NotFound);
}
