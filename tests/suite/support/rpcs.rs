//! The RPCs, as the proto files describe them.

use std::sync::LazyLock;

use dynakv::pb::FILE_DESCRIPTOR_SET;
use prost_reflect::{DescriptorPool, MethodDescriptor};
use prost_types::method_options::IdempotencyLevel;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap());

/// All methods of DynaKV's services.
pub(crate) fn methods() -> Vec<MethodDescriptor> {
    let services = POOL.services().filter(|service| service.full_name().starts_with("dynakv."));
    services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// Whether it may change anything.
pub(crate) fn writes(method: &MethodDescriptor) -> bool {
    let options = method.method_descriptor_proto().options.as_ref();
    options.is_none_or(|options| options.idempotency_level() != IdempotencyLevel::NoSideEffects)
}

/// The path of a call, such as `/dynakv.v1.KeyValueService/Get`.
pub(crate) fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}
