//! The life of the process: read the command line, run the command, say by the exit code how it went.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    dynakv::cli::run().await
}
