//! Generates the client stubs with protox, so that no protoc is needed on the machine.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

const PROTOS: [&str; 4] =
    ["dynakv/v1/errors.proto", "dynakv/v1/item.proto", "dynakv/v1/kv.proto", "dynakv/v1/table.proto"];
const INCLUDES: [&str; 2] = ["../../proto", "../../third_party/googleapis"];

fn main() -> Result<(), Box<dyn Error>> {
    for folder in INCLUDES {
        println!("cargo:rerun-if-changed={folder}");
    }
    let mut compiler = protox::Compiler::new(INCLUDES)?;
    compiler.include_imports(true).open_files(PROTOS)?;

    // A test compares the retry table with what the proto declares.
    let descriptors = PathBuf::from(env::var("OUT_DIR")?).join("dynakv.v1.bin");
    fs::write(descriptors, compiler.encode_file_descriptor_set())?;

    tonic_prost_build::configure()
        .build_server(false)
        .bytes(".dynakv.v1")
        .extern_path(".google.rpc.Status", "::tonic_types::Status")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
