//! The life of the process: read the command line, run the command, say by the exit code how it went.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Every call allocates and frees some hundred small pieces, on whatever thread it happens to be.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    dynakv::cli::run().await
}
