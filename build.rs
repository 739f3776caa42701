//! Compiles the proto files with protox, so that no protoc is needed on the machine.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

const PROTOS: &[&str] = &["proto/dynakv/v1/errors.proto", "proto/dynakv/v1/kv.proto", "proto/dynakv/v1/types.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(PROTOS.iter().map(|path| path.trim_start_matches("proto/")))?;

    // Reflection serves this set as it is, comments included.
    let descriptors = PathBuf::from(env::var("OUT_DIR")?).join("dynakv.v1.bin");
    fs::write(descriptors, compiler.encode_file_descriptor_set())?;

    tonic_prost_build::configure()
        .build_client(false)
        // Values travel from the socket to the SDK without a copy.
        .bytes(".dynakv.v1")
        .codec_path("crate::wire::codec::Codec")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
