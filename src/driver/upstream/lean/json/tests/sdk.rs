//! The SDK over a connector that keeps the request and gives a chosen answer.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::{Client, Config, operation};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use tokio::runtime::Runtime;

use super::super::Action;

#[derive(Debug, Clone)]
struct Connector(Arc<Mutex<Exchange>>);

/// The last request, and the next answer.
#[derive(Debug)]
struct Exchange {
    request: Vec<u8>,
    status: u16,
    answer: Vec<u8>,
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut exchange = self.0.lock().unwrap();
        exchange.request = request.body().bytes().unwrap().to_vec();
        let status = StatusCode::try_from(exchange.status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(exchange.answer.clone()))))
    }
}

/// The action as the SDK does it.
pub(super) trait SdkAction: Action<Answer: Clone + PartialEq + std::fmt::Debug> + Clone + Default {
    type Error: std::error::Error + 'static;

    /// With what the SDK has to know to send it at all: the name of a table.
    fn sendable(self) -> Self;

    fn send(self, client: &Client) -> impl Future<Output = Result<Self::Answer, SdkError<Self::Error>>>;
}

macro_rules! actions {
    ($($module:ident::{$input:ident, $error:ident} = $sendable:expr;)*) => {$(
        impl SdkAction for operation::$module::builders::$input {
            type Error = operation::$module::$error;

            fn sendable(self) -> Self {
                let sendable: fn(Self) -> Self = $sendable;
                sendable(self)
            }

            async fn send(self, client: &Client) -> Result<Self::Answer, SdkError<Self::Error>> {
                self.send_with(client).await
            }
        }
    )*};
}

/// The SDK does not send a request for a table without a name.
macro_rules! in_table {
    () => {
        |action| {
            if action.get_table_name().as_ref().is_none_or(|table| table.trim().is_empty()) {
                action.table_name("t")
            } else {
                action
            }
        }
    };
}

actions! {
    batch_get_item::{BatchGetItemInputBuilder, BatchGetItemError} = |it| it;
    batch_write_item::{BatchWriteItemInputBuilder, BatchWriteItemError} = |it| it;
    delete_item::{DeleteItemInputBuilder, DeleteItemError} = in_table!();
    get_item::{GetItemInputBuilder, GetItemError} = in_table!();
    put_item::{PutItemInputBuilder, PutItemError} = in_table!();
    query::{QueryInputBuilder, QueryError} = in_table!();
    scan::{ScanInputBuilder, ScanError} = in_table!();
    transact_get_items::{TransactGetItemsInputBuilder, TransactGetItemsError} = |it| it;
    transact_write_items::{TransactWriteItemsInputBuilder, TransactWriteItemsError} = |it| it;
    update_item::{UpdateItemInputBuilder, UpdateItemError} = in_table!();
}

pub(super) struct Sdk {
    client: Client,
    exchange: Arc<Mutex<Exchange>>,
    runtime: Runtime,
}

impl Sdk {
    pub(super) fn new() -> Self {
        let exchange = Arc::new(Mutex::new(Exchange { request: Vec::new(), status: 200, answer: Vec::new() }));
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .endpoint_url("http://localhost")
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(Connector(Arc::clone(&exchange)))
            .build();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Self { client: Client::from_conf(config), exchange, runtime }
    }

    /// The body of the request.
    pub(super) fn writes<A: SdkAction>(&self, action: A) -> Vec<u8> {
        self.exchange.lock().unwrap().request.clear();
        let _ = self.answer(action, 200, b"{}");
        self.exchange.lock().unwrap().request.clone()
    }

    /// What it reads from the body of a success.
    pub(super) fn reads<A: SdkAction>(&self, body: &[u8]) -> Option<A::Answer> {
        self.answer(A::default().sendable(), 200, body).ok()
    }

    /// The error that it reads from the body of a refusal.
    pub(super) fn refuses<A: SdkAction>(&self, body: &[u8]) -> SdkError<A::Error> {
        self.answer(A::default().sendable(), 400, body).unwrap_err()
    }

    #[expect(clippy::result_large_err, reason = "the error is the SDK's")]
    fn answer<A: SdkAction>(&self, action: A, status: u16, body: &[u8]) -> Result<A::Answer, SdkError<A::Error>> {
        {
            let mut exchange = self.exchange.lock().unwrap();
            exchange.status = status;
            exchange.answer = body.to_vec();
        }
        self.runtime.block_on(action.send(&self.client))
    }
}
