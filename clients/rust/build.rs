//! Generates the client stubs with protox, so that no protoc is needed on the machine.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../../proto");
    let mut compiler = protox::Compiler::new(["../../proto"])?;
    compiler.include_imports(true);
    compiler.open_files(["dynakv/v1/kv.proto", "dynakv/v1/errors.proto"])?;

    // A test compares the retry table with what the proto declares.
    let descriptors = PathBuf::from(env::var("OUT_DIR")?).join("dynakv.v1.bin");
    fs::write(descriptors, compiler.encode_file_descriptor_set())?;

    tonic_prost_build::configure()
        .build_server(false)
        .bytes(".dynakv.v1")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
