//! Generates the no-op service with the client's message types.

use std::error::Error;

const INCLUDES: [&str; 3] = ["proto", "../proto", "../third_party/googleapis"];

fn main() -> Result<(), Box<dyn Error>> {
    for folder in INCLUDES {
        println!("cargo:rerun-if-changed={folder}");
    }
    let mut compiler = protox::Compiler::new(INCLUDES)?;
    compiler.include_imports(true).open_files(["dynakv/bench/v1/noop.proto"])?;
    tonic_prost_build::configure()
        .extern_path(".dynakv.v1", "::dynakv_client::pb")
        .extern_path(".google.rpc.Status", "::tonic_types::Status")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
