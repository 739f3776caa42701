//! DynaKV: a stateless gRPC key-value service in front of Amazon DynamoDB.
//!
//! A request goes down this path and its answer comes back up; no module calls one above it.
//!
//! ```text
//! client -> server    tonic assembled: TLS, authentication, limits, deadline, health, drain
//!        -> service   one short handler per RPC: parse, call, encode
//!        -> wire      protobuf -> validated domain types; every size and shape check; errors -> statuses
//!        -> driver    plans, renders expressions, applies the expiry rule, retries
//!        -> aws-sdk-dynamodb
//!        -> HTTP connector: the network | the embedded engine | a fault injector in tests
//! ```
//!
//! `memory` counts what callers make all of them hold. `model` holds the domain types that all of them share. `config` and `cli` stand beside the path: they start it.

#[cfg(all(feature = "faults", not(debug_assertions)))]
compile_error!("the feature `faults` lets every caller make calls fail; it is for tests, never for a release");

pub mod cli;
pub mod config;
pub mod driver;
pub mod embedded;
pub mod memory;
pub mod model;
pub mod pb;
pub mod server;
pub mod service;
pub mod wire;
