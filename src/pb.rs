//! The generated protobuf messages and service traits of `proto/dynakv/v1`.
#![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, clippy::restriction)]

tonic::include_proto!("dynakv.v1");

/// The encoded `FileDescriptorSet` that reflection serves, comments included.
pub const FILE_DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("dynakv.v1");
