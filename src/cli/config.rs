//! `dynakv config`: shows or checks the server's configuration.

use std::io::{self, Write};

use super::output;
use crate::config::{self, Config, Flags};
use crate::server::tls;

/// Show or check the server's configuration, from the flags of `serve`, the environment and the file.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Print the effective configuration as TOML, with defaults and without secrets
    Print(Flags),
    /// Report all faults and probable mistakes, without starting the server. Warnings do not change the exit code
    Check(Flags),
}

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration has faults. The exit code is 2.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The certificates or the key are invalid. The exit code is 2.
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
