use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use super::error::Error;
use super::output::{Output, to_stdout};

/// Write a completion script for a shell to standard output.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> ExitCode {
        // Generate it in memory, because the generator panics on a closed pipe.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "dynakv", &mut script);
        match to_stdout(&script) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                let error = Error::from(error);
                Output { json: false }.error(&error);
                ExitCode::from(error.exit_code())
            }
        }
    }
}
