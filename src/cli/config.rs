//! `dynakv config`: what the server would run with.

use std::io::{self, Write};

use super::output;
use crate::config::{self, Config, Flags};
use crate::server::tls;

/// Shows or checks the server's configuration. Takes the flags of `serve`, the environment and the file.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Print what is in effect as TOML, defaults included, secrets redacted
    Print(Flags),
    /// Report every fault and warn of what is likely a mistake, without starting anything. Warnings are no failure
    Check(Flags),
}

/// Why the configuration is not shown, or not in order.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It has faults. The process exits with 2.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The certificates or the key cannot be used. The process exits with 2.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// Standard output cannot be written.
    #[error("standard output cannot be written")]
    Output(#[from] io::Error),
}

/// Runs the command.
pub fn run(command: &Command) -> Result<(), Error> {
    let environment = config::environment();
    match command {
        Command::Print(flags) => {
            let config = Config::load(flags, &environment)?;
            Ok(io::stdout().lock().write_all(config.to_toml().as_bytes())?)
        }
        Command::Check(flags) => {
            let config = Config::load(flags, &environment)?;
            config.tls.as_ref().map(tls::Acceptor::new).transpose()?;
            for warning in &config.warnings {
                output::warning(warning);
            }
            Ok(writeln!(io::stdout().lock(), "the configuration is in order")?)
        }
    }
}
