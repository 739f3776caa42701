//! The RPCs, as the proto files describe them.

use std::sync::LazyLock;

use dynakv::pb::FILE_DESCRIPTOR_SET;
use prost_reflect::{DescriptorPool, MessageDescriptor, MethodDescriptor};
use prost_types::method_options::IdempotencyLevel;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap());

/// All methods of DynaKV's services.
pub(crate) fn methods() -> Vec<MethodDescriptor> {
    let services = POOL.services().filter(|service| service.full_name().starts_with("dynakv."));
    services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// All messages of DynaKV's package, without those that protobuf makes of maps.
pub(crate) fn messages() -> impl Iterator<Item = MessageDescriptor> {
    POOL.all_messages().filter(|message| message.package_name() == "dynakv.v1" && !message.is_map_entry())
}

fn level(method: &MethodDescriptor) -> IdempotencyLevel {
    let options = method.method_descriptor_proto().options.as_ref();
    options.map_or(IdempotencyLevel::IdempotencyUnknown, prost_types::MethodOptions::idempotency_level)
}

/// Whether it may change anything.
pub(crate) fn writes(method: &MethodDescriptor) -> bool {
    level(method) != IdempotencyLevel::NoSideEffects
}

/// Whether clients send it again by themselves.
pub(crate) fn may_be_sent_again(method: &MethodDescriptor) -> bool {
    level(method) != IdempotencyLevel::IdempotencyUnknown
}

/// The path of a call, such as `/dynakv.v1.KeyValueService/Get`.
pub(crate) fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}
