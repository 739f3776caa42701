//! The command line: `dynakv serve`, and client commands, which use the client library.
//!
//! Exit codes of the client commands: 0 success, 1 missing or condition failed, 2 invalid usage or input, 3 error, 4
//! outcome unknown.

mod batch;
mod completions;
mod condition;
/// `dynakv config`.
pub mod config;
mod connection;
mod duration;
mod entry;
mod error;
mod expression;
mod health;
mod input;
mod item;
mod list;
mod notation;
mod output;
mod progress;
mod read;
#[cfg(test)]
mod rpcs;
/// `dynakv serve`.
pub mod serve;
mod signals;
mod table;
mod transact;
mod transfer;
mod ttl;
mod write;

use std::process::ExitCode;

use clap::builder::Resettable;
use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use futures_util::FutureExt;

use error::Error;
use output::{Output, Verdict};

/// A gRPC key-value service in front of Amazon DynamoDB.
#[derive(Debug, Parser)]
#[command(name = "dynakv", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(Box<serve::Serve>),
    #[command(flatten)]
    Client(Box<ClientCommand>),
    /// Show or check the server's configuration.
    Config {
        #[command(subcommand)]
        command: config::Command,
    },
    /// Write a completion script for a shell to standard output.
    Completions(completions::Completions),
}

/// The client commands.
#[derive(Debug, Subcommand)]
enum ClientCommand {
    Get(read::Get),
    Set(write::Set),
    Cas(write::Cas),
    Del(write::Del),
    Exists(read::Exists),
    Ttl(ttl::Ttl),
    Expire(ttl::Expire),
    Persist(ttl::Persist),
    Incr(write::Incr),
    Keys(list::Keys),
    #[command(subcommand)]
    Item(item::Item),
    Query(list::Query),
    Scan(list::Scan),
    #[command(subcommand)]
    Batch(batch::Batch),
    Export(transfer::Export),
    Import(transfer::Import),
    Transact(transact::Transact),
    #[command(subcommand)]
    Table(table::TableCommand),
    Health(health::Health),
}

/// Runs the command of this process.
///
/// clap exits the process for help, the version and invalid arguments.
pub async fn run() -> ExitCode {
    let matches = command().get_matches();
    match Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).command {
        Command::Serve(args) => serve::run(*args).boxed().await,
        Command::Client(command) => command.run().await,
        Command::Config { command } => match config::run(&command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                output::failure(&error);
                server_exit_code(!matches!(error, config::Error::Output(_)))
            }
        },
        Command::Completions(args) => args.run(),
    }
}

/// The command line definition. An empty environment variable counts as absent, as in the client library.
fn command() -> clap::Command {
    let is_empty = |arg: &Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    let ignore_empty = |arg: Arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg };
    Cli::command().mut_subcommands(|command| command.mut_args(ignore_empty))
}

/// The exit code of a failed `serve` or `config` command: 2 for a faulty configuration, 3 for any other error.
fn server_exit_code(is_configuration: bool) -> ExitCode {
    ExitCode::from(if is_configuration { 2 } else { 3 })
}

impl ClientCommand {
    async fn run(self) -> ExitCode {
        let output = self.output();
        match self.execute(output).await {
            Ok(verdict) => ExitCode::from(verdict.exit_code()),
            Err(error) => {
                output.error(&error);
                ExitCode::from(error.exit_code())
            }
        }
    }

    async fn execute(self, output: Output) -> Result<Verdict, Error> {
        match self {
            Self::Get(command) => output.show(&command.run().await?),
            Self::Set(command) => output.show(&command.run().await?),
            Self::Cas(command) => output.show(&command.run().await?),
            Self::Del(command) => output.show(&command.run().await?),
            Self::Exists(command) => output.show(&command.run().await?),
            Self::Ttl(command) => output.show(&command.run().await?),
            Self::Expire(command) => output.show(&command.run().await?),
            Self::Persist(command) => output.show(&command.run().await?),
            Self::Incr(command) => output.show(&command.run().await?),
            Self::Keys(command) => command.run(output).await,
            Self::Item(command) => command.run(output).await,
            Self::Query(command) => command.run(output).await,
            Self::Scan(command) => command.run(output).await,
            Self::Export(command) => command.run(output).await,
            Self::Import(command) => command.run(output).await,
            Self::Batch(command) => command.run(output).await,
            Self::Transact(command) => output.show(&command.run().await?),
            Self::Table(command) => command.run(output).await,
            Self::Health(command) => output.show(&command.run().await?),
        }
    }

    fn output(&self) -> Output {
        let connection = match self {
            Self::Get(command) => &command.connection,
            Self::Set(command) => &command.connection,
            Self::Cas(command) => &command.connection,
            Self::Del(command) => &command.connection,
            Self::Exists(command) => &command.connection,
            Self::Ttl(command) => &command.connection,
            Self::Expire(command) => &command.connection,
            Self::Persist(command) => &command.connection,
            Self::Incr(command) => &command.connection,
            Self::Keys(command) => &command.connection,
            Self::Item(command) => command.connection(),
            Self::Query(command) => &command.connection,
            Self::Scan(command) => &command.connection,
            Self::Export(command) => &command.connection,
            Self::Import(command) => &command.connection,
            Self::Batch(command) => command.connection(),
            Self::Transact(command) => &command.connection,
            Self::Table(command) => command.connection(),
            Self::Health(command) => &command.connection,
        };
        connection.output()
    }
}

#[cfg(test)]
mod tests;
