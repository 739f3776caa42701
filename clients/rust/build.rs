//! Generates the client stubs with protox, so that no protoc is needed on the machine.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../../proto");
    let descriptors = protox::compile(["dynakv/v1/kv.proto", "dynakv/v1/errors.proto"], ["../../proto"])?;
    tonic_prost_build::configure().build_server(false).bytes(".dynakv.v1").compile_fds(descriptors)?;
    Ok(())
}
