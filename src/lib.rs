//! DynaKV: a stateless gRPC key-value service in front of Amazon DynamoDB.
//!
//! A request goes down this path and its answer comes back up; no module calls one above it.
//!
//! ```text
//! client -> server    tonic assembled: TLS, authentication, limits, deadline, health, drain
//!        -> service   one short handler per RPC: parse, call, encode
//!        -> wire      protobuf -> validated domain types; every size and shape check; errors -> statuses
//!        -> driver    plans, renders expressions, applies the expiry rule, retries
//!        -> transport: the network | the embedded engine | a fault injector in tests
//! ```
//!
//! `memory` counts what callers make all of them hold. `model` holds the domain types that all of them share. `config` and
//! `cli` stand beside the path: they start it.
//!
//! # As a library
//!
//! A program uses [`driver`] and [`model`], and `embedded` with the feature of that name. All features are on by default:
//!
//! | feature | adds |
//! |---|---|
//! | `server` | the gRPC server and its configuration |
//! | `cli` | the program `dynakv` with its commands; needs `server` |
//! | `embedded` | the embedded engine |
//!
//! Every other module is public for the program `dynakv`, for tests and for benchmarks. These modules are hidden from the
//! documentation and may change in any release.

#![cfg_attr(
    not(feature = "server"),
    allow(dead_code, unused_imports, reason = "parts of `driver` and `model` serve the server alone")
)]

#[cfg(all(feature = "faults", not(debug_assertions)))]
compile_error!("the feature `faults` lets every caller make calls fail; it is for tests, never for a release");

pub mod driver;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod model;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "server")]
#[doc(hidden)]
pub mod config;
#[cfg(all(feature = "server", not(feature = "embedded")))]
#[doc(hidden)]
#[path = "embedded/absent.rs"]
pub mod embedded;
#[doc(hidden)]
pub mod memory;
#[cfg(feature = "server")]
#[doc(hidden)]
pub mod pb;
#[cfg(feature = "server")]
#[doc(hidden)]
pub mod server;
#[cfg(feature = "server")]
#[doc(hidden)]
pub mod service;
#[cfg(feature = "server")]
#[doc(hidden)]
pub mod wire;
