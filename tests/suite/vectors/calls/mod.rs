//! The calls: converts arguments to options of the library, and results to documents.
#![allow(
    clippy::redundant_closure_for_method_calls,
    reason = "many types have options of the same name; a closure need not say of which type it is"
)]

mod batches;
mod entries;
mod item_batches;
mod items;
mod pages;
mod tables;
mod transactions;

use std::time::Duration;

use dynakv_client::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use dynakv_client::{Call, Client, Error, Uuid};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::document;
use super::file::Step;
use super::native::duration;

/// The document of the result, or that of the error.
type Outcome = Result<Json, Json>;

/// Options of all kinds of calls.
#[derive(Default)]
pub(super) struct Options {
    timeout: Option<Duration>,
    fault: Option<AsciiMetadataValue>,
    table: Option<String>,
    request_id: Option<Uuid>,
}

impl Options {
    pub(super) fn new(step: &Step) -> Result<Self, String> {
        let timeout = step.timeout.as_deref().map(|text| duration(text).ok_or("the timeout is no duration"));
        let faults: Vec<String> = step
            .fault
            .iter()
            .map(|fault| {
                fault.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect::<Vec<_>>().join(";")
            })
            .collect();
        let header = || format!("id={}|{}", Uuid::new_v4(), faults.join("|"));
        let fault = (!faults.is_empty()).then(|| header().parse().map_err(|_| "the fault is no metadata"));
        Ok(Self { timeout: timeout.transpose()?, fault: fault.transpose()?, ..Self::default() })
    }

    fn on<R>(&self, call: Call<R>) -> Call<R> {
        call.with(self.timeout, Call::timeout).with(self.fault.clone(), |call, fault| {
            call.metadata(AsciiMetadataKey::from_static("dynakv-test-fault"), fault)
        })
    }

    /// Removes common options from the arguments.
    fn take(&mut self, args: &mut Json) -> Result<(), String> {
        let mut text = |key: &str| match args.as_object_mut().and_then(|args| args.remove(key)) {
            Some(Json::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("{key} is {other}")),
            None => Ok(None),
        };
        self.table = text("table")?;
        self.request_id =
            text("request_id")?.map(|id| id.parse().map_err(|_| "the request id is no UUID")).transpose()?;
        Ok(())
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// Optional options.
trait With: Sized {
    fn with<T>(self, given: Option<T>, set: impl FnOnce(Self, T) -> Self) -> Self {
        match given {
            Some(given) => set(self, given),
            None => self,
        }
    }

    fn when(self, is: bool, set: impl FnOnce(Self) -> Self) -> Self {
        if is { set(self) } else { self }
    }
}

impl<T> With for T {}

/// With the options of a call on one table.
macro_rules! on_table {
    ($options:expr, $call:expr) => {
        $options.on($call).with($options.table.clone(), |call, table| call.table(table))
    };
}

/// With the options of a write on one table.
macro_rules! write {
    ($options:expr, $call:expr) => {
        on_table!($options, $call).with($options.request_id, |call, id| call.request_id(id))
    };
}

use {on_table, write};

fn parse<T: DeserializeOwned>(args: Json) -> Result<T, String> {
    serde_json::from_value(args).map_err(|error| format!("the arguments are not understood: {error}"))
}

fn outcome<T>(result: Result<T, Error>, document: impl FnOnce(T) -> Json) -> Outcome {
    result.map(document).map_err(|error| document::error(&error))
}

pub(super) async fn send(client: &Client, call: &str, mut args: Json, mut options: Options) -> Result<Outcome, String> {
    options.take(&mut args)?;
    match call {
        "get" | "set" | "compare_and_set" | "delete" | "compare_and_delete" | "exists" | "get_ttl" | "expire"
        | "persist" | "increment" => entries::send(client, call, args, &options).await,
        "batch_get" => batches::get(client, parse(args)?, &options).await,
        "batch_write" => batches::write(client, parse(args)?, &options).await,
        "transact_get" => transactions::get(client, parse(args)?, &options).await,
        "transact_write" => transactions::write(client, parse(args)?, &options).await,
        "get_item" | "put_item" | "update_item" | "delete_item" => items::send(client, call, args, &options).await,
        "batch_get_items" => item_batches::get(client, parse(args)?, &options).await,
        "batch_write_items" => item_batches::write(client, parse(args)?, &options).await,
        "list_keys" => pages::list_keys(client, parse(args)?, &options).await,
        "query" => pages::query(client, parse(args)?, &options).await,
        "scan" => pages::scan(client, parse(args)?, &options).await,
        "create_table" | "describe_table" | "list_tables" | "enable_ttl" | "delete_table" => {
            tables::send(client, call, args, &options).await
        }
        _ => Err("there is no such call".to_owned()),
    }
}
