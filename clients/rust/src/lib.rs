//! Client for DynaKV, a gRPC key-value service in front of Amazon DynamoDB.

/// The generated messages and stubs.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod pb {
    tonic::include_proto!("dynakv.v1");
}
