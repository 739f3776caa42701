//! Compiles the proto files with protox, so that no protoc is needed on the machine. Only the server needs them.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    #[cfg(feature = "server")]
    protos::compile()?;
    Ok(())
}

#[cfg(feature = "server")]
mod protos {
    use std::error::Error;
    use std::path::PathBuf;
    use std::{env, fs};

    use prost_types::FileDescriptorSet;
    use prost_types::field_descriptor_proto::Type;

    const PROTOS: [&str; 4] =
        ["dynakv/v1/errors.proto", "dynakv/v1/item.proto", "dynakv/v1/kv.proto", "dynakv/v1/table.proto"];
    const INCLUDES: [&str; 2] = ["proto", "third_party/googleapis"];

    /// The messages with items that are encoded as they are read, and their fields.
    const ENCODED: [(&str, &str); 3] =
        [("QueryResponse", "items"), ("ScanResponse", "items"), ("BatchGetItemsResult", "found")];

    pub(super) fn compile() -> Result<(), Box<dyn Error>> {
        for folder in INCLUDES {
            println!("cargo:rerun-if-changed={folder}");
        }
        let mut compiler = protox::Compiler::new(INCLUDES)?;
        compiler.include_imports(true).include_source_info(true).open_files(PROTOS)?;

        // Reflection serves this set as it is, comments included.
        let descriptors = PathBuf::from(env::var("OUT_DIR")?).join("dynakv.v1.bin");
        fs::write(descriptors, compiler.encode_file_descriptor_set())?;

        tonic_prost_build::configure()
            .build_client(false)
            // Values travel from the socket to the SDK without a copy.
            .bytes(".dynakv.v1")
            .extern_path(".google.rpc.Status", "::tonic_types::Status")
            .codec_path("crate::wire::codec::Codec")
            .compile_fds(with_encoded_items(compiler.file_descriptor_set()))?;
        Ok(())
    }

    /// Makes items `bytes`, so that those which are encoded already can be sent. On the wire a message looks like its bytes
    /// ("Encoding", "Length-Delimited Records", in the documentation of Protocol Buffers).
    fn with_encoded_items(mut descriptors: FileDescriptorSet) -> FileDescriptorSet {
        let messages = descriptors.file.iter_mut().flat_map(|file| &mut file.message_type);
        for message in messages {
            let name = message.name().to_owned();
            let fields = message.field.iter_mut();
            for items in fields.filter(|field| ENCODED.contains(&(name.as_str(), field.name()))) {
                items.set_type(Type::Bytes);
                items.type_name = None;
            }
        }
        descriptors
    }
}
