//! Test support: DynamoDB Local, faults, a controlled clock, and a world that combines them with a real server and a
//! real client.

pub(crate) mod clock;
pub(crate) mod dynamodb_local;
pub(crate) mod faults;
mod other_table;
pub(crate) mod preload;
mod raw;
pub(crate) mod rpcs;
mod tables;
mod tls_front;
mod world;

pub(crate) use raw::RawCodec;
pub(crate) use tables::{element, keyed};
pub(crate) use world::{Item, World, Writer, binary, number, string};
